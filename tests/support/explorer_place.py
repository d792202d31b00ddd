"""A store with two nights, referrals and a ledger, for the explorer's tests."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from support.hostile import hostile_rows
from support.nights import arrives, log_of_days, make_place, night
from support.stores import COLUMNS

import lockstep as ls
from lockstep.ledger import record_ledger

__all__ = ["ExplorerPlace", "make_explorer_place"]


@dataclass
class ExplorerPlace:
    """Where it is, and what `lockstep explore` is called with."""

    folder: Path
    earlier: str  # the run before the latest

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def arguments(self) -> list[str]:
        return [str(self.folder / "store"), "--runs", str(self.runs)]


def make_explorer_place(folder: Path) -> ExplorerPlace:
    """Four days of a simulated log, one night; two more days and hostile names, another."""
    place = make_place(folder / "place")
    days = log_of_days()
    arrives(place, days, range(4))
    earlier = Path(night(place).run).name
    arrives(place, days, range(4, 6))
    begin = days[4]["timestamp"][0].as_py() - 1_600_000_000
    rows = [(begin + time, *rest) for time, *rest in hostile_rows()]
    table = pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, place / "inbox" / "hostile.parquet")
    night(place)
    _record_wave(place)
    return ExplorerPlace(place, earlier)


def _record_wave(place: Path) -> None:
    """Two accounts of a cluster in the ledger, as somebody decided."""
    accounts = ls.Run.open(place / "runs").cluster("C-0003").accounts[:2]
    lines = ["account,event,wave,reason,source,time"]
    lines += [f"{account},suspended,first,spam,manual,2020-09-20" for account in accounts]
    (place / "wave.csv").write_text("\n".join(lines) + "\n")
    record_ledger(ls.open(place / "store"), place / "wave.csv")
