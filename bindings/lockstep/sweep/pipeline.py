"""The sweep itself, stage by stage."""

from __future__ import annotations

import contextlib
import datetime
import getpass
import hashlib
import json
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep import _core
from lockstep.errors import ConfigError, InputRejected
from lockstep.report import render_report
from lockstep.store import Store
from lockstep.sweep.clusters import find_clusters, gather_evidence
from lockstep.sweep.layers import Layer, project, select
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.referrals import Referrals, load_referrals, rank_candidates
from lockstep.sweep.results import result_tables
from lockstep.sweep.run import Run, point_latest, write_run

__all__ = ["run_sweep"]

Say = Callable[[str, _core.RunControl], contextlib.AbstractContextManager[None]]


def run_sweep(
    store: Store,
    options: SweepOptions,
    *,
    referrals: Path | None = None,
    out: Path | None = None,
    memory_bytes: int = _core.MEMORY_BYTES,
    threads: int | None = None,
    force: bool = False,
    say: Say | None = None,
) -> Run:
    """Runs a sweep, or finds the run that equal inputs made before."""
    options.check()
    store.refresh()
    kinds = _kinds(store, options)
    out = Path(f"{store.path}-runs") if out is None else Path(out)
    now = int(time.time())
    given = load_referrals(Path(referrals), store, now) if referrals else Referrals()
    labels = _keep_labels(store, given, now)
    run_id = _run_id(store, options, kinds, labels)
    if not force and (out / run_id / "run.json").exists():
        point_latest(out, run_id)
        return Run(out / run_id)
    stage = _Stages(say)
    with _core.ThreadLimit(threads) if threads else contextlib.nullcontext():
        layers: list[Layer] = []
        for kind in kinds:
            with stage(f"project {kind}") as control:
                layers.append(project(store.core, kind, options, memory_bytes, control))
        edges = select(layers, options.fdr)
        with stage("communities") as control:
            coordination = find_clusters(edges, options, control)
        with stage("evidence") as control:
            evidence = gather_evidence(layers, edges, options.window_s, control)
        with stage("candidates") as control:
            candidates, referral_counts = rank_candidates(
                coordination, labels, store, options.damping, control
            )
        with stage("tables"):
            tables = result_tables(store, layers, edges, coordination, evidence, candidates)
    summary = {
        "run_id": run_id,
        "store": str(store.path),
        "store_uuid": store.info()["uuid"],
        "epoch": store.epoch,
        "options": {**options.to_dict(), "kinds": kinds},
        "layers": {layer.name: layer.counts for layer in layers},
        "coordination": coordination.quality,
        "referrals": {
            **referral_counts,
            "rejected": given.rejected,
            "unknown": given.unknown,
            "file": str(referrals) if referrals else None,
        },
        "ingest": _ingest_totals(store),
        "alarms": _alarms(given, layers),
        "versions": {"lockstep": _core.__version__, "pyarrow": pa.__version__},
        "finished_s": int(time.time()),
        "timings_s": stage.seconds,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    report = render_report(tables, summary)
    return write_run(out, run_id, tables, summary, report)


class _Stages:
    """Times the stages, and lets somebody watch them."""

    def __init__(self, say: Say | None) -> None:
        self._say = say
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[_core.RunControl]:
        control = _core.RunControl()
        started = time.monotonic()
        with self._say(name, control) if self._say else contextlib.nullcontext():
            yield control
        self.seconds[name] = round(time.monotonic() - started, 3)


def _kinds(store: Store, options: SweepOptions) -> list[str]:
    known = store.kinds
    if not known:
        raise InputRejected(f"{store.path} holds no actions yet; `lockstep ingest` some first")
    if options.kinds is None:
        return sorted(known)
    unknown = [kind for kind in options.kinds if kind not in known]
    if unknown:
        raise ConfigError(
            f"kind {unknown[0]!r} is not in {store.path}; it has {', '.join(sorted(known))}"
        )
    return sorted(set(options.kinds))


def _keep_labels(
    store: Store, given: Referrals, now_s: int
) -> list[tuple[str, str, str, float, int]]:
    """Adds new referrals to the store's decisions, and gives all there are."""
    if given.labels:
        cases = _core.CaseStore(str(store.path), write=True)
        try:
            cases.append_labels(
                given.labels, content_hash=given.content_hash, actor=_actor(), now_s=now_s
            )
            return cases.labels()
        finally:
            cases.close()
    reading = _core.CaseStore(str(store.path))
    try:
        return reading.labels()
    finally:
        reading.close()


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _run_id(store: Store, options: SweepOptions, kinds: list[str], labels: list[Any]) -> str:
    info = store.info()
    # When a label came does not change the result; who gave it, and how sure, does.
    said = sorted(label[:4] for label in labels)
    made_of = {
        "options": options.to_dict(),
        "kinds": kinds,
        "labels": said,
        "store": info["uuid"],
        "epoch": info["epoch"],
        "version": _core.__version__,
    }
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    last = max(kind["last_s"] for kind in info["kinds"] if kind["name"] in kinds)
    date = datetime.datetime.fromtimestamp(last, datetime.UTC).strftime("%Y-%m-%d")
    return f"{date}-{digest[:8]}"


def _ingest_totals(store: Store) -> dict[str, int]:
    jobs = store.jobs()
    return {
        "jobs": jobs.num_rows,
        **{name: sum(jobs[name].to_pylist()) for name in ("accepted", "duplicates", "rejected")},
    }


def _alarms(given: Referrals, layers: list[Layer]) -> list[str]:
    """What a person should look at before trusting the run."""
    alarms = []
    if given.rejected:
        first = given.rejected[0]
        alarms.append(
            f"{len(given.rejected)} referral rows could not be used; the first is line "
            f"{first['line']}: {first['reason']}"
        )
    alarms += [
        f"layer {layer.name} has no actions in the time given"
        for layer in layers
        if not layer.counts["actions"]
    ]
    return alarms
