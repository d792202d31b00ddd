"""Times of any sort as whole UTC seconds, and what they turned out to be."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.errors import ConfigError, InputRejected
from lockstep.moments import DAY_S

__all__ = ["TIME_UNITS", "TimeReader"]

TIME_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_EARLIEST = 1_136_073_600  # 2006-01-01: before there were such platforms
_A_YEAR = 366 * DAY_S
_NUMBER = r"^-?\d{1,19}(\.\d+)?$"
_ISO = (
    r"^(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<minute>\d{2}:\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r" ?(?P<zone>Z|z|UTC|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2}))?$"
)

Bad = npt.NDArray[np.bool_]


@dataclass
class TimeReader:
    """Turns columns of times into seconds; counts which unit fits how many of a file's numbers.

    Numbers are read in the unit that fits most of the first of them, and a file is read again
    with `for_whole_file` where another unit turns out to fit more of all.

    Parameters
    ----------
    now_s : int
        Times more than a day after it are absurd.
    unit : {"s", "ms", "us", "ns"}, optional
        What numbers count; told by their size where not given, once for the whole file.
    tz : str, optional
        Zone of ISO times that name none.
    """

    now_s: int
    unit: str | None = None
    tz: str | None = None
    detected: str | None = None
    declared: bool = field(init=False)
    ahead: bool = field(
        default=False, init=False
    )  # whether a time is past a day from now, but within a year
    _fitting: Counter[str] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        self.declared = self.unit is not None
        if self.unit is not None and self.unit not in TIME_UNITS:
            raise ConfigError(f"--time-unit is {self.unit!r}; give one of {', '.join(TIME_UNITS)}")
        if self.tz is not None:
            try:
                zoneinfo.ZoneInfo(self.tz)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
                raise ConfigError(
                    f"tz is {self.tz!r}, which is no time zone; give one such as Europe/Berlin"
                ) from error

    def for_whole_file(self) -> TimeReader | None:
        """A fresh reader in the unit that fits most numbers read; None where this one had it."""
        if self.declared or not self._fitting:
            return None
        best = max(TIME_UNITS, key=lambda unit: self._fitting[unit])
        if best == self.unit:
            return None
        other = self.afresh()
        other._choose(best)
        return other

    def afresh(self) -> TimeReader:
        """A reader that has seen nothing yet."""
        return replace(self, unit=self.unit if self.declared else None, detected=None)

    def read(self, column: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
        """Seconds, and for each row a reason why it has none, or None."""
        reasons: npt.NDArray[np.object_] = np.empty(len(column), dtype=object)  # None each
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_timestamp(column.type):
            seconds = self._from_timestamps(column, reasons)
        elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            seconds = self._from_numbers(column, reasons)
        elif _is_text(column.type):
            seconds = self._from_text(column, reasons)
        else:
            raise InputRejected(
                f"the column of times is {column.type}; it must hold numbers, text or timestamps"
            )
        fits = (seconds >= _EARLIEST) & (seconds <= self.now_s + DAY_S)
        soon = ~fits & (seconds > self.now_s) & (seconds <= self.now_s + _A_YEAR)
        self.ahead |= bool((soon & (reasons == None)).any())  # noqa: E711 (element-wise)
        reasons[(reasons == None) & ~fits] = "time_range"  # noqa: E711 (element-wise)
        return seconds, reasons

    def _from_timestamps(
        self, column: pa.Array, reasons: npt.NDArray[np.object_]
    ) -> npt.NDArray[np.int64]:
        zone = column.type.tz
        self._say(
            f"timestamps in {_UNIT_NAMES[column.type.unit]}" + ("" if zone else ", read as UTC")
        )
        reasons[column.is_null().to_numpy(zero_copy_only=False)] = "time"
        values = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return values // TIME_UNITS[column.type.unit]

    def _from_numbers(
        self, column: pa.Array, reasons: npt.NDArray[np.object_]
    ) -> npt.NDArray[np.int64]:
        missing = column.is_null().to_numpy(zero_copy_only=False)
        if pa.types.is_floating(column.type):
            raw = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
            missing |= ~(np.abs(raw) < 2.0**62)
            values = np.floor(np.where(missing, 0.0, raw)).astype(np.int64)
        else:
            wide = column.cast(pa.int64(), safe=False) if column.type == pa.uint64() else column
            values = wide.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        reasons[missing] = "time"
        return self._in_seconds(values, reasons, ~missing)

    def _from_text(
        self, column: pa.Array, reasons: npt.NDArray[np.object_]
    ) -> npt.NDArray[np.int64]:
        text = pc.utf8_trim(_as_string(column), " \t\r")
        number = _true(pc.match_substring_regex(text, _NUMBER))
        seconds = np.zeros(len(column), dtype=np.int64)
        if number.any():
            digits = pc.replace_substring_regex(text.filter(pa.array(number)), r"\.\d+$", "")
            values, bad = _tolerant_cast(digits, pa.int64())
            some = reasons[number]
            some[bad] = "time_range"
            seconds[number] = self._in_seconds(values, some, ~bad)
            reasons[number] = some
        if not number.all():
            rest = ~number
            some = reasons[rest]
            seconds[rest] = self._from_iso(text.filter(pa.array(rest)), some)
            reasons[rest] = some
        return seconds

    def _in_seconds(
        self, values: npt.NDArray[np.int64], reasons: npt.NDArray[np.object_], usable: Bad
    ) -> npt.NDArray[np.int64]:
        fits = {unit: usable & self._fits(values, unit) for unit in TIME_UNITS}
        here = Counter({unit: int(fits[unit].sum()) for unit in TIME_UNITS})
        self._fitting += here
        if usable.any():
            self._choose(self.unit or max(TIME_UNITS, key=lambda unit: here[unit]))
        unit = self.unit or "s"
        others = np.logical_or.reduce([fits[other] for other in TIME_UNITS if other != unit])
        reasons[others & ~fits[unit]] = "time_unit"
        return values // TIME_UNITS[unit]

    def _choose(self, unit: str) -> None:
        self.unit = unit
        self._say(f"{_UNIT_NAMES[unit]} since 1970")

    def _fits(self, values: npt.NDArray[np.int64], unit: str) -> Bad:
        seconds = values // TIME_UNITS[unit]
        return (seconds >= _EARLIEST) & (seconds <= self.now_s + DAY_S)

    def _from_iso(self, text: pa.Array, reasons: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        parts = pc.extract_regex(text, _ISO)
        bad = parts.is_null().to_numpy(zero_copy_only=False)
        field = {name: pc.fill_null(pc.struct_field(parts, name), "") for name in _iso_names()}
        second = pc.if_else(pc.equal(field["second"], ""), "00", field["second"])
        second = pc.if_else(pc.equal(second, "60"), "59", second)  # a leap second
        plain = pc.binary_join_element_wise(field["date"], field["minute"], " ")
        plain = pc.binary_join_element_wise(plain, second, ":")
        stamps, unreal = _tolerant_cast(pc.if_else(pa.array(bad), None, plain), pa.timestamp("s"))
        reasons[bad | unreal] = "time"
        zoned = ~_true(pc.equal(field["zone"], ""))
        self._zone(zoned | bad | unreal, reasons)
        offset = np.where(_true(pc.equal(field["sign"], "-")), -1, 1) * (
            _numbers(field["hours"]) * 3600 + _numbers(field["minutes"]) * 60
        )
        seconds = stamps - offset
        if self.tz is not None and not zoned.all():
            local = pa.array(stamps).cast(pa.timestamp("s"))
            there = pc.assume_timezone(local, self.tz, ambiguous="earliest", nonexistent="earliest")
            seconds = np.where(
                zoned, seconds, there.cast(pa.int64()).to_numpy(zero_copy_only=False)
            )
        if not (bad | unreal).all():
            self._say(
                "ISO 8601" + ("" if zoned[~bad].all() else f", {self.tz} where no zone stands")
            )
        return seconds

    def _zone(self, settled: Bad, reasons: npt.NDArray[np.object_]) -> None:
        if self.tz is not None or settled.all():
            return
        if self.detected is None:
            raise InputRejected("times name no zone; pass --tz UTC (or the zone they are in)")
        reasons[~settled] = "time_zone"

    def _say(self, what: str) -> None:
        self.detected = self.detected or what


def _iso_names() -> list[str]:
    return ["date", "minute", "second", "zone", "sign", "hours", "minutes"]


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or kind in (pa.string_view(), pa.binary_view())
    )


def _as_string(column: pa.Array) -> pa.Array:
    """As text; bytes that are not UTF-8 become empty, which is no time."""
    if pa.types.is_string(column.type):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_decoded(value) for value in column.to_pylist()], pa.string())


def _decoded(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "ignore")


def _true(mask: pa.Array) -> Bad:
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)


def _numbers(digits: pa.Array) -> npt.NDArray[np.int64]:
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    return filled.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _tolerant_cast(column: pa.Array, kind: pa.DataType) -> tuple[npt.NDArray[np.int64], Bad]:
    """Values as numbers, and which could not be cast: those are found by halving."""
    bad = np.zeros(len(column), dtype=bool)
    values = np.zeros(len(column), dtype=np.int64)

    def cast(begin: int, end: int) -> None:
        part = column.slice(begin, end - begin)
        try:
            done = part.cast(kind).cast(pa.int64())
        except pa.ArrowInvalid:
            if end - begin == 1:
                bad[begin] = True
                return
            middle = (begin + end) // 2
            cast(begin, middle)
            cast(middle, end)
            return
        bad[begin:end] |= done.is_null().to_numpy(zero_copy_only=False)
        values[begin:end] = done.fill_null(0).to_numpy(zero_copy_only=False)

    if len(column):
        cast(0, len(column))
    return values, bad
