"""Clusters that are tied by more edges than false discoveries would give."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from support.command_line import cli
from support.slow_layers import upper_tail
from support.stores import make_store, truth_of

import lockstep as ls
from lockstep.evaluation import account_scores
from lockstep.sweep.clusters import Coordination
from lockstep.sweep.networks import find_networks


def coordination_of(cluster, pairs):
    source, target = np.array(pairs, dtype=np.uint32).reshape(-1, 2).T
    vertices = np.arange(len(cluster), dtype=np.uint32)
    return Coordination(
        vertices,
        None,
        source,
        target,
        np.ones(len(source)),
        np.array(cluster, dtype=np.int64),
        np.zeros(max(cluster, default=-1) + 1),
    )


def slow_networks(cluster, pairs, testable, fdr):
    """Sets of clusters, and the ties of each, by every pair of clusters."""
    count = max(cluster) + 1
    edges, members = defaultdict(int), [cluster.count(c) for c in range(count)]
    for a, b in pairs:
        if cluster[a] != cluster[b] and min(cluster[a], cluster[b]) >= 0:
            edges[frozenset((cluster[a], cluster[b]))] += 1
    ties = defaultdict(dict)
    networks = [{c} for c in range(count)]
    for a, b in itertools.combinations(range(count), 2):
        found = edges[frozenset((a, b))]
        mean = members[a] * members[b] * fdr * len(pairs) / testable
        if found and upper_tail(found, mean) <= fdr / math.comb(count, 2):
            ties[a][b] = ties[b][a] = found
            joined = [network for network in networks if network & {a, b}]
            networks = [network for network in networks if not network & {a, b}]
            networks.append(set().union(*joined))
    strongest = [
        sorted(ties[c], key=lambda other: (-ties[c][other], other))[:5] for c in range(count)
    ]
    return sorted(map(sorted, networks)), strongest


@pytest.mark.parametrize("seed", range(8))
def test_networks_match_the_slow_version(seed):
    draw = np.random.default_rng(seed)
    cluster = draw.integers(-1, 9, 120).tolist()
    likely = np.where(draw.random((10, 10)) < 0.3, 0.02, 0.001)
    pairs = [
        (a, b)
        for a, b in itertools.combinations(range(120), 2)
        if draw.random() < (0.5 if cluster[a] == cluster[b] else likely[cluster[a], cluster[b]])
    ]
    networks, ties = slow_networks(cluster, pairs, 50_000, 0.05)
    found = find_networks(coordination_of(cluster, pairs), 50_000, 0.05)
    members = defaultdict(list)
    for number, network in enumerate(found.network.tolist()):
        members[network].append(number)
    assert sorted(members.values()) == networks
    assert found.count == len(networks)
    assert found.tied_to == ties
    firsts = [members[network][0] for network in range(found.count)]
    assert firsts == sorted(firsts)


def test_of_no_cluster_there_is_no_network():
    found = find_networks(coordination_of([-1, -1], [(0, 1)]), 10, 0.05)
    assert (found.count, found.network.tolist(), found.tied_to) == (0, [], [])


def test_one_chance_edge_ties_nothing_and_many_do():
    cluster = [0] * 20 + [1] * 20
    inside = [(a, b) for a, b in itertools.combinations(range(40), 2) if cluster[a] == cluster[b]]
    for crossing, networks in ((1, 2), (20, 1)):
        pairs = [*inside, *((a, 20 + a) for a in range(crossing))]
        assert find_networks(coordination_of(cluster, pairs), 100_000, 0.05).count == networks


def test_a_run_names_networks_and_evaluates_by_them(tmp_path):
    made = ls.simulate(accounts=500, groups=4, shared_members=4, seed=2)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    rows = run.clusters.to_pylist()
    assert run.summary["coordination"]["networks"] == len({row["network"] for row in rows})
    network_of = {row["cluster_id"]: row["network"] for row in rows}
    for row in rows:
        assert {network_of[other] for other in row["tied_to"]} <= {row["network"]}
    truth = truth_of(made)
    labels = {"account_id": list(truth), "group": list(truth.values())}
    by = {by: ls.evaluate(run, labels, by=by) for by in ("cluster", "network")}
    assert by["network"]["precision"] == by["cluster"]["precision"]
    with pytest.raises(ValueError, match="by is 'layer'"):
        ls.evaluate(run, labels, by="layer")
    with pytest.raises(ValueError, match="by is for a run"):
        ls.evaluate({"account_id": ["a"], "score": [1.0]}, labels, by="network")
    (tmp_path / "truth.csv").write_text(
        "account_id,group\n" + "".join(f"{a},{g}\n" for a, g in truth.items())
    )
    told = cli("evaluate", run.path, tmp_path / "truth.csv", "--by", "network")
    assert told.returncode == 0, told.stderr


def test_pairs_have_one_row_whatever_the_layers(tmp_path):
    made = ls.simulate(accounts=300, groups=3, seed=4)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    pairs = run.pairs.to_pylist()
    assert len(pairs) == run.summary["coordination"]["pairs"] < run.edges.num_rows
    layers = defaultdict(set)
    for edge in run.edges.to_pylist():
        layers[edge["source"], edge["target"]].add(edge["layer"])
    assert {(p["source"], p["target"]): set(p["layers"]) for p in pairs} == layers
    strength = defaultdict(float)
    for pair in pairs:
        for end in ("source", "target"):
            strength[pair[end]] += pair["weight"]
    scores = account_scores(run).to_pylist()
    assert {row["account_id"]: row["score"] for row in scores} == pytest.approx(strength)
