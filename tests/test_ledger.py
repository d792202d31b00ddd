"""The ledger records what people decided, counts it, and forgets nothing."""

import json
import random
from collections import defaultdict

import pytest
from support.command_line import cli, expect_error
from support.stores import make_store

import lockstep as ls
from lockstep import _core
from lockstep.errors import InputRejected
from lockstep.ledger import (
    ledger_accounts,
    ledger_summary,
    ledger_tally,
    record_ledger,
)

NOW = 1_700_000_000
HEADER = "account,event,wave,reason,source,time\n"


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "store", ls.simulate(accounts=60, groups=1, seed=1).log)


def write(path, rows):
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_waves_are_counted_with_what_followed(tmp_path, store):
    file = write(
        tmp_path / "a.csv",
        [
            "user_00001,suspended,first,spam,sweep,2015-08-01",
            "user_00002,suspended,first,spam,partner a,2015-08-01",
            "user_00003,suspended,second,spam,partner a,2016-02-05",
            "user_00002,appealed,,,,2015-09-01",
            "user_00002,reinstated,,an error,,2015-10-01",
            "user_00001,reinstated,,,,2015-11-01",
            "user_00001,suspended,second,again,sweep,2016-03-01",
            "stranger,suspended,second,,,2016-03-02",
        ],
    )
    recorded = record_ledger(store, file, now_s=NOW)
    assert (recorded.entries, recorded.unknown, recorded.rejected) == (8, 1, [])
    waves = {row["wave"]: row for row in ledger_tally(store).to_pylist()}
    assert list(waves) == ["first", "second"]
    first, second = waves["first"], waves["second"]
    assert (first["suspended"], first["appealed"], first["reinstated"]) == (2, 1, 2)
    assert (first["in_force"], first["running_total"]) == (0, 2)
    assert (second["suspended"], second["in_force"], second["running_total"]) == (3, 3, 4)
    assert [row["month"] for row in ledger_tally(store, by="month").to_pylist()] == [
        "2015-08", "2016-02", "2016-03",
    ]  # fmt: skip
    by_source = ledger_tally(store, by="source").to_pylist()
    sources = {row["source"]: row["suspended"] for row in by_source}
    assert sources == {"sweep": 1, "partner a": 2, "manual": 1}
    assert ledger_accounts(store)["account_id"].to_pylist() == [
        "stranger", "user_00001", "user_00003",
    ]  # fmt: skip
    assert ledger_summary(store) == {
        "suspended": 4, "reinstated": 1, "appealed": 0, "in_force": 3,
    }  # fmt: skip
    cases = _core.CaseStore(str(store.path))
    assert cases.verify_audit() == []
    assert cases.audit()[-1]["detail"].startswith("8 labels")


@pytest.mark.parametrize("seed", range(6))
def test_the_tally_is_what_walking_through_gives(tmp_path, store, seed):
    draw = random.Random(seed)
    rows = []
    for number in range(200):
        event = draw.choice(["suspended", "suspended", "appealed", "reinstated"])
        rows.append((f"a{draw.randrange(40)}", event, f"w{draw.randrange(5)}", NOW + number))
    lines = [f"{a},{e},{w if e == 'suspended' else ''},,,{t}" for a, e, w, t in rows]
    record_ledger(store, write(tmp_path / "a.csv", lines), now_s=NOW)
    home, groups, active = {}, defaultdict(lambda: defaultdict(set)), {}
    for account, event, wave, _ in rows:
        if event == "suspended":
            home[account] = active[account] = wave
        elif account not in home:
            continue
        groups[home[account]][event].add(account)
        if event == "reinstated":
            active.pop(account, None)
    for row in ledger_tally(store).to_pylist():
        own = groups[row["wave"]]
        assert [row[event] for event in ("suspended", "appealed", "reinstated")] == [
            len(own[event]) for event in ("suspended", "appealed", "reinstated")
        ]
        assert row["in_force"] == sum(wave == row["wave"] for wave in active.values())
    totals = [row["running_total"] for row in ledger_tally(store).to_pylist()]
    assert totals == sorted(totals)
    assert totals[-1] == len({account for account, event, *_ in rows if event == "suspended"})


def test_the_published_waves_add_up(tmp_path, store):
    """125,000 accounts, then 235,000 more: 360,000 in all."""
    waves = [("first", 125_000, "2016-02-05"), ("second", 235_000, "2016-08-18")]
    number = 0
    for name, size, day in waves:
        rows = [f"t{number + n},suspended,{name},violent threats,sweep,{day}" for n in range(size)]
        number += size
        assert record_ledger(store, write(tmp_path / f"{day}.csv", rows), now_s=NOW).entries == size
    rows = ledger_tally(store).to_pylist()
    assert [row["suspended"] for row in rows] == [125_000, 235_000]
    assert [row["running_total"] for row in rows] == [125_000, 360_000]
    assert ledger_summary(store)["in_force"] == 360_000


def test_a_file_recorded_twice_counts_once(tmp_path, store):
    file = write(tmp_path / "a.csv", ["user_00001,suspended,first,,,"])
    record_ledger(store, file, now_s=NOW)
    again = record_ledger(store, file, now_s=NOW + 5)
    assert (again.entries, again.already_there) == (0, True)
    assert ledger_tally(store).num_rows == 1
    assert ledger_accounts(store)["time_s"].to_pylist() == [NOW]


def test_bad_rows_are_told_and_the_others_kept(tmp_path, store):
    file = write(
        tmp_path / "a.csv",
        ["user_00001,suspended,,,,", ",suspended,,,,", "x,banned,,,,", "y,suspended,,,,someday"],
    )
    recorded = record_ledger(store, file, now_s=NOW)
    assert recorded.entries == 1
    assert [(row["line"], row["reason"][:12]) for row in recorded.rejected] == [
        (3, "no account"),
        (4, "event is 'ba"),
        (5, "'someday' is"),
    ]
    with pytest.raises(InputRejected, match="none of its rows can be used"):
        record_ledger(store, write(tmp_path / "b.csv", ["x,banned,,,,"]), now_s=NOW)


def test_suspensions_are_no_referrals(tmp_path, store):
    record_ledger(store, write(tmp_path / "a.csv", ["user_00001,suspended,first,,,"]), now_s=NOW)
    run = ls.sweep(store)
    assert run.summary["referrals"]["referred"] == 0


def test_a_store_of_pseudonyms_keeps_no_names(tmp_path):
    keyed = ls.open(tmp_path / "keyed", key="sixteen bytes or more")
    keyed.ingest(
        {"account_id": ["ann", "bob"], "object_id": ["x", "x"], "timestamp": [1_600_000_000] * 2}
    )
    record_ledger(keyed, write(tmp_path / "a.csv", ["ann,suspended,first,,,"]), now_s=NOW)
    (name,) = ledger_accounts(keyed)["account_id"].to_pylist()
    assert name != "ann"
    assert ledger_accounts(keyed)["wave"].to_pylist() == ["first"]


def test_the_command_records_shows_and_exports(tmp_path, store):
    rows = ["user_00001,suspended,first,,sweep,2016-01-01", ",suspended,,,,"]
    file = write(tmp_path / "a.csv", rows)
    done = cli("ledger", "record", store.path, file, "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["entries"] == 1
    shown = cli("ledger", "show", store.path)
    assert "running total" in shown.stdout
    rows = json.loads(cli("ledger", "show", store.path, "--by", "source", "--json").stdout)["rows"]
    assert rows[0]["source"] == "sweep"
    out = tmp_path / "gone.csv"
    assert cli("ledger", "export", store.path, out).returncode == 0
    assert out.read_text().splitlines()[1].split(",")[0] == '"user_00001"'
    expect_error(cli("ledger", "record", store.path, tmp_path / "none.csv"), 2, "none.csv")
