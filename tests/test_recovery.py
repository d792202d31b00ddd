"""What comes back after a wave: a simulated takedown, later nights, and counting by hand."""

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.command_line import cli
from support.nights import CONFIG, arrives, make_place, night
from support.stores import parquet_bytes

import lockstep as ls
from lockstep.ledger import record_ledger, suspensions

DAY_S = 86_400
MADE = ls.simulate(accounts=300, days=3, groups=4, seed=8)
MEMBERS = MADE.truth.filter(pc.is_in(MADE.truth["group"], pa.array(["group 1", "group 2"])))
WAVE = sorted(MEMBERS["account_id"].to_pylist())
START_S = pc.min(MADE.log["timestamp"]).as_py() // DAY_S * DAY_S
TAKEN_S = START_S + 3 * DAY_S
LIMITS = CONFIG + "[alarms]\nmax_active_again = 0\n[notify]\nmetrics = 'night.prom'\n"


def days_of(log):
    day = pc.divide(pc.subtract(log["timestamp"], START_S), DAY_S)
    return [log.filter(pc.equal(day, number)) for number in range(6)]


def later(who):
    """The days after a takedown: all that was done comes again, by `who(account)` or by nobody."""
    rows = MADE.log.to_pylist()
    again = [
        {**row, "timestamp": row["timestamp"] + 3 * DAY_S, "account_id": name}
        for row in rows
        if (name := who(row["account_id"])) is not None
    ]
    return pa.Table.from_pylist(rows + again, MADE.log.schema)


def take_down(place, accounts, wave="first"):
    file = place / f"{wave}.csv"
    lines = [f"{account},suspended,{wave},spam,sweep,{TAKEN_S}\n" for account in accounts]
    file.write_text("account,event,wave,reason,source,time\n" + "".join(lines))
    with ls.open(place / "store") as store:
        record_ledger(store, file)


def nights_after(place, who):
    """Three nights before a takedown, and three after; the last run."""
    days = days_of(later(who))
    make_place(place, LIMITS)
    arrives(place, days, range(3))
    assert ls.Run(night(place).run).recovery.num_rows == 0
    take_down(place, WAVE)
    results = []
    for number in range(3, 6):
        arrives(place, days, [number])
        results.append(night(place))
    return results


def test_nothing_comes_back_where_the_accounts_stay_away(tmp_path):
    results = nights_after(tmp_path / "p", lambda a: None if a in WAVE else a)
    run = ls.Run(results[-1].run)
    (row,) = run.recovery.to_pylist()
    assert (row["wave"], row["suspended"], row["seen"]) == ("first", len(WAVE), len(WAVE))
    assert row["objects"] >= 20
    assert (row["active"], row["newcomers"], row["active_accounts"]) == (0, 0, [])
    assert row["recovered"] < 0.1
    assert row["clusters"] == []
    assert run.summary["recovery"]["active_again"] == 0
    assert not [text for text in results[-1].alarms if "activity" in text or "suspended" in text]
    again = night(tmp_path / "p")
    assert (again.status, again.run) == ("noop", results[-1].run)


def test_suspended_accounts_that_still_act_are_told(tmp_path):
    results = nights_after(tmp_path / "p", lambda a: a)
    run = ls.Run(results[-1].run)
    (row,) = run.recovery.to_pylist()
    assert row["active_accounts"] == WAVE
    assert row["recovered"] == pytest.approx(1.0, abs=0.05)
    assert row["by_members"] > 0.9
    assert row["clusters"]
    alarms = " ".join(results[-1].alarms)
    assert f"{len(WAVE)} suspended accounts act, more than 0" in alarms
    assert "of the activity on a wave's objects is back, more than 50%" in alarms
    shares = [ls.Run(result.run).recovery["watched_s"][0].as_py() for result in results]
    assert shares == sorted(shares)
    metrics = (tmp_path / "p" / "night.prom").read_text()
    assert f"lockstep_sweep_suspended_active {len(WAVE)}\n" in metrics
    assert f"lockstep_sweep_most_recovered {row['recovered']}\n" in metrics
    said = json.loads(cli("ledger", "recovery", run.path, "--json").stdout)["recovery"]
    assert said == [row]
    assert "act again" in cli("ledger", "recovery", tmp_path / "p" / "runs").stdout
    assert "What came back after waves" in run.report.read_text()
    assert "| first |" in run.to_markdown()


def test_new_accounts_that_take_over_are_told_apart(tmp_path):
    results = nights_after(tmp_path / "p", lambda a: f"new {a}" if a in WAVE else a)
    run = ls.Run(results[-1].run)
    (row,) = run.recovery.to_pylist()
    assert row["active"] == 0
    assert row["by_new"] > 0.9
    assert row["newcomers"] == len(WAVE)
    assert row["reach_after"] >= row["newcomers"]
    members = defaultdict(set)
    for member in run.members.to_pylist():
        members[member["cluster_id"]].add(member["account_id"])
    theirs = {c for c, some in members.items() if any(a.startswith("new ") for a in some)}
    assert set(row["clusters"]) == theirs
    assert theirs


def test_whoever_is_reinstated_is_watched_no_more(tmp_path):
    place = make_place(tmp_path / "p")
    pq.write_table(MADE.log, place / "inbox" / "log.parquet")
    first = night(place)
    take_down(place, WAVE[:3])
    assert night(place).run != first.run  # the ledger decides part of the result
    file = place / "back.csv"
    file.write_text(f"account,event,time\n{WAVE[0]},reinstated,{TAKEN_S + 5}\n")
    with ls.open(place / "store") as store:
        record_ledger(store, file)
        assert sorted(suspensions(store)) == WAVE[1:3]
    (row,) = ls.Run(night(place).run).recovery.to_pylist()
    assert row["suspended"] == 2
    assert (row["watched_s"], row["after_per_day"], row["recovered"]) == (0, None, None)


def by_hand(rows, home, waves, kinds):
    """The counts of the recovery table, one action after another."""
    start, end = min(r[0] for r in rows), max(r[0] for r in rows) + 1
    first_seen = {}
    for at, who, *_ in sorted(rows):
        first_seen.setdefault(who, at)
    found = {}
    for wave in waves:
        times = [t for w, t in home.values() if w == wave]
        first, last = min(times), max(times)
        span = min(end - last, first - start)
        objects, before, after, reach = 0, 0, defaultdict(int), (set(), set())
        for kind in kinds:
            for thing in {r[2] for r in rows if r[3] == kind}:
                acts = [r for r in rows if r[2:] == (thing, kind)]
                early = [r for r in acts if r[0] < first]
                own = [r[1] for r in early if home.get(r[1], ("", 0))[0] == wave]
                if len(set(own)) < 2 or 2 * len(own) <= len(early):
                    continue
                objects += 1
                for at, who, *_ in acts:
                    member = home.get(who, ("", 0))[0] == wave
                    if first - span <= at < first:
                        before += 1
                        reach[0].update([] if member else [who])
                    if at >= last:
                        new = first_seen[who] >= last
                        after["members" if member else "new" if new else "others"] += 1
                        reach[1].update([] if member else [who])
        active = {w for at, w, *_ in rows if home.get(w, ("", 0))[0] == wave and at >= home[w][1]}
        found[wave] = (objects, before, dict(after), len(reach[0]), len(reach[1]), sorted(active))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_counts_are_what_counting_by_hand_gives(tmp_path, seed):
    draw = np.random.default_rng(seed)
    rows = [
        (
            START_S + int(draw.integers(0, 10 * DAY_S)),
            f"u{int(30 * draw.random() ** 2)}",
            f"o{draw.integers(0, 25)}",
            str(draw.choice(["share", "like"])),
        )
        for _ in range(350)
    ]
    rows = sorted(set(rows))
    columns = dict(
        zip(("at", "who", "what", "kind"), map(list, zip(*rows, strict=True)), strict=True)
    )
    store = ls.open(tmp_path / "store")
    store.ingest(
        pa.table(columns),
        mapping={"account": "who", "object": "what", "time": "at", "kind": "kind"},
    )
    names = sorted({row[1] for row in rows})
    chosen = [str(name) for name in draw.permutation(names)[:14]]
    home = {
        name: (f"w{n % 2}", START_S + (4 + n % 2) * DAY_S + int(draw.integers(0, DAY_S)))
        for n, name in enumerate(chosen)
    }
    file = tmp_path / "waves.csv"
    lines = [f"{name},suspended,{wave},{at}\n" for name, (wave, at) in home.items()]
    file.write_text("account,event,wave,time\n" + "".join(lines))
    record_ledger(store, file)
    run = ls.sweep(store)
    want = by_hand(rows, home, ["w0", "w1"], ["share", "like"])
    for row in run.recovery.to_pylist():
        objects, before, after, reach_before, reach_after, active = want[row["wave"]]
        assert (row["objects"], row["active_accounts"]) == (objects, active)
        assert (row["reach_before"], row["reach_after"]) == (reach_before, reach_after)
        span = min(row["watched_s"], row["first_s"] - min(r[0] for r in rows))
        assert row["before_per_day"] == pytest.approx(before * DAY_S / span)
        count = sum(after.values())
        assert row["after_per_day"] == pytest.approx(count * DAY_S / row["watched_s"])
        for who in ("members", "others", "new"):
            share = after.get(who, 0) / count if count else None
            assert row[f"by_{who}"] == pytest.approx(share)
    assert run.recovery.num_rows == 2
    assert parquet_bytes(ls.sweep(store, force=True)) == parquet_bytes(run)
