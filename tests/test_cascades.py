"""The audience of cascades, against walking every chain."""

import json

import numpy as np
import pyarrow as pa
import pytest
from support.command_line import cli

import lockstep as ls

START = 1_600_000_000
MAP = {"account": "who", "object": "what", "time": "at", "kind": "kind"}
HORIZON_S = 50


def make_scene(folder, seed):
    """Six accounts in lockstep, and others that act on some of their objects and on others."""
    draw = np.random.default_rng(seed)
    rows = [
        (START + 1_000 * n + int(draw.integers(0, 4)), f"bot {member}", f"push {n}", "share")
        for n in range(10)
        for member in range(6)
        if draw.random() < 0.8
    ]
    rows += [
        (
            START + 1_000 * n + int(draw.integers(-60, 200)),
            f"user {draw.integers(0, 25)}",
            f"push {n}",
            str(draw.choice(["share", "like"])),
        )
        for n in draw.integers(0, 10, 60)
    ]
    rows += [
        (
            START + int(draw.integers(0, 9_000)),
            f"user {n % 25}",
            f"o{draw.integers(0, 90)}",
            "share",
        )
        for n in range(400)
    ]
    columns = dict(
        zip(("at", "who", "what", "kind"), map(list, zip(*rows, strict=True)), strict=True)
    )
    store = ls.open(folder / "store")
    store.ingest(pa.table(columns), mapping=MAP)
    return store, ls.sweep(store, min_cluster_size=3), rows


def firsts(rows):
    """When each account acted first, thing by thing."""
    for thing in {(what, kind) for _, _, what, kind in rows}:
        first = {}
        for at, who, what, kind in sorted(rows):
            if (what, kind) == thing:
                first.setdefault(who, at)
        yield first


def still_reached(rows, members, gone):
    """Accounts outside `members` behind a member, that a chain from a start still reaches."""
    found = set()
    for first in firsts(rows):
        follows = {a: {b for b in first if 0 < first[a] - first[b] <= HORIZON_S} for a in first}
        starts = {a for a in first if not follows[a]}
        by_time = sorted(first, key=first.get)
        behind, alive = set(), set()
        for a in by_time:
            if follows[a] & (behind | (members & set(first))):
                behind.add(a)
            if a not in gone and (a in starts or follows[a] & alive):
                alive.add(a)
        found |= (behind & alive) - members
    return found


@pytest.mark.parametrize("seed", range(12))
def test_what_is_left_of_the_audience_of_cascades(tmp_path, seed):
    store, run, rows = make_scene(tmp_path, seed)
    bots = sorted({who for _, who, *_ in rows if who.startswith("bot")})
    bots = [bot for bot in bots if bot in set(run.pairs["source"].to_pylist())
            | set(run.pairs["target"].to_pylist())]  # fmt: skip
    gone = [str(bot) for bot in np.random.default_rng(seed).permutation(bots)[:4]]
    effect = ls.takedown_effect(
        run, gone, among=bots, horizon_s=HORIZON_S, store=store, draws=1, seed=seed
    )
    whole = len(still_reached(rows, set(bots), set()))
    assert whole > 0
    assert effect.before["cascade_audience"] == whole
    want = [len(still_reached(rows, set(bots), set(gone[:k]))) / whole for k in range(5)]
    assert effect.curve["cascade_left"].to_pylist() == pytest.approx(want)
    assert effect.curve["account_id"].to_pylist() == [None, *gone]
    chosen = effect.strategies.to_pylist()[0]
    assert chosen["cascade_left"] == effect.curve["cascade_left"].to_pylist()[-1]
    shares = [chosen[name] for name in ("pairs_left", "reach_left", "cascade_left")]
    assert shares == [effect.curve[n].to_pylist()[-1] for n in
                      ("pairs_left", "reach_left", "cascade_left")]  # fmt: skip


def reached_by(rows, members, account):
    """Accounts outside `members` that a chain from one account leads to."""
    found = set()
    for first in firsts(rows):
        behind = {account} & set(first)
        for a in sorted(first, key=first.get):
            if any(0 < first[a] - first[b] <= HORIZON_S for b in behind):
                behind.add(a)
        found |= behind - members
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_order_by_cascades_is_the_greedy_one(tmp_path, seed):
    store, run, rows = make_scene(tmp_path, seed)
    tied = set(run.pairs["source"].to_pylist()) | set(run.pairs["target"].to_pylist())
    bots = [f"bot {member}" for member in range(6)]
    gone = sorted(set(bots) & tied)[:2]
    pool = [*bots, "a stranger"]
    effect = ls.takedown_effect(
        run, gone, among=pool, horizon_s=HORIZON_S, by="cascades", store=store, draws=1
    )
    left = {bot: reached_by(rows, set(bots), bot) for bot in bots}
    whole, reached = len(set().union(*left.values())), set()
    assert whole == effect.before["cascade_audience"] > 0
    order = effect.order.to_pylist()
    for row in order[:-1]:
        added = {bot: len(own - reached) for bot, own in left.items()}
        assert row["added"] == added[row["account_id"]] == max(added.values())
        assert row["audience"] == len(left[row["account_id"]])
        reached |= left.pop(row["account_id"])
        assert row["reach"] == pytest.approx(len(reached) / whole)
    assert order[-1] == {"account_id": "a stranger", "audience": 0, "added": 0, "reach": 1.0}
    assert effect.enough == sum(row["added"] >= 0.01 * whole for row in order)
    first = [row["account_id"] for row in order if row["account_id"] in tied][:2]
    alone = ls.takedown_effect(run, first, among=pool, horizon_s=HORIZON_S, store=store, draws=1)
    strategy = effect.strategies.to_pylist()[2]
    assert strategy["strategy"] == "audience"
    assert strategy["cascade_left"] == alone.strategies["cascade_left"].to_pylist()[0]


def test_the_command_orders_by_cascades_too(tmp_path):
    store, run, _ = make_scene(tmp_path, 1)
    cluster = run.members["cluster_id"].to_pylist()[0]
    options = ("takedown", run.path, "--cluster", cluster, "--horizon", f"{HORIZON_S}s")
    said = json.loads(cli(*options, "--by", "cascades", "--json").stdout)
    members = run.cluster(cluster).accounts
    effect = ls.takedown_effect(run, members, horizon_s=HORIZON_S, by="cascades", store=store)
    assert said["by"] == "cascades"
    assert said["order"] == effect.order.to_pylist()[: effect.enough]
    assert "most of the audience of cascades" in cli(*options, "--by", "cascades").stdout
    assert cli(*options, "--by", "luck").returncode == 2
    with pytest.raises(ValueError, match="by is 'luck'; give followers or cascades"):
        ls.takedown_effect(run, members, by="luck", store=store)


def test_accounts_that_the_store_forgot_have_no_audience(tmp_path):
    store, run, _ = make_scene(tmp_path, 0)
    last = {"at": [START + 5 * 86_400], "who": ["user 0"], "what": ["o1"], "kind": ["share"]}
    store.ingest(pa.table(last), mapping=MAP)
    gone = run.cluster(run.members["cluster_id"][0].as_py()).accounts[:2]
    before = ls.takedown_effect(run, gone, store=store, draws=1, by="cascades")
    assert store.retain(1).accounts > len(gone)
    after = ls.takedown_effect(run, gone, store=store, draws=1, by="cascades")
    for name in ("pairs_left", "weight_left", "largest_component"):
        assert after.curve[name] == before.curve[name], "ties are in the run"
    assert after.curve["cascade_left"].to_pylist() == [1.0] * 3
    assert (after.before["cascade_audience"], after.enough) == (0, 0)
    assert sorted(after.order["account_id"].to_pylist()) == sorted(
        before.order["account_id"].to_pylist()
    )


def test_who_starts_a_cascade_decides_what_is_left(tmp_path):
    """An outsider starts half of the cascades: without the bots, those go on."""
    rows = []
    for n in range(12):
        at, outsider = START + 10_000 * n, n % 2 == 0
        if outsider:
            rows.append((at - 20, "starter", f"o{n}", "share"))
        rows += [(at + member, f"bot {member}", f"o{n}", "share") for member in range(5)]
        rows.append((at + 20, f"late {n}", f"o{n}", "share"))
    rows += [(START + 7 * n, f"user {n % 60}", f"p{n % 97}", "share") for n in range(2_000)]
    columns = dict(
        zip(("at", "who", "what", "kind"), map(list, zip(*rows, strict=True)), strict=True)
    )
    store = ls.open(tmp_path / "store")
    store.ingest(pa.table(columns), mapping=MAP)
    run = ls.sweep(store, kinds=["share"], window_s=10)
    bots = [f"bot {member}" for member in range(5)]
    effect = ls.takedown_effect(run, bots, among=bots, horizon_s=HORIZON_S, store=store)
    assert effect.before == {"audience": 0, "cascade_audience": 12, "largest_component": 5}
    assert effect.curve["cascade_left"].to_pylist()[-1] == 0.5
    assert effect.curve["largest_component"].to_pylist()[-1] == 0.0
    picture = tmp_path / "curve.png"
    axes = effect.plot(picture).axes[0]
    assert [line.get_label() for line in axes.lines][:5][-1] == "audience of cascades"
    assert picture.stat().st_size > 10_000
    cluster = run.members["cluster_id"].to_pylist()[0]
    out = tmp_path / "curve.csv"
    done = cli("takedown", run.path, "--cluster", cluster, "--horizon", "50s", "--json",
               "--out", out)  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["before"]["cascade_audience"] == 12
    assert said["strategies"][0]["cascade_left"] == 0.5
    assert len(out.read_text().splitlines()) == said["strategies"][0]["removed"] + 2
    with pytest.raises(ValueError, match="horizon_s is -1"):
        ls.takedown_effect(run, bots, horizon_s=-1, store=store)
