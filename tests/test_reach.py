"""What taking accounts away would leave, against counting anew."""

import itertools
import json

import numpy as np
import pyarrow as pa
import pytest
from support.command_line import cli, expect_error

import lockstep as ls
from lockstep.errors import ConfigError

START = 1_600_000_000
MAP = {
    "account": "who", "object": "what", "time": "at", "kind": "kind", "target": "whom",
}  # fmt: skip


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Ten accounts in lockstep; each has an audience of its own, and some share theirs."""
    draw = np.random.default_rng(3)
    rows = [
        (START + 1_000 * n + member, f"bot {member}", f"push {n}", "share", None)
        for n in range(12)
        for member in range(10)
    ]
    rows += [
        (START + 311 * n, f"user {n % 200}", f"o{draw.integers(0, 400)}", "share", None)
        for n in range(3_000)
    ]
    audience = {m: set(draw.choice(200, 5 + 6 * m, replace=False).tolist()) for m in range(10)}
    audience[9] = audience[8] | {0, 1, 2}
    for member, fans in audience.items():
        rows += [
            (START + 7 * fan + member, f"user {fan}", f"bot {member}", "follow", f"bot {member}")
            for fan in fans
        ]
    rows.append((START, "bot 1", "bot 2", "follow", "bot 2"))  # of their own kind: no audience
    names = ("at", "who", "what", "kind", "whom")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    store = ls.open(tmp_path_factory.mktemp("reach") / "store")
    store.ingest(table, mapping=MAP)
    return store, ls.sweep(store, kinds=["share"]), audience


def reach(audience, gone=()):
    return len(set().union(*(fans for m, fans in audience.items() if f"bot {m}" not in gone)))


def test_what_is_left_is_what_counting_anew_gives(scene):
    store, run, audience = scene
    bots = [f"bot {m}" for m in range(10)]
    gone = ["bot 3", "bot 9", "bot 0"]
    effect = ls.takedown_effect(run, gone, among=bots, kind="follow", store=store, draws=400)
    rows = {row["strategy"]: row for row in effect.strategies.to_pylist()}
    chosen = rows["chosen"]
    assert chosen["removed"] == 3
    assert chosen["reach_left"] == reach(audience, gone) / reach(audience)
    kept = [pair for pair in run.pairs.to_pylist() if {pair["source"], pair["target"]} <= set(bots)]
    left = [pair for pair in kept if not {pair["source"], pair["target"]} & set(gone)]
    assert chosen["pairs_left"] == pytest.approx(len(left) / len(kept))
    assert chosen["weight_left"] == pytest.approx(
        sum(p["weight"] for p in left) / sum(p["weight"] for p in kept)
    )
    assert chosen["largest_component"] == 0.7
    every = [reach(audience, three) for three in itertools.combinations(bots, 3)]
    assert rows["random"]["reach_left"] == pytest.approx(np.mean(every) / reach(audience), abs=0.03)
    assert rows["audience"]["reach_left"] <= rows["random"]["reach_left"]


def test_the_order_is_the_greedy_one(scene):
    store, run, audience = scene
    bots = [f"bot {m}" for m in range(10)]
    effect = ls.takedown_effect(run, bots[:1], among=bots, kind="follow", store=store)
    reached: set = set()
    left = dict(audience)
    for row in effect.order.to_pylist():
        member = int(row["account_id"].split()[1])
        added = {other: len(fans - reached) for other, fans in left.items()}
        assert row["added"] == added[member] == max(added.values())
        reached |= left.pop(member)
        assert row["audience"] == len(audience[member])
        assert row["reach"] == pytest.approx(len(reached) / reach(audience))
    added = effect.order["added"].to_pylist()
    assert added == sorted(added, reverse=True)
    assert effect.enough == sum(count >= 0.01 * reach(audience) for count in added)


def test_without_targets_everybody_is_reached(scene):
    store, run, _ = scene
    effect = ls.takedown_effect(run, ["bot 1"], kind="share", store=store)
    assert effect.strategies["reach_left"].to_pylist() == [1.0] * 4


def test_what_cannot_be_is_told(scene):
    store, run, _ = scene
    with pytest.raises(ValueError, match="'nobody' is not among"):
        ls.takedown_effect(run, ["nobody"], store=store)
    with pytest.raises(ValueError, match="has no edge among"):
        ls.takedown_effect(run, ["user 5"], among=["user 5", "bot 1", "bot 2"], store=store)
    with pytest.raises(ValueError, match="draws is 0"):
        ls.takedown_effect(run, ["bot 1"], store=store, draws=0)


def test_the_command_says_it_too(scene, tmp_path):
    _, run, _ = scene
    cluster = run.clusters["cluster_id"].to_pylist()[0]
    said = json.loads(cli("takedown", run.path, "--cluster", cluster, "--json").stdout)
    assert [row["strategy"] for row in said["strategies"]] == [
        "chosen", "strength", "audience", "random",
    ]  # fmt: skip
    (tmp_path / "wave.csv").write_text("account_id\nbot 1\nbot 2\n")
    told = cli("takedown", run.path, "--accounts", tmp_path / "wave.csv", "--kind", "follow")
    assert told.returncode == 0, told.stderr
    assert "whom it would hit wrongly, and who would step in, it cannot say" in told.stdout
    expect_error(cli("takedown", run.path), 2, "give --cluster or --accounts")
    with pytest.raises(ConfigError):
        run.cluster("C-9999")
