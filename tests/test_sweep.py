"""Sweeps, held against a slow and obvious version, and against a known truth."""

import itertools
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.slow_layers import START, closest_pair, random_rows, slow_layer
from support.stores import make_store, truth_of

import lockstep as ls
from lockstep.sweep.meetings import meetings

GERMAN = Path(__file__).parents[2] / "shared/data/german-elections/actions.parquet"


def without_popular(rows, cap):
    """The rows on objects of at most `cap` actions in their layer, and the other objects."""
    actions = Counter((layer, object_) for _, _, layer, object_ in rows)
    popular = {key: count for key, count in actions.items() if count > cap}
    return [row for row in rows if row[2:] not in popular], popular


def slow_edges(rows, window_s, min_objects, fdr):
    """Edges of all layers by one Benjamini-Hochberg, slow and obvious."""
    tested, tests = {}, 0
    for layer in sorted({row[2] for row in rows}):
        own = [
            (time_s, account, object_) for time_s, account, kind, object_ in rows if kind == layer
        ]
        pairs, testable = slow_layer(own, window_s, min_objects)
        tested |= {(layer, *ends): found for ends, found in pairs.items()}
        tests += testable
    ordered = sorted(tested, key=lambda key: tested[key]["p"])
    smallest = math.inf
    for rank in range(len(ordered), 0, -1):
        found = tested[ordered[rank - 1]]
        smallest = min(smallest, found["p"] * tests / rank)
        found["q"] = min(smallest, 1.0)
    return {key: found for key, found in tested.items() if found["q"] <= fdr}


@pytest.mark.parametrize("seed", range(6))
def test_edges_and_evidence_match_the_slow_version(tmp_path, seed):
    rows = random_rows(seed)
    run = ls.sweep(make_store(tmp_path / "store", rows), window_s=30, fdr=0.2, combine="none")
    want = slow_edges(rows, 30, 2, 0.2)
    got = {
        (edge["layer"], *sorted((edge["source"], edge["target"]))): edge
        for edge in run.edges.to_pylist()
    }
    assert want
    assert got.keys() == want.keys()
    evidence = defaultdict(dict)
    for row in run.evidence.to_pylist():
        times = {row["source"]: row["source_time_s"], row["target"]: row["target_time_s"]}
        a, b = sorted(times)
        evidence[row["layer"], a, b][row["object_id"]] = (row["pairs"], times[a], times[b])
        assert row["lag_s"] == row["target_time_s"] - row["source_time_s"]
        assert row["object_actions"] == sum(
            kind == row["layer"] and object_ == row["object_id"] for _, _, kind, object_ in rows
        )
    for key, found in want.items():
        edge = got[key]
        assert edge["objects"] == len(found["objects"])
        assert edge["pairs"] == sum(pairs for pairs, _, _ in found["objects"].values())
        assert edge["expected"] == pytest.approx(found["expected"], rel=1e-4)
        assert edge["p_value"] == pytest.approx(found["p"], rel=2e-3, abs=1e-13)
        assert edge["q_value"] == pytest.approx(found["q"], rel=2e-3, abs=1e-11)
        assert edge["weight"] == pytest.approx(min(-edge["log10_p"], 50.0))
        assert {o: lags(*times) for o, times in evidence[key].items()} == {
            o: lags(*times) for o, times in found["objects"].items()
        }


def lags(pairs, source_time_s, target_time_s):
    """Of several pairs equally close either may stand for them, so their lag is compared."""
    return pairs, abs(target_time_s - source_time_s)


@pytest.mark.parametrize("seed", range(4))
def test_popular_objects_are_left_out_of_pairs_tests_and_evidence(tmp_path, seed):
    rows = random_rows(seed)
    cap = 8
    rest, popular = without_popular(rows, cap)
    run = ls.sweep(
        make_store(tmp_path / "store", rows),
        window_s=30,
        fdr=0.2,
        max_object_actions=cap,
        combine="none",
    )
    want = slow_edges(rest, 30, 2, 0.2)
    assert want
    assert popular
    assert {
        (edge["layer"], *sorted((edge["source"], edge["target"]))): edge["objects"]
        for edge in run.edges.to_pylist()
    } == {key: len(found["objects"]) for key, found in want.items()}
    assert run.evidence.num_rows == sum(len(found["objects"]) for found in want.values())
    left_out = run.left_out.to_pylist()
    assert {(row["layer"], row["object_id"]): row["actions"] for row in left_out} == popular
    assert left_out == sorted(left_out, key=lambda row: (row["layer"], -row["actions"]))
    for layer, counts in run.summary["layers"].items():
        own = [count for (name, _), count in popular.items() if name == layer]
        assert (counts["left_out_objects"], counts["left_out_actions"]) == (len(own), sum(own))
        assert counts["actions"] == sum(row[2] == layer for row in rows)
    assert not run.alarms
    report = run.report.read_text()
    assert report.count("Left out.") == 2
    assert f"--max-object-actions {cap}" in report


@pytest.mark.parametrize("seed", range(4))
def test_planted_groups_are_found(tmp_path, seed):
    made = ls.simulate(seed=seed)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    truth = truth_of(made)
    groups = defaultdict(set)
    for member in run.members.to_pylist():
        groups[member["cluster_id"]].add(member["account_id"])
    found = set().union(*groups.values())
    assert len(found & truth.keys()) / len(found) >= 0.95
    assert len(found & truth.keys()) / len(truth) >= 0.9
    for members in groups.values():
        assert len({truth.get(account) for account in members} - {None}) == 1
    right = sum(
        truth.get(edge["source"], 1) == truth.get(edge["target"], 2)
        for edge in run.edges.to_pylist()
    )
    assert right / run.edges.num_rows >= 0.95


def test_shuffled_accounts_give_no_edges(tmp_path):
    made = ls.simulate(accounts=300, groups=4, seed=3)
    place = made.log.column_names.index("account_id")
    accounts = np.array(made.log["account_id"].to_pylist())
    with_edges = 0
    for seed in range(20):
        np.random.default_rng(seed).shuffle(accounts)
        log = made.log.set_column(place, "account_id", pa.array(accounts))
        run = ls.sweep(make_store(tmp_path / f"store{seed}", log))
        assert sum(layer["pairs"] for layer in run.summary["layers"].values()) > 0
        with_edges += run.edges.num_rows > 0
    assert with_edges <= 1


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    made = ls.simulate(accounts=400, groups=4, seed=5)
    store = make_store(folder / "store", made.log)
    return made, store, ls.sweep(store)


def test_clusters_and_members_follow_from_the_edges(planted):
    _, _, run = planted
    edges = run.edges.to_pylist()
    weight, whole = defaultdict(float), defaultdict(float)
    for edge in edges:
        ends = frozenset((edge["source"], edge["target"]))
        weight[ends] = max(weight[ends], edge["weight"])
    for ends, heaviness in weight.items():
        for account in ends:
            whole[account] += heaviness
    members = defaultdict(dict)
    for row in run.members.to_pylist():
        members[row["cluster_id"]][row["account_id"]] = row
    clusters = run.clusters.to_pylist()
    assert len(clusters) == len(members) > 0
    assert [row["cluster_id"] for row in clusters] == [
        f"C-{rank:04d}" for rank in range(1, len(clusters) + 1)
    ]
    scores = [row["score"] for row in clusters]
    assert scores == sorted(scores, reverse=True)
    for row in clusters:
        own = members[row["cluster_id"]]
        inside = {ends: w for ends, w in weight.items() if ends <= own.keys()}
        assert row["members"] == len(own) >= 3
        assert row["edges"] == len(inside)
        assert row["density"] == pytest.approx(len(inside) / math.comb(len(own), 2))
        assert row["score"] == pytest.approx(sum(inside.values()) / len(own))
        for account, member in own.items():
            strength = sum(w for ends, w in inside.items() if account in ends)
            assert member["degree"] == sum(account in ends for ends in inside) > 0
            assert member["strength"] == pytest.approx(strength)
            assert member["membership"] == pytest.approx(strength / whole[account])
    cluster_of = {a: name for name, own in members.items() for a in own}
    for edge in edges:
        ends = {cluster_of.get(edge["source"]), cluster_of.get(edge["target"])}
        assert edge["cluster_id"] == (ends.pop() if len(ends) == 1 else None)


def test_a_cluster_says_exactly_what_its_evidence_shows(planted):
    _, _, run = planted
    cluster_of = {row["account_id"]: row["cluster_id"] for row in run.members.to_pylist()}
    rows, objects_of = defaultdict(list), defaultdict(set)
    for row in run.evidence.to_pylist():
        ends = {cluster_of.get(row["source"]), cluster_of.get(row["target"])}
        if len(ends) == 1 and None not in ends:
            rows[ends.pop()].append(row)
            objects_of[row["source"]].add(row["object_id"])
            objects_of[row["target"]].add(row["object_id"])
    for member in run.members.to_pylist():
        assert member["objects"] == len(objects_of[member["account_id"]])
    for cluster in run.clusters.to_pylist():
        own = rows[cluster["cluster_id"]]
        times = [row[end] for row in own for end in ("source_time_s", "target_time_s")]
        lag = float(np.median([abs(row["lag_s"]) for row in own]))
        assert cluster["objects"] == len({row["object_id"] for row in own})
        assert (cluster["first_s"], cluster["last_s"]) == (min(times), max(times))
        assert cluster["median_lag_s"] == lag
        assert cluster["layers"] == sorted({row["layer"] for row in own})
        meetings = defaultdict(int)
        for row in own:
            meetings[row["object_id"]] += 1
        top = [meetings[object_] for object_ in cluster["top_objects"]]
        assert top == sorted(meetings.values(), reverse=True)[:5]
        for figure in (cluster["members"], cluster["objects"], f"{lag:.3g}"):
            assert f"{figure} " in cluster["reason"]


def test_why_gives_the_evidence_of_an_edge_either_way_round(planted):
    _, _, run = planted
    edge = run.edges.to_pylist()[0]
    rows = run.why(edge["source"], edge["target"]).to_pylist()
    assert rows == run.why(edge["target"], edge["source"]).to_pylist()
    assert sum(row["layer"] == edge["layer"] for row in rows) == edge["objects"]
    assert run.why(edge["source"], "nobody").num_rows == 0


@pytest.mark.skipif(not GERMAN.exists(), reason="../shared/data is not here")
def test_every_co_action_of_the_german_log_is_in_the_log(tmp_path):
    log = pq.read_table(GERMAN)
    run = ls.sweep(make_store(tmp_path / "store", log))
    assert run.clusters.num_rows >= 20
    wanted = zip(
        *(log[name].to_pylist() for name in ("account_id", "action", "object_id", "timestamp")),
        strict=True,
    )
    seen = set(wanted)
    for row in run.evidence.to_pylist():
        for end in ("source", "target"):
            action = (row[end], row["layer"], row["object_id"], row[f"{end}_time_s"])
            assert action in seen
        assert abs(row["lag_s"]) <= 60


def test_past_the_cap_more_certainty_weighs_no_more(tmp_path):
    rows = [(START + 97 * i, f"user {i % 400}", "post", f"o{i % 900}") for i in range(6000)]
    rows += [
        (START + 900 * number + member, f"pair {member}", "post", f"shared {number}")
        for number in range(60)
        for member in range(3)
    ]
    edges = ls.sweep(make_store(tmp_path / "store", rows)).edges.to_pylist()
    assert len(edges) == 3
    assert all(edge["log10_p"] < -60 and edge["weight"] == 50.0 for edge in edges)


@pytest.mark.parametrize("seed", range(10))
def test_meetings_match_all_pairs_of_times(tmp_path, seed):
    draw = random.Random(seed)
    rows = {
        (START + draw.randrange(300), draw.choice("ab"), draw.choice("kl"), draw.choice("xyz"))
        for _ in range(60)
    }
    store = make_store(tmp_path / "store", sorted(rows))
    window_s = 40
    got = meetings(store, "a", "b", window_s)
    want = []
    for layer, object_ in itertools.product("kl", "xyz"):
        ours, theirs = (
            [t for t, account, *place in rows if [account, *place] == [name, layer, object_]]
            for name in "ab"
        )
        if ours and theirs:
            lag, source, target = closest_pair(ours, theirs)
            pairs = sum(abs(a - b) <= window_s for a, b in itertools.product(ours, theirs))
            want.append((lag, layer, object_, source, target, pairs))
    assert [
        (
            abs(row["lag_s"]),
            row["layer"],
            row["object_id"],
            row["source_time_s"],
            row["target_time_s"],
            row["pairs"],
        )
        for row in got
    ] == sorted(want)
    assert all(row["lag_s"] == row["target_time_s"] - row["source_time_s"] for row in got)
