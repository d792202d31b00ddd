"""Whether a pack is what was packed: its hashes, and all of it made again from run and store."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.canonical.near_texts import TEXT
from lockstep.case_store import reading
from lockstep.cases.pack import FORMAT, MANIFEST, make_pack
from lockstep.cases.state import told
from lockstep.cases.work import find_case
from lockstep.errors import CorruptData, InputRejected, UnknownCase
from lockstep.store import Store
from lockstep.sweep.run import Run, runs_folder

__all__ = ["Verified", "check_evidence", "verify_pack"]

MOST_BYTES = 1 << 30  # unpacked: a small file can claim to hold very much
_DRAWN = (".svg", ".png", ".gexf", "page.html")  # whose bytes other programs have a say in


@dataclass
class Verified:
    """What a pack was held against, and how it fared."""

    case_id: int
    standing: str  # signed or draft, as the pack says
    sha256: str
    # name, manifest (match, mismatch, missing, unlisted), redone (match, mismatch, not compared)
    files: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # whatever does not match, in sentences
    remarks: list[str] = field(default_factory=list)  # what was not compared; what came later

    @property
    def matches(self) -> bool:
        """Whether all that was compared is as it should be."""
        return not self.problems


def verify_pack(
    path: str | Path, *, store: Store | None = None, runs: str | Path | None = None
) -> Verified:
    """Check the hashes of a pack; with a store, make it again and compare it file by file.

    Parameters
    ----------
    path : path
        A ZIP that `export_case` made.
    store : Store, optional
        The store of the case. Where not given, only hashes are checked.
    runs : path, optional
        The folder of runs; STORE-runs where not given.

    Returns
    -------
    Verified
        Match or mismatch by file, and whether the store's log knows the pack and has its evidence.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or it is no pack.
    """
    content = _read(Path(path))
    files, manifest = _unpacked(Path(path), content)
    result = Verified(
        manifest["case"]["case_id"], manifest["standing"], hashlib.sha256(content).hexdigest()
    )
    _check_hashes(files, manifest, result)
    if store is None:
        result.remarks.append("nothing was made again: give --store")
        return result
    run = _run_of(store, runs, manifest, result)
    if run is not None:
        _compare(files, manifest, store, run, result)
    _check_log(store, result)
    return result


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file; give a pack") from None
    except OSError as error:
        raise InputRejected(f"{path}: {error.strerror}; give a pack") from error


def _unpacked(path: Path, content: bytes) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files by name, and the manifest. Nothing is written anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise InputRejected(f"{path} unpacks to more than {MOST_BYTES:,} bytes")
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InputRejected(f"{path} is no whole ZIP file: {error}") from None
    if len(files) < len(entries):
        raise InputRejected(f"{path} holds a file twice, and is no pack")
    try:
        manifest = json.loads(files[MANIFEST])
        known = manifest["format"] == FORMAT
        version = (manifest["case"]["case_id"], manifest["case"]["version"])
        whole = isinstance(manifest["files"], dict) and all(type(n) is int for n in version)
        whole = whole and manifest["standing"] in ("signed", "draft")
        whole = whole and all(type(f["sha256"]) is str for f in manifest["files"].values())
    except (KeyError, TypeError, ValueError):
        known = whole = False
    if not (known and whole):
        raise InputRejected(f"{path} is no pack of a case: its {MANIFEST} is missing or another")
    return files, manifest


def _check_hashes(files: dict[str, bytes], manifest: dict[str, Any], result: Verified) -> None:
    listed = manifest["files"]
    for name in sorted({*files, *listed} - {MANIFEST}):
        if name not in listed:
            state = "unlisted"
        elif name not in files:
            state = "missing"
        else:
            same = hashlib.sha256(files[name]).hexdigest() == listed[name]["sha256"]
            state = "match" if same else "mismatch"
        result.files.append({"name": name, "manifest": state, "redone": "not compared"})
        if state != "match":
            result.problems.append(f"{name}: {state}, by the manifest")


def _run_of(
    store: Store, runs: str | Path | None, manifest: dict[str, Any], result: Verified
) -> Run | None:
    folder = runs_folder(store.path) if runs is None else Path(runs)
    try:
        run_id = find_case(store, result.case_id).run_id
        return Run(folder / run_id)
    except UnknownCase:
        result.problems.append(f"the store has no case {result.case_id}")
    except FileNotFoundError:
        result.remarks.append(
            f"files were not made again: {folder} has not run {manifest['case'].get('run_id')}; "
            f"give --runs"
        )
    return None


def _compare(
    files: dict[str, bytes],
    manifest: dict[str, Any],
    store: Store,
    run: Run,
    result: Verified,
) -> None:
    """Makes the pack again as of its own version, and compares the bytes of each file."""
    again = make_pack(
        store.path,
        result.case_id,
        run,
        draft=result.standing == "draft",
        upto=manifest["case"]["version"],
    )
    redone, fresh = _unpacked(run.path, again.content)
    same_programs = manifest.get("versions") == fresh["versions"]
    for row in result.files:
        name = row["name"]
        if not same_programs and name.endswith(_DRAWN):
            result.remarks.append(f"{name} was not compared: it is of other programs' versions")
            continue
        row["redone"] = "match" if redone.get(name) == files.get(name) else "mismatch"
        if row["redone"] == "mismatch":
            result.problems.append(f"{name}: not what run and store give")
    for name in sorted(set(redone) - {row["name"] for row in result.files} - {MANIFEST}):
        result.files.append({"name": name, "manifest": "missing", "redone": "mismatch"})
        result.problems.append(f"{name}: missing")
    for key in ("case", "run", "redo", "standing"):
        if manifest.get(key) != fresh[key]:
            result.problems.append(f"{MANIFEST}: {key} is not what run and store give")
    check_evidence(store, run, again.case.cluster_id, result)


def check_evidence(store: Store, run: Run, cluster_id: str, result: Verified) -> None:
    """Looks in the store for both actions of each row of evidence."""
    evidence = run.cluster(cluster_id).evidence
    for layer in sorted(set(evidence["layer"].to_pylist())):
        own = evidence.filter(pc.equal(evidence["layer"], layer))
        if layer == TEXT or layer not in store.kinds:
            result.remarks.append(
                f"evidence of layer {layer} was not looked up: its objects are made in the sweep"
            )
            continue
        known = _actions(store, layer, own)
        absent = sum(
            (row[end], row["object_id"], row[f"{end}_time_s"]) not in known
            for row in own.to_pylist()
            for end in ("source", "target")
        )
        if absent:
            result.problems.append(
                f"{absent:,} of {2 * own.num_rows:,} actions of layer {layer} are not in the store"
            )


def _actions(store: Store, kind: str, evidence: pa.Table) -> set[tuple[str, str, int]]:
    """What the accounts of these rows did in their time: account, object, second."""
    times = np.concatenate([evidence[f"{end}_time_s"].to_numpy() for end in ("source", "target")])
    log, _ = store.core.scan(kind, from_s=int(times.min()), to_s=int(times.max()) + 1)
    accounts = np.unique(log.accounts)
    names = store.names("account", accounts)
    ends = pa.concat_arrays([evidence[end].combine_chunks() for end in ("source", "target")])
    wanted = accounts[pc.is_in(names, ends.cast(names.type)).to_numpy(zero_copy_only=False)]
    rows = np.flatnonzero(np.isin(log.accounts, wanted))
    objects = np.repeat(log.objects, np.diff(log.offsets).astype(np.int64))
    return set(
        zip(
            store.names("account", log.accounts[rows]).to_pylist(),
            store.names("object", objects[rows]).to_pylist(),
            log.times[rows].tolist(),
            strict=True,
        )
    )


def _check_log(store: Store, result: Verified) -> None:
    """Whether the store's audit log is whole, and knows this very pack."""
    with reading(store.path) as opened:
        result.problems += opened.verify_audit()
    try:
        case = find_case(store, result.case_id)
    except (UnknownCase, CorruptData):
        return
    exports = [entry for entry in case.entries if entry.kind == "exported"]
    own = [entry for entry in exports if entry.note == result.sha256]
    if not own:
        result.problems.append(
            f"no export of case {result.case_id} in the audit log has SHA-256 {result.sha256}"
        )
        return
    result.remarks.append(told(own[0]).rsplit(": ", 1)[0])
    later = [e for e in case.entries[own[-1].version :] if e.kind not in ("exported", "comment")]
    result.remarks += [f"since then {told(entry)}" for entry in later]
