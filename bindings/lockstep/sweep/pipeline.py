"""The sweep itself, stage by stage."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep import _core
from lockstep.errors import ConfigError
from lockstep.event_log import EventLog
from lockstep.reliability import RECORD
from lockstep.report import render_report
from lockstep.store import Store
from lockstep.sweep.clusters import find_clusters, gather_evidence
from lockstep.sweep.costs import usual_seconds
from lockstep.sweep.drift import measure_drift
from lockstep.sweep.evolution import follow_clusters
from lockstep.sweep.fusion import judge
from lockstep.sweep.identity import Inputs, inputs_of, kinds_of, run_id_of
from lockstep.sweep.input import input_of
from lockstep.sweep.layers import Layer, hopeful_level, project, scan
from lockstep.sweep.networks import find_networks
from lockstep.sweep.notices import alarm_sentence
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.recovery import recovery_summary, watch_recovery
from lockstep.sweep.referrals import (
    Referrals,
    keep_labels,
    load_referrals,
    rank_candidates,
)
from lockstep.sweep.remarks import make_remarks
from lockstep.sweep.results import result_tables
from lockstep.sweep.returned import find_returners
from lockstep.sweep.run import Run, point_latest, runs_folder, write_run
from lockstep.sweep.stages import Say, Stages
from lockstep.sweep.timing import keep_timed
from lockstep.sweep.waves import read_past

__all__ = ["run_sweep"]

Gate = Callable[[dict[str, Any]], None]
Alarms = Callable[[dict[str, Any]], list[dict[str, Any]]]


def run_sweep(
    store: Store,
    options: SweepOptions,
    *,
    referrals: Path | None = None,
    reliability: Path | dict[str, float] | None = None,
    previous: Run | None = None,
    groups: Path | None = None,
    out: Path | None = None,
    memory_bytes: int = _core.MEMORY_BYTES,
    threads: int | None = None,
    force: bool = False,
    say: Say | None = None,
    log: EventLog | None = None,
    gate: Gate | None = None,
    further_alarms: Alarms | None = None,
) -> Run:
    """Runs a sweep, or finds the run that equal inputs made before.

    `gate` is called with what was read (`input` of the run), and stops the sweep by raising;
    `further_alarms` with the summary of a run that was made, and gives `alarm_details`.
    """
    log = log or EventLog()
    options.check()
    if threads is not None and threads < 1:
        raise ConfigError(f"threads is {threads}; give 1 or more")
    if not 0 < memory_bytes < 2**63:
        raise ConfigError(f"memory is {memory_bytes} bytes; give 1 or more, such as 3GiB")
    if (store.path / "FORMAT").exists():
        store.refresh()
    kinds = kinds_of(store, options)
    _check_windows(kinds, options)
    out = runs_folder(store.path) if out is None else Path(out)
    now = int(time.time())
    given = load_referrals(Path(referrals), store, now) if referrals else Referrals()
    inputs = inputs_of(
        store,
        options,
        kinds,
        keep_labels(store, given, now),
        reliability=reliability,
        groups=groups,
        previous=None if previous is None else previous.id,
    )
    run_id = run_id_of(store, inputs)
    noted = _referral_alarms(given) + inputs.groups.alarms()
    log.run_id = run_id
    if not force and (out / run_id / "run.json").exists():
        point_latest(out, run_id)
        log("equal inputs made this run before")
        return Run(out / run_id, alarms=noted)
    stage = Stages(say, log)
    with _core.ThreadLimit(threads) if threads else contextlib.nullcontext():
        tables, found = _find(store, inputs, previous, memory_bytes, stage, gate)
    summary = {
        "run_id": run_id,
        "options": {**options.to_dict(), "kinds": kinds},
        **_provenance(store),
        **found,
        "referrals": {
            **found["referrals"],
            "rejected": given.rejected,
            "unknown": given.unknown,
            "file": str(referrals) if referrals else None,
            "reliability_file": _said(reliability),
            "reliability": inputs.reliability,
        },
        "groups": inputs.groups.summary(groups),
        "alarms": noted + _layer_alarms(found["layers"]),
        "timings_s": stage.seconds,
        "usual_timings_s": usual_seconds(out),
    }
    summary["alarm_details"] = [] if further_alarms is None else further_alarms(summary)
    summary["alarms"] += [alarm_sentence(detail) for detail in summary["alarm_details"]]
    with stage("report"):
        report = render_report(tables, summary)
    return write_run(out, run_id, tables, summary, report)


def _said(reliability: Path | dict[str, float] | None) -> str | None:
    """How the reliability was given, for who wants to do it again."""
    if reliability is None:
        return None
    return str(reliability) if isinstance(reliability, Path) else RECORD


def _provenance(store: Store) -> dict[str, Any]:
    return {
        "store": str(store.path),
        "store_uuid": store.info()["uuid"],
        "epoch": store.epoch,
        "ingest": _ingest_totals(store),
        "versions": {"lockstep": _core.__version__, "pyarrow": pa.__version__},
        "finished_s": int(time.time()),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _find(
    store: Store,
    inputs: Inputs,
    previous: Run | None,
    memory_bytes: int,
    stage: Stages,
    gate: Gate | None,
) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """The tables of a run, and what its summary says of them."""
    options, kinds, decisions = inputs.options, inputs.kinds, inputs.decisions
    scans = []
    for kind in kinds:
        with stage(f"read {kind}") as control:
            scans.append(scan(store, kind, options, control))
            stage.rows[f"read {kind}"] = len(scans[-1].log)
    read = input_of(store, scans, options)
    if gate is not None:
        gate(read)
    level = hopeful_level(scans, options)
    layers: list[Layer] = []
    for scanned in scans:
        with stage(f"project {scanned.name}") as control:
            layers.append(project(scanned, options, level, memory_bytes, control))
            stage.rows[f"project {scanned.name}"] = len(layers[-1].source)
    with stage("combine layers") as control:
        edges, judged = judge(layers, options, control)
        stage.rows["combine layers"] = len(edges)
    timed: dict[str, int] = {}
    if options.timing_test:
        with stage("timing test") as control:
            edges, timed = keep_timed(layers, edges, options, control)
    with stage("communities") as control:
        coordination = find_clusters(edges, options, control)
        networks = find_networks(coordination, judged["testable"], options.fdr)
    with stage("evidence") as control:
        evidence = gather_evidence(layers, edges, options, control)
        stage.rows["evidence"] = len(evidence.object)
    with stage("candidates") as control:
        candidates, referral_counts = rank_candidates(
            coordination,
            decisions.seeds(inputs.labels),
            store,
            decisions.weighed(inputs.reliability),
            options.damping,
            control,
        )
    with stage("controls") as control:
        remarks = make_remarks(
            store,
            inputs.groups,
            decisions,
            layers,
            edges,
            coordination,
            evidence,
            candidates,
            options,
            control,
        )
    with stage("compare"):
        followed = follow_clusters(store, coordination, previous)
    recovery: list[dict[str, Any]] = []
    returners: dict[str, list[Any]] | None = None
    returned: dict[str, Any] = {}
    if inputs.suspended:
        with stage("recovery"):
            past = read_past(store, inputs.suspended, kinds, options.until_s)
            recovery = watch_recovery(store, past, kinds, coordination, followed)
        with stage("returners") as control:
            returners, returned = find_returners(
                store, past, kinds, coordination, options, previous, control
            )
    with stage("drift") as control:
        drift = measure_drift(scans, layers, edges, options, previous, control)
    with stage("tables"):
        tables = result_tables(
            store,
            layers,
            edges,
            coordination,
            networks,
            evidence,
            candidates,
            remarks,
            followed,
            recovery,
            returners,
            min_objects=options.min_objects,
        )
    return tables, {
        "input": read,
        "layers": {layer.name: layer.counts for layer in layers},
        **followed.summary(previous),
        "recovery": recovery_summary(recovery),
        "returners": returned,
        "coordination": {
            **coordination.quality,
            "networks": networks.count,
            **judged,
            **timed,
        },
        "referrals": {
            **referral_counts,
            "confirmed_by_cases": decisions.count("confirmed"),
            "cleared_by_cases": decisions.count("rejected"),
        },
        "insufficient": remarks.insufficient,
        "drift": drift,
    }


def _check_windows(kinds: list[str], options: SweepOptions) -> None:
    strange = [kind for kind, _ in options.layer_windows if kind not in kinds]
    if strange:
        raise ConfigError(
            f"layer-window names {strange[0]!r}, which is not swept; there are {', '.join(kinds)}"
        )


def _ingest_totals(store: Store) -> dict[str, int]:
    jobs = store.jobs()
    return {
        "jobs": jobs.num_rows,
        **{name: sum(jobs[name].to_pylist()) for name in ("accepted", "duplicates", "rejected")},
    }


def _referral_alarms(given: Referrals) -> list[str]:
    if not given.rejected:
        return []
    first = given.rejected[0]
    return [
        f"{len(given.rejected)} referral rows could not be used; the first is line "
        f"{first['line']}: {first['reason']}"
    ]


def _layer_alarms(layers: dict[str, dict[str, int]]) -> list[str]:
    return [
        f"layer {name} has no actions in the time given"
        for name, counts in layers.items()
        if not counts["actions"]
    ]
