"""A case as one ZIP: what was decided, by whom, and the evidence; the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep import _core
from lockstep.case_store import reading
from lockstep.cases.figures import figure_files
from lockstep.cases.page import case_page
from lockstep.cases.state import Case, fold, told
from lockstep.cases.work import entries_of, find_case, record_export
from lockstep.errors import ConfigError, NotAllowed
from lockstep.report import sweep_call, sweep_command
from lockstep.sweep.export import csv_bytes
from lockstep.sweep.run import Run

__all__ = ["FORMAT", "MANIFEST", "Pack", "export_case", "make_pack", "pack_files", "why_no_export"]

FORMAT = "lockstep-case-pack 1"
MANIFEST = "manifest.json"
# Programs whose version can change bytes of a pack, beside Lockstep itself.
_MAKERS = ("matplotlib", "networkx", "numpy", "pyarrow")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest there is: when it was packed is no content
_GEXF_META = re.compile(r"<meta .*?</meta>|<meta [^>]*/>", re.DOTALL)


@dataclass(frozen=True)
class Pack:
    """A case, ready to leave."""

    case: Case
    standing: str  # signed or draft
    content: bytes  # the ZIP

    @property
    def sha256(self) -> str:
        """Of the ZIP; the audit log has it too."""
        return hashlib.sha256(self.content).hexdigest()


def why_no_export(case: Case) -> str | None:
    """Why a case may not leave for action; None where it may."""
    if case.signature is not None:
        return None
    lacks = "a disposition" if case.proposal is None else "the signature of a second person"
    return (
        f"case {case.case_id} lacks {lacks}, and is not exported for action before; a draft "
        f"(--draft) says on every page that it is one"
    )


def export_case(
    store: str | Path,
    case_id: int,
    run: Run,
    *,
    actor: str | None = None,
    draft: bool = False,
) -> Pack:
    """Pack a case, and write down in its history who took it, and the SHA-256 of what.

    Parameters
    ----------
    store : path
        The store's folder.
    case_id : int
    run : Run
        The run in which the case's cluster was found.
    actor : str, optional
        As in `open_case`.
    draft : bool
        Pack it as a draft, signed or not.

    Raises
    ------
    NotAllowed
        Where no second person has signed, and `draft` is False.
    UnknownCase, ConfigError, CaseConflict
        On no such case, another run, or an entry that came while it was packed.
    """
    case = find_case(store, case_id)
    refused = None if draft else why_no_export(case)
    if refused:
        raise NotAllowed(refused)
    pack = make_pack(store, case_id, run, draft=draft)
    record_export(store, case, actor, pack.standing, pack.sha256)
    return pack


def make_pack(
    store: str | Path, case_id: int, run: Run, *, draft: bool, upto: int | None = None
) -> Pack:
    """The pack of a case, without writing anything down.

    `upto` leaves later entries out. Exports are no part of a pack: packing twice gives the same.
    """
    case, audit = _packed_case(store, case_id, upto)
    standing = "draft" if draft else "signed"
    files = pack_files(case, audit, run, standing)
    return Pack(case, standing, _zipped(files))


def pack_files(
    case: Case, audit: list[dict[str, Any]], run: Run, standing: str
) -> dict[str, bytes]:
    """All files of a pack by name, the manifest among them."""
    if run.id != case.run_id:
        raise ConfigError(f"case {case.case_id} is of run {case.run_id}, not {run.id}; give that")
    cluster = run.cluster(case.cluster_id)
    if tuple(cluster.accounts) != case.accounts:
        raise ConfigError(
            f"{case.cluster_id} of {run.path} has other members than case {case.case_id} was "
            f"opened with; give the run as it was"
        )
    draft = standing == "draft"
    history = {"entries": [_entry_row(entry) for entry in case.entries], "audit": audit}
    files = {
        "cluster.json": _json({**cluster.summary, "remarks": cluster.remarks}),
        "history.json": _json(history),
        "graph.gexf": _gexf(cluster, standing),
        **{
            f"{name}.csv": csv_bytes(_standing(getattr(cluster, name), standing))
            for name in ("members", "edges", "evidence")
        },
        **figure_files(cluster, draft=draft),
    }
    parameters = _parameters(run)
    files["page.html"] = case_page(case, cluster, parameters, files, draft=draft)
    if draft:
        files = {f"DRAFT-{name.replace('/', '-')}": content for name, content in files.items()}
    files[MANIFEST] = _json(_manifest(case, standing, parameters, files))
    return files


def _packed_case(
    store: str | Path, case_id: int, upto: int | None
) -> tuple[Case, list[dict[str, Any]]]:
    """The case without its exports, and the lines of the audit log that vouch for it."""
    with reading(store) as opened:
        rows = entries_of(opened, case_id, upto=upto)
        audit = opened.audit()
    kept = [row for row in rows if row["kind"] != "exported"]
    wanted = {f"case {case_id} version {row['version']}" for row in kept}
    lines = [
        line
        for line in audit
        if line["action"] == "case" and " ".join(line["detail"].split()[:4]) in wanted
    ]
    return fold(kept), lines


def _manifest(
    case: Case, standing: str, parameters: dict[str, Any], files: dict[str, bytes]
) -> dict[str, Any]:
    summary = case.summary()
    del summary["version"]
    return {
        "format": FORMAT,
        "standing": standing,
        "meaning": "Co-action, and what people found it to be. Nothing here acts on an account.",
        "case": {**summary, "version": case.entries[-1].version},
        **parameters,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }


def _parameters(run: Run) -> dict[str, Any]:
    """Of the run, without where things were on this machine."""
    summary = {**run.summary, "store": "STORE"}
    names = ("run_id", "store_uuid", "epoch", "options", "previous")
    return {
        "run": {name: summary[name] for name in names},
        "versions": {
            **summary["versions"],
            "pack": {"lockstep": _core.__version__, **{name: version(name) for name in _MAKERS}},
        },
        "redo": {"command": sweep_command(summary), "python": sweep_call(summary)},
    }


def _entry_row(entry: Any) -> dict[str, Any]:
    return {**vars(entry), "told": told(entry)}


def _standing(table: pa.Table, standing: str) -> pa.Table:
    """The table, each row of which says how the case stands."""
    column = pa.array([standing] * table.num_rows, pa.string())
    return table.append_column("standing", column)


def _gexf(cluster: Any, standing: str) -> bytes:
    """The graph without the day on which networkx wrote it."""
    from lockstep.convert import write_gexf

    with tempfile.TemporaryDirectory() as folder:
        text = write_gexf(cluster, Path(folder) / "graph.gexf").read_text(encoding="utf-8")
    meta = f"<meta><creator>Lockstep</creator><description>{standing}</description></meta>"
    return _GEXF_META.sub(meta, text, count=1).encode()


def _json(value: Any) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return (text + "\n").encode("utf-8", "surrogatepass")


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, content, compresslevel=9)
    return out.getvalue()
