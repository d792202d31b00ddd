"""Batches of raw columns to checked actions in the C++ store's job."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.distinct import distinct
from lockstep.errors import InputRejected
from lockstep.ingest.actions import Actions
from lockstep.ingest.batch import Batch, Reject
from lockstep.ingest.explode import explode_x_io, seconds_after_original
from lockstep.ingest.id_columns import (
    NO_ID,
    Mask,
    has_id,
    ids_of,
    is_text,
    plain,
    same_ids,
    true_where,
)
from lockstep.ingest.layers import Context, LayerMaker, repeats
from lockstep.ingest.mapping import ColumnMap
from lockstep.ingest.quarantine import Quarantine
from lockstep.ingest.rounded_ids import RoundedIds
from lockstep.ingest.times import TimeReader

__all__ = ["Stager"]

_KIND = r"^[A-Za-z0-9_.\-]{1,64}$"


class Stager:
    """Checks the rows of batches, hands the good ones to a job and the bad ones to quarantine."""

    def __init__(
        self,
        job: _core.IngestJob,
        map_: ColumnMap,
        times: TimeReader,
        quarantine: Quarantine,
        layers: LayerMaker,
    ) -> None:
        self._job = job
        self._map = map_
        self._times = times
        self._origin_times = times.afresh()
        self._quarantine = quarantine
        self.layers = layers
        self.rows = 0  # rows read, good and bad
        self.rows_taken = 0  # rows of which at least one action was staged
        self.staged = 0  # actions that the job took
        self.self_actions = 0
        self.rounded_ids = RoundedIds()

    def add(self, batch: Batch) -> None:
        """Stages one batch."""
        self.rows += len(batch) + len(batch.rejects)
        for reject in batch.rejects:
            self._quarantine.add(reject)
        if len(batch) == 0:
            return
        seconds, reasons = self._times.read(batch.columns[self._map.time])
        blame = np.empty(len(batch), dtype=object)  # None stands for the time's column
        self._find_headers(batch, reasons)
        self._check_id(batch, self._map.account, reasons, blame)
        self._check_id(batch, self._map.object, reasons, blame)
        if self._map.explode is None:
            self._check_kinds(batch, reasons, blame)
            if self._map.target:
                self._check_bytes(batch, self._map.target, reasons, blame)
        self._put_aside(batch, reasons, blame)
        good = np.flatnonzero(reasons == None)  # noqa: E711 (element-wise)
        self._hand_over(batch, good, seconds[good])

    def _find_headers(self, batch: Batch, reasons: npt.NDArray[np.object_]) -> None:
        """A header in the middle of a file, as joined exports have it."""
        column = batch.columns[self._map.time]
        if pa.types.is_binary(column.type) or pa.types.is_string(column.type):
            same = pc.equal(
                column, pa.scalar(self._map.time.encode(), pa.binary()).cast(column.type)
            )
            reasons[true_where(same)] = "header_row"

    def _check_id(
        self,
        batch: Batch,
        name: str,
        reasons: npt.NDArray[np.object_],
        blame: npt.NDArray[np.object_],
    ) -> None:
        column = batch.columns[name]
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_integer(kind):
            self._mark(true_where(column.is_null()), "id", name, reasons, blame)
            return
        if not is_text(kind):
            raise InputRejected(f"column {name} is {kind}; ids must be whole numbers or text")
        self._check_bytes(batch, name, reasons, blame)
        text = pc.utf8_trim_whitespace(batch.columns[name].cast(pa.string()))
        missing = true_where(pc.is_in(pc.utf8_lower(text), NO_ID)) | true_where(text.is_null())
        self._mark(missing, "id", name, reasons, blame)

    def _check_bytes(
        self,
        batch: Batch,
        name: str,
        reasons: npt.NDArray[np.object_],
        blame: npt.NDArray[np.object_],
    ) -> None:
        """Bytes that are not UTF-8 are marked, and emptied so that the rest can go on as text."""
        column = batch.columns[name]
        if not pa.types.is_binary(column.type):
            return
        try:
            column.cast(pa.string())
            return
        except pa.ArrowInvalid:
            values = column.to_pylist()
        broken = np.array([not _decodes(value) for value in values], dtype=bool)
        self._mark(broken, "utf8", name, reasons, blame)
        kept = [b"" if bad else value for value, bad in zip(values, broken, strict=True)]
        batch.columns[name] = pa.array(kept, pa.binary())

    def _check_kinds(
        self, batch: Batch, reasons: npt.NDArray[np.object_], blame: npt.NDArray[np.object_]
    ) -> None:
        if self._map.kind is None:
            return
        self._check_bytes(batch, self._map.kind, reasons, blame)
        text = batch.columns[self._map.kind].cast(pa.string())
        wrong = ~true_where(pc.match_substring_regex(text, _KIND))
        self._mark(wrong, "kind", self._map.kind, reasons, blame)

    @staticmethod
    def _mark(
        wrong: Mask,
        reason: str,
        name: str,
        reasons: npt.NDArray[np.object_],
        blame: npt.NDArray[np.object_],
    ) -> None:
        fresh = wrong & (reasons == None)  # noqa: E711 (element-wise)
        reasons[fresh] = reason
        blame[fresh] = name

    def _put_aside(
        self, batch: Batch, reasons: npt.NDArray[np.object_], blame: npt.NDArray[np.object_]
    ) -> None:
        for row in np.flatnonzero(reasons != None):  # noqa: E711 (element-wise)
            self._quarantine.add(
                Reject(
                    int(batch.lines[row]),
                    reasons[row],
                    blame[row] or self._map.time,
                    _raw(batch, int(row)),
                )
            )

    def _hand_over(
        self, batch: Batch, good: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]
    ) -> None:
        rows = pa.array(good)
        columns = {name: column.take(rows) for name, column in batch.columns.items()}
        account = columns[self._map.account]
        for name in (self._map.account, self._map.object):
            self.rounded_ids.look(name, columns[name])
        taken = np.zeros(len(batch), dtype=bool)
        context = self._context(columns, account, seconds)
        own_words = [np.empty(0, dtype=np.int64)]  # rows whose text the account wrote itself
        for part in self._parts(columns, len(good)):
            actions = self.layers.in_canonical_form(part)
            refused = self._append(account, actions, seconds)
            self._put_refused(batch, good[actions.row], refused, taken)
            stored = actions.without([place for place, _ in refused])
            for derived in self.layers.derive_from(stored, context):
                self._append(account, derived, seconds)
            own_words.append(stored.row[~repeats(stored)])
        for texts in self.layers.texts(distinct(np.concatenate(own_words)), context):
            self._append(account, texts, seconds)
        self.rows_taken += int(taken.sum())

    def _parts(self, columns: dict[str, pa.Array], rows: int) -> Iterable[Actions]:
        """The actions that the file itself names."""
        if self._map.explode is not None:
            return explode_x_io(columns)
        codes, names = self._kinds(columns, rows)
        target = columns[self._map.target] if self._map.target else None
        return [Actions(names, codes, np.arange(rows), columns[self._map.object], target)]

    def _context(
        self, columns: dict[str, pa.Array], account: pa.Array, seconds: npt.NDArray[np.int64]
    ) -> Context:
        map_ = self._map
        after = None
        if map_.explode is not None and "fast" in self.layers.derive:
            after = seconds_after_original(columns)
        elif map_.origin_time is not None:
            origin, wrong = self._origin_times.read(columns[map_.origin_time])
            known = (wrong == None) & (seconds >= origin)  # noqa: E711 (element-wise)
            after = np.where(known, seconds - origin, -1)
        return Context(
            account,
            seconds,
            # One row of the archive is a post of its own.
            post=pa.array(np.arange(len(seconds))) if map_.explode else _column(columns, map_.post),
            text=_column(columns, map_.text),
            after_s=after,
        )

    def _put_refused(
        self,
        batch: Batch,
        rows: npt.NDArray[np.int64],
        refused: list[tuple[int, str]],
        taken: Mask,
    ) -> None:
        """Puts aside what the core refused of actions that stem from `rows`; marks the others."""
        kept = np.ones(len(rows), dtype=bool)
        kept[[place for place, _ in refused]] = False
        taken[rows[kept]] = True
        for place, reason in refused:
            row = int(rows[place])
            self._quarantine.add(Reject(int(batch.lines[row]), reason, None, _raw(batch, row)))

    def _kinds(
        self, columns: dict[str, pa.Array], rows: int
    ) -> tuple[npt.NDArray[np.uint16], list[str]]:
        if self._map.kind is None:
            return np.zeros(rows, dtype=np.uint16), [self._map.constant_kind or "share"]
        encoded = pc.dictionary_encode(columns[self._map.kind].cast(pa.string()))
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.uint16)
        return codes, encoded.dictionary.to_pylist()

    def _append(
        self, account: pa.Array, actions: Actions, seconds: npt.NDArray[np.int64]
    ) -> list[tuple[int, str]]:
        """Hands actions of rows to the job; which of them it refused, and why."""
        if len(actions.row) == 0:
            return []
        if len(actions.row) < len(account) or (actions.row[1:] <= actions.row[:-1]).any():
            account, seconds = account.take(pa.array(actions.row)), seconds[actions.row]
        more: dict[str, object] = {}
        if actions.target is not None:
            has_target = has_id(actions.target)
            self.self_actions += int((same_ids(account, actions.target) & has_target).sum())
            blank = 0 if pa.types.is_integer(actions.target.type) else ""
            filled = pc.if_else(pa.array(has_target), plain(actions.target), blank)
            more = {"target": ids_of(filled), "has_target": has_target.astype(np.uint8)}
        refused = self._job.append(
            ids_of(account),
            ids_of(actions.object),
            np.ascontiguousarray(seconds),
            np.ascontiguousarray(actions.codes),
            actions.names,
            **more,  # type: ignore[arg-type]
        )
        self.staged += len(account) - len(refused)
        return refused


def _column(columns: dict[str, pa.Array], name: str | None) -> pa.Array | None:
    return None if name is None else columns[name]


def _raw(batch: Batch, row: int) -> bytes:
    """The mapped values of a row as JSON; bytes that are not UTF-8 as they are shown by Python."""
    values = {name: column[row].as_py() for name, column in batch.columns.items()}
    return json.dumps(values, default=_shown).encode()


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def _decodes(value: bytes | None) -> bool:
    try:
        (value or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
