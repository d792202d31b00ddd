"""Batches of raw columns to checked actions in the C++ store's job."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.errors import InputRejected
from lockstep.ingest.batch import Batch, Reject
from lockstep.ingest.explode import explode_x_io
from lockstep.ingest.mapping import ColumnMap
from lockstep.ingest.quarantine import Quarantine
from lockstep.ingest.rounded_ids import RoundedIds
from lockstep.ingest.times import TimeReader

__all__ = ["Stager"]

_NO_ID = pa.array(["", "null", "none", "nan"])
_KIND = r"^[A-Za-z0-9_.\-]{1,64}$"
Mask = npt.NDArray[np.bool_]


class Stager:
    """Checks the rows of batches, hands the good ones to a job and the bad ones to quarantine."""

    def __init__(
        self, job: _core.IngestJob, map_: ColumnMap, times: TimeReader, quarantine: Quarantine
    ) -> None:
        self._job = job
        self._map = map_
        self._times = times
        self._quarantine = quarantine
        self.rows = 0  # rows read, good and bad
        self.rows_taken = 0  # rows of which at least one action was staged
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
            reasons[_true(same)] = "header_row"

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
            self._mark(_true(column.is_null()), "id", name, reasons, blame)
            return
        if not _is_text(kind):
            raise InputRejected(f"column {name} is {kind}; ids must be whole numbers or text")
        self._check_bytes(batch, name, reasons, blame)
        text = pc.utf8_trim_whitespace(batch.columns[name].cast(pa.string()))
        missing = _true(pc.is_in(pc.utf8_lower(text), _NO_ID)) | _true(text.is_null())
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
        wrong = ~_true(pc.match_substring_regex(text, _KIND))
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
        if self._map.explode is None:
            kinds, names = self._kinds(columns, len(good))
            target = columns[self._map.target] if self._map.target else None
            refused = self._append(
                account, columns[self._map.object], seconds, kinds, names, target
            )
            self._put_refused(batch, good, refused, taken)
        else:
            for part in explode_x_io(columns):
                kinds = np.zeros(len(part.row), dtype=np.uint16)
                owners = account.take(pa.array(part.row))
                refused = self._append(
                    owners, part.object, seconds[part.row], kinds, [part.kind], part.target
                )
                self._put_refused(batch, good[part.row], refused, taken)
        self.rows_taken += int(taken.sum())

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
        self,
        account: pa.Array,
        object_: pa.Array,
        seconds: npt.NDArray[np.int64],
        kinds: npt.NDArray[np.uint16],
        names: list[str],
        target: pa.Array | None,
    ) -> list[tuple[int, str]]:
        """Hands actions to the job; which of them it refused, and why."""
        if len(account) == 0:
            return []
        more: dict[str, object] = {}
        if target is not None:
            has_target = _has_id(target)
            self.self_actions += int((_same(account, target) & has_target).sum())
            blank = 0 if pa.types.is_integer(target.type) else ""
            filled = pc.if_else(pa.array(has_target), _plain(target), blank)
            more = {"target": _ids(filled), "has_target": has_target.astype(np.uint8)}
        return self._job.append(
            _ids(account),
            _ids(object_),
            np.ascontiguousarray(seconds),
            np.ascontiguousarray(kinds),
            names,
            **more,  # type: ignore[arg-type]
        )


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column if pa.types.is_integer(column.type) else column.cast(pa.string())


def _has_id(column: pa.Array) -> Mask:
    plain = _plain(column)
    if pa.types.is_integer(plain.type):
        return _true(plain.is_valid())
    text = pc.utf8_lower(pc.utf8_trim_whitespace(plain))
    return ~_true(pc.is_in(text, _NO_ID)) & _true(plain.is_valid())


def _same(a: pa.Array, b: pa.Array) -> Mask:
    return _true(pc.equal(_plain(a).cast(pa.string()), _plain(b).cast(pa.string())))


def _ids(
    column: pa.Array,
) -> npt.NDArray[np.int64] | tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """A column of ids as the core takes it: int64, or offsets and text; copied where it must."""
    column = _plain(column) if pa.types.is_dictionary(column.type) else column
    if pa.types.is_integer(column.type):
        try:
            numbers = column.cast(pa.int64())
        except pa.ArrowInvalid:  # ids past 2^63 go as text
            return _ids(column.cast(pa.string()))
        return np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False))
    large = column.cast(pa.large_binary())
    _, offsets, data = large.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    text = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    return bounds, text


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


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or kind == pa.string_view()
    )


def _true(mask: pa.Array) -> Mask:
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
