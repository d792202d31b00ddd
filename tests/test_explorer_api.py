"""What the explorer answers, beside what Python says of the same run."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from support.explorer_client import client_of

import lockstep as ls
from lockstep.explorer.placing import OTHERS
from lockstep.explorer.placing import place as place_vertices
from lockstep.sweep.evolution import compare_runs


@pytest.fixture(scope="module")
def place(explorer_place):
    return explorer_place


@pytest.fixture(scope="module")
def client(place):
    return client_of(place)


@pytest.fixture(scope="module")
def run(place):
    return ls.Run.open(place.runs)


def test_it_says_who_asks_and_what_it_can_do(client):
    meta = client.json("/meta")
    assert meta["role"] == "lead"
    assert meta["version"] == ls.__version__
    assert meta["features"] == {"ledger": True, "cases": True}


def test_runs_come_latest_first_and_latest_is_one(client, run, place):
    names = [row["run_id"] for row in client.json("/runs")]
    assert names == [run.id, place.earlier]
    latest = client.json("/runs/latest")
    assert latest["run_id"] == run.id
    assert latest["changes"] == run.summary["changes"]


def test_clusters_are_those_of_the_run(client, run):
    page = client.json(f"/runs/{run.id}/clusters")
    rows = run.clusters.to_pylist()
    assert page["total"] == page["matching"] == len(rows)
    for ours, row in zip(page["rows"], rows, strict=True):
        assert {name: ours[name] for name in row} == row
        meetings = run.cluster(row["cluster_id"]).evidence.num_rows
        assert sum(ours["spark"]) == meetings


def test_clusters_are_filtered_sorted_and_paged(client, run):
    base = f"/runs/{run.id}/clusters"
    first = run.clusters.to_pylist()[0]
    found = client.json(base, text=first["top_objects"][0])
    assert first["cluster_id"] in [row["cluster_id"] for row in found["rows"]]
    assert found["matching"] == sum(
        any(first["top_objects"][0] in o for o in row["top_objects"])
        for row in run.clusters.to_pylist()
    )
    by_members = client.json(base, sort="members", descending=True)["rows"]
    sizes = [row["members"] for row in by_members]
    assert sizes == sorted(sizes, reverse=True)
    second = client.json(base, sort="members", descending=True, offset=1, limit=1)["rows"]
    assert second == by_members[1:2]
    born = client.json(base, change="born")
    assert born["matching"] == run.summary["changes"].get("born", 0)
    large = client.json(base, min_members=sizes[0])
    assert {row["members"] for row in large["rows"]} == {sizes[0]}


def test_a_cluster_in_words_is_that_of_python(client, run):
    cluster = run.cluster("C-0001")
    detail = client.json(f"/runs/{run.id}/clusters/C-0001")
    assert detail["remarks"] == cluster.remarks
    assert [row["account_id"] for row in detail["members"]] == cluster.accounts
    assert detail["members_total"] == len(cluster)
    page = client.json(f"/runs/{run.id}/clusters/C-0001/members", offset=1, limit=2)
    assert [row["account_id"] for row in page["rows"]] == cluster.accounts[1:3]


def test_the_graph_and_its_meetings_are_those_of_python(client, run):
    cluster = run.cluster("C-0001")
    answer = client.json(f"/runs/{run.id}/clusters/C-0001/graph")
    graph, events = answer["drawn"]["graph"], answer["events"]
    ids = graph["ids"]
    assert ids == cluster.accounts
    drawn = {
        frozenset((ids[a], ids[b])): w
        for a, b, w in zip(graph["source"], graph["target"], graph["weight"], strict=True)
    }
    wanted = {frozenset((p["source"], p["target"])): p["weight"] for p in cluster.pairs.to_pylist()}
    assert drawn.keys() == wanted.keys()
    assert all(math.isclose(drawn[pair], wanted[pair], abs_tol=1e-3) for pair in wanted)
    assert all(0 <= at <= 1 for at in graph["x"] + graph["y"])
    told = sorted(
        (ids[a], ids[b], events["objects"][o], events["layers"][layer], s, t)
        for a, b, o, layer, s, t in zip(
            *(events[n] for n in ("source", "target", "object", "layer", "sourceTime")),
            events["targetTime"],
            strict=True,
        )
    )
    names = ("source", "target", "object_id", "layer", "source_time_s", "target_time_s")
    assert told == sorted(tuple(row[n] for n in names) for row in cluster.evidence.to_pylist())
    assert events["total"] == cluster.evidence.num_rows
    again = client.json(f"/runs/{run.id}/clusters/C-0001/graph")
    assert again == answer


def test_a_graph_is_cut_to_its_firmest_ties_and_says_so(client, run):
    cluster = run.cluster("C-0001")
    shown = {}
    for most in (3, 6, len(cluster) - 1):
        answer = client.json(f"/runs/{run.id}/clusters/C-0001/graph", most=most)
        shown[most] = answer["drawn"]["graph"]["ids"]
        assert len(shown[most]) == most
        assert answer["drawn"]["totalVertices"] == len(cluster)
        assert max(answer["drawn"]["graph"]["source"]) < most
        assert len(answer["events"]["source"]) < answer["events"]["total"]
        assert shown[most] == [name for name in cluster.accounts if name in shown[most]]
    assert set(shown[3]) < set(shown[6])
    within = [
        p["weight"]
        for p in cluster.pairs.to_pylist()
        if {p["source"], p["target"]} <= set(shown[3])
    ]
    assert max(within) == max(cluster.pairs["weight"].to_pylist())


def test_lags_count_every_meeting(client, run):
    cluster = run.cluster("C-0001")
    lags = client.json(f"/runs/{run.id}/clusters/C-0001/lags")
    apart = np.abs(cluster.evidence["lag_s"].to_numpy())
    assert lags["observed"] == np.histogram(apart, bins=lags["edges_s"])[0].tolist()
    expected = cluster.edges["expected"].to_numpy().sum()
    assert math.isclose(sum(lags["expected"]), expected)


def test_nights_follow_a_cluster_by_its_lasting_name(client, run, place):
    kept = next(
        row for row in run.evolution.to_pylist() if row["cluster_id"] and row["previous_cluster_id"]
    )
    nights = client.json(f"/runs/{run.id}/clusters/{kept['cluster_id']}/nights")
    assert [(night["run_id"], night["cluster_id"]) for night in nights] == [
        (run.id, kept["cluster_id"]),
        (place.earlier, kept["previous_cluster_id"]),
    ]
    assert (nights[0]["joined"], nights[0]["left"]) == (len(kept["joined"]), len(kept["left"]))
    assert (
        nights[0]["members"]
        == nights[0]["members_before"] + nights[0]["joined"] - nights[0]["left"]
    )


def test_takedown_is_that_of_python(client, run):
    cluster = run.cluster("C-0001")
    path = f"/runs/{run.id}/clusters/C-0001/takedown"
    curve = ls.takedown_curve(cluster.pairs).to_pydict()
    answer = client.json(path)
    doubt = {row["account_id"]: _doubt(row) for row in cluster.members.to_pylist()}
    expected = np.cumsum([0.0, *(doubt[name] for name in curve["account_id"][1:])])
    assert np.allclose(answer.pop("may_not_belong"), expected, atol=1e-4)
    assert answer == curve
    chosen = cluster.accounts[2:4]
    answer = client.http.post(f"/api{path}", json={"accounts": chosen}, headers=client.csrf).json()
    assert math.isclose(
        answer.pop("may_not_belong")[-1], sum(doubt[name] for name in chosen), abs_tol=1e-4
    )
    assert answer == ls.takedown_curve(cluster.pairs, chosen).to_pydict()
    wrong = client.http.post(f"/api{path}", json={"accounts": ["nobody"]}, headers=client.csrf)
    assert wrong.status_code == 422
    assert "nobody" in wrong.json()["error"]["why"]


def _doubt(row):
    return 1.0 if row["groups"] else 1.0 - row["stability"]


def test_colours_tell_communities_by_size():
    cliques = [range(5), range(5, 9), range(9, 12)]
    ends = [pair for clique in cliques for pair in combinations(clique, 2)] + [(4, 5), (8, 9)]
    source, target = np.array(ends).T
    placed = place_vertices(13, source, target, np.ones(len(ends)))
    assert placed.group == [0] * 5 + [1] * 4 + [2] * 3 + [OTHERS]
    many = [(2 * n, 2 * n + 1) for n in range(10)]
    source, target = np.array(many).T
    placed = place_vertices(20, source, target, np.ones(10))
    assert Counter(placed.group) == {**dict.fromkeys(range(OTHERS), 2), OTHERS: 6}


def test_colours_are_the_communities_of_python(client, run):
    resolution = run.summary["options"]["resolution"]
    for name in run.clusters["cluster_id"].to_pylist():
        graph = client.json(f"/runs/{run.id}/clusters/{name}/graph")["drawn"]["graph"]
        table = ls.communities(run.cluster(name).pairs, resolution=resolution)
        theirs = dict(zip(*(table[n].to_pylist() for n in ("vertex", "community")), strict=True))
        ours = dict(zip(graph["ids"], graph["group"], strict=True))
        together = set(zip((ours[v] for v in theirs), theirs.values(), strict=True))
        assert len(together) == len(set(theirs.values())) == len(set(ours.values()))


def test_a_neighbourhood_is_an_account_and_ties_among_its_firmest(client, run):
    account = run.cluster("C-0001").accounts[0]
    path = f"/runs/{run.id}/neighbourhood/graph"
    ends = [(p["source"], p["target"]) for p in run.pairs.to_pylist()]
    listed = client.json(f"/runs/{run.id}/neighbourhood", id=account, limit=500)
    firmest = [row["account_id"] for row in listed["neighbours"]]
    for most in (3, 500):
        drawn = client.json(path, id=account, most=most)
        graph = drawn["graph"]
        ids = graph["ids"]
        assert ids == [account, *firmest[:most]]
        found = {
            frozenset((ids[a], ids[b]))
            for a, b in zip(graph["source"], graph["target"], strict=True)
        }
        assert found == {frozenset(pair) for pair in ends if set(pair) <= set(ids)}
        assert (drawn["totalVertices"], drawn["totalEdges"]) == (len(firmest) + 1, len(firmest))
    empty = client.json(path, id="nobody")
    assert (empty["graph"]["ids"], empty["totalEdges"]) == ([], 0)


def test_other_windows_and_shuffles_are_those_of_python(client, run, place):
    cluster = run.cluster("C-0001")
    path = f"/runs/{run.id}/clusters/C-0001/robustness"
    answer = client.json(path)
    with ls.open(place.folder / "store") as store:
        table = cluster.robustness(store).to_pydict()
    assert answer["factors"] == table.pop("factor")
    assert {name: answer[name] for name in table} == table
    assert answer["ids"] == cluster.accounts
    for setting, pairs in enumerate(table["pairs"]):
        assert sum(s <= setting for s in answer["real"]["setting"]) == pairs
    again = client.json(path, seed=2)
    assert again["real"] == answer["real"]
    assert again["shuffled"] != answer["shuffled"] == client.json(path, seed=1)["shuffled"]


def test_why_two_are_tied_is_that_of_python(client, run):
    a, b = next((p["target"], p["source"]) for p in run.pairs.to_pylist())
    answer = client.json(f"/runs/{run.id}/edge", a=a, b=b)
    edge = run.explain(a, b)
    assert answer["reasons"] == edge.reasons
    assert answer["layers"] == edge.layers.to_pylist()
    key = ("object_actions", "source_time_s", "object_id")
    rows = sorted(edge.evidence.to_pylist(), key=lambda row: tuple(row[k] for k in key))
    assert answer["evidence"] == rows


def test_two_without_an_edge_are_told_what_is_missing(client, run):
    first, last = run.cluster("C-0001").accounts[0], run.clusters.num_rows
    other = run.cluster(f"C-{last:04d}").accounts[0]
    none = client.json(f"/runs/{run.id}/edge", a=first, b=other)
    assert (none["layers"], none["evidence"], none["reasons"]) == ([], [], [])
    status, fault = client.fault(f"/runs/{run.id}/edge", a=first, b="nobody")
    assert status == 404
    assert "nobody" in fault["why"]
    told = client.json(f"/runs/{run.id}/why-not", account=first, other=other)
    assert not all(threshold["met"] for threshold in told["thresholds"])
    assert other in told["sentence"]
    own = client.json(f"/runs/{run.id}/why-not", account=other, cluster="C-0001")
    assert own["thresholds"] or "tie" in own["sentence"]
    assert client.fault(f"/runs/{run.id}/why-not", account=first)[0] == 422
    assert client.fault(f"/runs/{run.id}/why-not", account=first, other="nobody")[0] == 404


def test_an_account_is_told_of_wholly(client, run, place):
    account = run.cluster("C-0003").accounts[0]  # in the ledger, as the place has it
    detail = client.json(f"/runs/{run.id}/account", id=account)
    actions = ls.open(place.folder / "store").actions(account)
    assert detail["actions"]["total"] == actions.num_rows
    assert sorted(detail["actions"]["time_s"]) == sorted(actions["timestamp"].to_pylist())
    assert sum(detail["hours"]) == actions.num_rows
    assert [m["run_id"] for m in detail["memberships"]] == [run.id, place.earlier]
    assert detail["memberships"][0]["cluster_id"] == "C-0003"
    assert [(word["what"], word["source"]) for word in detail["words"]] == [("suspended", "manual")]
    tied = [p for p in run.pairs.to_pylist() if account in (p["source"], p["target"])]
    assert detail["neighbours_total"] == len(tied)
    assert [n["weight"] for n in detail["neighbours"]] == sorted(
        (p["weight"] for p in tied), reverse=True
    )[:25]
    assert client.fault(f"/runs/{run.id}/account", id="nobody")[0] == 404


def test_neighbours_come_page_by_page(client, run):
    account = run.cluster("C-0001").accounts[0]
    base = f"/runs/{run.id}/neighbourhood"
    whole = client.json(base, id=account, limit=500)
    pages = [client.json(base, id=account, offset=at, limit=2)["neighbours"] for at in (0, 2)]
    assert pages[0] + pages[1] == whole["neighbours"][:4]
    assert client.json(base, id="nobody")["neighbours_total"] == 0


def test_search_finds_by_beginning_and_exactly(client, run, place):
    account = run.cluster("C-0001").accounts[0]
    hits = client.json(f"/runs/{run.id}/search", q=account[:-1])
    assert account in [hit["id"] for hit in hits if hit["kind"] == "account"]
    assert client.json(f"/runs/{run.id}/search", q="c-0001")[0]["id"] == "C-0001"
    store = ls.open(place.folder / "store")
    quiet = next(
        name
        for name in store.names("account", np.arange(200, dtype="u4")).to_pylist()
        if name not in set(run.pairs["source"].to_pylist() + run.pairs["target"].to_pylist())
    )
    assert quiet in [hit["id"] for hit in client.json(f"/runs/{run.id}/search", q=quiet)]


def test_two_runs_are_compared_as_python_does(client, run, place):
    answer = client.json("/compare", a=place.earlier, b=run.id)
    rows = compare_runs(ls.Run(place.runs / place.earlier), run)
    assert answer["total"] == len([row for row in rows if row["change"] != "absent"])
    assert [row["change"] for row in answer["rows"]] == [row["change"] for row in rows]
    assert any("epoch" in cause for cause in answer["causes"])
    end = ls.Run(place.runs / place.earlier).summary["input"]["last_s"]
    for ours, row in zip(answer["rows"], rows, strict=True):
        met = dict.fromkeys(row["joined"], 0)
        for meeting in run.evidence.to_pylist():
            for side in ("source", "target"):
                if meeting[side] in met:
                    met[meeting[side]] = max(met[meeting[side]], meeting[f"{side}_time_s"])
        assert ours["joined_by_new"] == sum(time > end for time in met.values())
    assert sum(row["joined_by_new"] for row in answer["rows"]) > 0
    # The other way round, what joined has left, and none for its age.
    back = client.json("/compare", a=run.id, b=place.earlier)
    assert sum(row["left_by_age"] for row in back["rows"]) == 0


def test_the_ledger_and_the_queue_are_those_of_the_store(client, run):
    ledger = client.json("/ledger", by="wave")
    assert ledger["summary"]["suspended"] == 2
    assert [(t["name"], t["running_total"]) for t in ledger["tallies"]] == [("first", 2)]
    assert client.fault("/ledger", by="colour")[0] == 422
    queue = client.json(f"/runs/{run.id}/referrals")
    assert queue["total"] == run.candidates.num_rows


def test_the_map_has_all_clusters_within_the_square(client, run):
    drawn = client.json(f"/runs/{run.id}/map")
    assert drawn["graph"]["ids"] == run.clusters["cluster_id"].to_pylist()
    assert drawn["graph"]["strength"] == run.clusters["members"].to_pylist()


def test_files_for_other_programs_hold_the_same_graph(client, run, tmp_path):
    networkx = pytest.importorskip("networkx")
    path = f"/api/runs/{run.id}/clusters/C-0001/file"
    answer = client.http.get(path, params={"form": "graphml"})
    assert answer.headers["content-disposition"] == 'attachment; filename="C-0001.graphml"'
    graph = networkx.parse_graphml(answer.text)
    assert graph.number_of_edges() == run.cluster("C-0001").pairs.num_rows
    drawn = client.json(f"/runs/{run.id}/clusters/C-0001/graph")["drawn"]["graph"]
    gexf = client.http.get(path, params={"form": "gexf"}).text
    (tmp_path / "graph.gexf").write_text(gexf)
    nodes = networkx.read_gexf(tmp_path / "graph.gexf").nodes
    assert len(nodes) == len(drawn["ids"])
    seen = [nodes[name]["viz"] for name in sorted(nodes)]
    assert sorted(1_000 * x for x in drawn["x"]) == pytest.approx(
        sorted(each["position"]["x"] for each in seen)
    )
    assert {tuple(each["color"][c] for c in "rgb") for each in seen} == {(0, 0x72, 0xB2)}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/runs/nothing", {}),
        ("/runs/..%2F..%2Fetc", {}),
        ("/runs/latest/clusters/C-9999", {}),
        ("/runs/latest/clusters/%2e%2e", {}),
        ("/nowhere", {}),
        ("/compare", {"a": "../x", "b": "latest"}),
    ],
)
def test_what_is_not_there_is_said_in_one_form(client, path, query):
    status, fault = client.fault(path, **query)
    assert status == 404
    assert fault["what"]
    assert len(fault["request_id"]) == 12


def test_a_folder_without_runs_has_none(tmp_path, place):
    empty = client_of(type("Empty", (), {"folder": place.folder, "runs": tmp_path / "none"})())
    assert empty.json("/runs") == []
    assert empty.fault("/runs/latest")[0] == 404
