"""Nights and time: late files, gaps, clocks that change and clocks that are wrong."""

import zoneinfo
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.nights import CONFIG, NOW_S, arrives, make_place, night
from support.stores import parquet_bytes

import lockstep as ls


@pytest.fixture
def place(tmp_path):
    return make_place(tmp_path)


def test_late_and_repeated_files_count_once(place, days):
    arrives(place, days, [1, 2])
    night(place)
    arrives(place, days, [0])  # late
    pq.write_table(pa.concat_tables(days[:3]), place / "inbox" / "whole.parquet")  # again
    night(place)
    with ls.open(place / "store") as store:
        kept = sum(
            len(set(zip(*store.scan(kind).to_pydict().values(), strict=True)))
            for kind in store.kinds
        )
    assert kept == len(set(zip(*pa.concat_tables(days[:3]).to_pydict().values(), strict=True)))
    run = ls.Run.open(place / "runs")
    alone = make_place(place / "alone")
    arrives(alone, days, range(3))
    night(alone)
    clean = ls.Run.open(alone / "runs")

    def weights(made):
        # Which end comes first depends on the order in which accounts came.
        return {
            (frozenset((pair["source"], pair["target"])), pair["weight"])
            for pair in made.pairs.to_pylist()
        }

    assert weights(run) == weights(clean)


def test_nights_without_data_between_cost_nothing(place, days):
    arrives(place, days, [0, 1])
    night(place)
    arrives(place, days, [4, 5])
    made = ls.Run(night(place).run)
    counts = dict(made.summary["input"])
    assert counts["actions"] == sum(len(days[number]) for number in (0, 1, 4, 5))


ZONED = CONFIG.replace("[ingest]", '[ingest]\ntz = "Europe/Berlin"')
CHANGES = ["2021-03-28T01:00:00Z", "2021-10-31T01:00:00Z"]  # of the clocks in Berlin


@pytest.mark.parametrize("change", CHANGES)
def test_days_on_which_clocks_change(tmp_path, days, change):
    """Local times with their offset, and local times alone but for the hour that comes twice."""
    at = int(datetime.fromisoformat(change).timestamp())
    log = pa.concat_tables(days[:2])
    middle = int(pc.min(log["timestamp"]).as_py()) + 86_400
    times = [time - middle + at for time in log["timestamp"].to_pylist()]
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    local = [datetime.fromtimestamp(time, berlin) for time in times]
    spelt = {
        "utc": pa.array(times),
        "offset": pa.array([moment.isoformat() for moment in local]),
        "local": pa.array(
            [
                moment.isoformat() if moment.fold else moment.replace(tzinfo=None).isoformat()
                for moment in local
            ]
        ),
    }
    assert any(moment.fold for moment in local) == (change == CHANGES[1])
    made = {}
    for name, column in spelt.items():
        place = make_place(tmp_path / name, ZONED)
        index = log.schema.get_field_index("timestamp")
        pq.write_table(log.set_column(index, "timestamp", column), place / "inbox" / "day.parquet")
        made[name] = parquet_bytes(ls.Run(night(place).run))
    assert made["utc"]["edges.parquet"] == made["offset"]["edges.parquet"]
    assert made["utc"] == made["offset"] == made["local"]


def test_a_clock_that_runs_ahead_moves_nothing(place, days):
    """Times more than a day after now are put aside, and do not move the time that counts."""
    log = days[0]
    moved = pc.add(log["timestamp"], NOW_S - int(pc.max(log["timestamp"]).as_py()))
    rows = len(log)
    ahead = pa.array([5 * 86_400 if row % 500 == 0 else 0 for row in range(rows)])
    index = log.schema.get_field_index("timestamp")
    pq.write_table(
        log.set_column(index, "timestamp", pc.add(moved, ahead)), place / "inbox" / "day.parquet"
    )
    result = night(place)
    assert result.files[0]["rejected"] == len(range(0, rows, 500))
    run = ls.Run(result.run)
    assert run.summary["options"]["until_s"] == (NOW_S // 86_400 + 1) * 86_400
