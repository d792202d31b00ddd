"""Known groups, organic controls, stability and too little data beside what a sweep finds."""

import itertools
import json

import numpy as np
import pytest
from support.stores import make_store

import lockstep as ls
from lockstep import _core
from lockstep.sweep.stability import _counterparts


def visits(path, rows):
    """A store of (account, object, seconds since a day in 2020), all of one kind."""
    return make_store(
        path,
        [(1_580_000_000 + time_s, account, "visit", object_) for account, object_, time_s in rows],
    )


def rows_of(run, table="clusters"):
    return getattr(run, table).to_pylist()


@pytest.fixture(scope="module")
def made():
    return ls.simulate(accounts=300, groups=3, seed=8)


@pytest.fixture(scope="module")
def store(tmp_path_factory, made):
    return make_store(tmp_path_factory.mktemp("remarks") / "store", made.log)


def groups_file(folder, made):
    """One planted group is a newsroom's, another is allowed; the third nobody speaks for."""
    groups = {}
    for row in made.truth.to_pylist():
        groups.setdefault(row["group"], []).append(row["account_id"])
    first, second, third = groups.values()
    lines = [f"{account},newsroom,owner,public desk" for account in first]
    lines += [f"{account},checked,Allow-List," for account in second]
    lines += [f"{third[0]},newsroom,,", "nobody_knows,checked,,", "user,g,enemy,", ",g,,"]
    path = folder / "groups.csv"
    path.write_text("account,group,kind,note\n" + "\n".join(lines) + "\n")
    return path, first, second, third


def test_groups_annotate_and_hide_nothing(tmp_path, store, made):
    path, first, second, third = groups_file(tmp_path, made)
    plain = ls.sweep(store, out=tmp_path / "runs")
    noted = ls.sweep(store, out=tmp_path / "runs", groups=path)
    assert noted.id != plain.id
    for table in ("clusters", "members", "edges", "evidence"):
        assert getattr(noted, table).num_rows == getattr(plain, table).num_rows
    members = {row["account_id"]: row for row in rows_of(noted, "members")}
    by_cluster = {row["cluster_id"]: row for row in rows_of(noted)}
    newsroom = by_cluster[members[first[0]]["cluster_id"]]
    checked = by_cluster[members[second[0]]["cluster_id"]]
    other = by_cluster[members[third[0]]["cluster_id"]]
    assert (newsroom["groups"], newsroom["explained"]) == (["newsroom"], 1.0)
    assert (checked["groups"], checked["explained"]) == (["checked"], 1.0)
    assert (other["groups"], other["explained"]) == ([], 0.0)
    assert members[third[0]]["groups"] == ["newsroom"]
    assert members[third[1]]["groups"] == []
    for edge in rows_of(noted, "edges"):
        ends = {edge["source"], edge["target"]}
        # The newsroom's third-group account shares no edge with its desk.
        shared = ["newsroom"] if ends <= set(first) else ["checked"] if ends <= set(second) else []
        assert edge["groups"] == shared
    told = noted.summary["groups"]
    assert told["unknown"] == ["nobody_knows"]
    assert [row["reason"] for row in told["rejected"]] == [
        "kind 'enemy' is none of owner, allow-list",
        "no account",
    ]
    assert told["groups"][1] | {"accounts": 0} == {
        "group": "checked",
        "kind": "owner",
        "note": "",
        "accounts": 0,
    }
    assert any("2 rows of the groups file" in alarm for alarm in noted.alarms)
    assert "newsroom" in noted.report.read_text()


def test_candidates_are_annotated_and_the_command_tells(tmp_path, store, made, call):
    path, first, _, _ = groups_file(tmp_path, made)
    (tmp_path / "known.csv").write_text(f"account,source,confidence\n{first[0]},partner,1\n")
    code, out, _ = call(
        "sweep", store.path, "--out", tmp_path / "runs", "--groups", path,
        "--referrals", tmp_path / "known.csv",
    )  # fmt: skip
    assert code == 4
    assert "newsroom" in out
    run = ls.Run.open(tmp_path / "runs")
    near = {row["account_id"]: row["groups"] for row in rows_of(run, "candidates")}
    assert near[first[1]] == ["newsroom"]
    place = run.members.to_pylist()
    cluster = next(row["cluster_id"] for row in place if row["account_id"] == first[0])
    code, out, _ = call("clusters", run.path, cluster)
    assert "Known groups in it: newsroom; they explain 100% of its edges." in out
    assert "percentile" in out
    assert "Jaccard" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("account\nx\n", r"the header is account,group\[,kind\]\[,note\]"),
        ("account,group,knd\nx,y,owner\n", "columns are account, group, knd"),
    ],
)
def test_a_groups_file_with_other_columns_is_rejected(tmp_path, store, text, message):
    (tmp_path / "groups.csv").write_text(text)
    with pytest.raises(ls.InputRejected, match=message):
        ls.sweep(store, out=tmp_path / "runs", groups=tmp_path / "groups.csv")
    with pytest.raises(FileNotFoundError, match="check --groups"):
        ls.sweep(store, out=tmp_path / "runs", groups=tmp_path / "none.csv")


def synchrony_by_definition(log, members, window_s):
    """Of (pair, kind, object) both acted on, the share with two actions within the window."""
    times = {}
    for row in log.to_pylist():
        if row["account_id"] in members:
            key = (row["account_id"], row.get("action"), row["object_id"])
            times.setdefault(key, []).append(row["timestamp"])
    met, ever = 0, 0
    for a, b in itertools.combinations(sorted(members), 2):
        for _, kind, object_ in [key for key in times if key[0] == a]:
            theirs = times.get((b, kind, object_))
            if theirs is None:
                continue
            ever += 1
            met += any(abs(s - t) <= window_s for s in times[a, kind, object_] for t in theirs)
    return met / ever if ever else 0.0


def test_synchrony_is_what_the_definition_says(tmp_path, store, made):
    run = ls.sweep(store, out=tmp_path / "runs")
    members = rows_of(run, "members")
    for row in rows_of(run):
        own = {m["account_id"] for m in members if m["cluster_id"] == row["cluster_id"]}
        assert row["synchrony"] == pytest.approx(synchrony_by_definition(made.log, own, 60))
        assert row["control_percentile"] > 95
        assert row["control_synchrony"] < row["synchrony"]


def fans(random):
    """Ten accounts at each of ten events, among a hundred others who come to one each, on time."""
    rows = []
    for event in range(10):
        for name in [f"fan_{i}" for i in range(10)] + [f"guest_{event}_{i}" for i in range(100)]:
            rows.append((name, f"event_{event}", 100_000 * event + int(random.integers(0, 30))))
    for i in range(40_000):
        crowd, time_s = random.integers(0, 4_000), random.integers(0, 1_000_000)
        rows.append((f"crowd_{crowd}", f"thing_{i % 8_000}", int(time_s)))
    return rows


def test_a_cluster_that_does_as_its_audience_does_is_told_by_the_control(tmp_path):
    store = visits(tmp_path / "store", fans(np.random.default_rng(1)))
    run = ls.sweep(store, out=tmp_path / "runs")
    row = rows_of(run)[0]
    assert row["members"] == 10
    assert row["synchrony"] == 1.0
    assert row["control_pool"] == "audience"
    assert row["control_synchrony"] == 1.0
    assert 40 < row["control_percentile"] < 60


def test_equal_options_give_equal_bytes_for_any_threads(tmp_path, store):
    one = ls.sweep(store, out=tmp_path / "one", threads=1)
    two = ls.sweep(store, out=tmp_path / "two", threads=2)
    other = ls.sweep(store, out=tmp_path / "other", seed=1)
    for table in ("clusters", "members", "edges"):
        name = f"{table}.parquet"
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()
    assert rows_of(one) != rows_of(other)


def test_none_where_none_were_asked_for(tmp_path, store):
    run = ls.sweep(store, out=tmp_path / "runs", controls=0, bootstraps=0)
    for row in rows_of(run):
        assert row["control_pool"] == "not compared"
        assert row["stability"] is row["control_percentile"] is row["synchrony"] is None
    assert {row["stability"] for row in rows_of(run, "members")} == {None}
    assert "<h3>C-0001" in run.report.read_text()
    with pytest.raises(ValueError, match="controls is -1"):
        ls.sweep(store, controls=-1)
    with pytest.raises(ValueError, match="bootstraps is True; give a whole number"):
        ls.sweep(store, bootstraps=True)


def test_firm_clusters_are_stable_and_loose_ones_less(tmp_path):
    """Four accounts share 20 objects; four others 2, at the same moments among a quiet crowd."""
    rows = [(f"crowd_{i % 300}", f"own_{i}", 1_000 * i) for i in range(3_000)]
    for name, objects in (("firm", 20), ("loose", 2)):
        rows += [
            (f"{name}_{a}", f"{name}_object_{o}", 100_000 * o + a)
            for a in range(4)
            for o in range(objects)
        ]
    run = ls.sweep(visits(tmp_path / "store", rows), bootstraps=100)
    firm, loose = rows_of(run)
    assert firm["stability"] == 1.0
    assert firm["insufficient"] is None
    # Both, or one twice, of 22 objects drawn 22 times: 0.6 of the draws.
    assert 0.45 < loose["stability"] < 0.75
    assert loose["insufficient"] == "met on 2 objects, fewer than 5"
    members = {row["account_id"]: row["stability"] for row in rows_of(run, "members")}
    assert members["firm_0"] == 1.0
    assert members["loose_0"] == pytest.approx(loose["stability"])
    assert run.summary["insufficient"] == {"layers": {}, "clusters": 1}
    assert "Insufficient data to judge 1 of 2 clusters" in run.report.read_text()


def test_counterparts_by_hand():
    ours = np.array([0, 0, 0, 0, 1, 1, 2, -1])
    found = np.array([3, 3, 3, -1, 3, 0, -1, 0])
    jaccard, match = _counterparts(ours, found, 3)
    # 3 of 5 with cluster 3; of two equal halves the first; nobody there.
    assert jaccard.tolist() == [3 / 5, 1 / 3, 0.0]
    assert match.tolist() == [3, 0, -2]


def test_edges_stand_as_they_are_when_each_object_is_drawn_once(tmp_path, store):
    edges = ls.sweep(store, out=tmp_path / "runs").edges
    again = _core.log10_poisson_tail(
        edges["objects"].to_numpy().astype(np.uint32), edges["expected"].to_numpy()
    )
    assert again.tolist() == edges["log10_p"].to_pylist()
    with pytest.raises(ValueError, match="different lengths"):
        _core.log10_poisson_tail(np.zeros(1, np.uint32), np.zeros(2))


@pytest.mark.parametrize(
    ("accounts", "objects", "why"),
    [
        (3, 40, "3 accounts, fewer than 20"),
        (40, 3, "3 objects, fewer than 5"),
        (40, 40, "no two accounts have 2 actions each"),
    ],
)
def test_a_layer_with_too_little_data_says_so(tmp_path, call, accounts, objects, why):
    rows = [(f"a{i % accounts}", f"o{i % objects}", 1_000 * i) for i in range(40)]
    store = visits(tmp_path / "store", rows)
    code, out, _ = call("sweep", store.path, "--json")
    assert code == 0
    assert json.loads(out)["insufficient"] == {"layers": {"visit": why}, "clusters": 0}
    _, _, err = call("sweep", store.path, "--force")
    assert f"layer visit: insufficient data ({why})" in err


def test_no_organic_accounts_no_control(tmp_path):
    """Everybody is in the cluster."""
    rows = [(f"a{a}", f"o{o}", 100_000 * o) for a in range(4) for o in range(6)]
    rows += [(f"b{i}", f"x{i}", i) for i in range(5)]
    run = ls.sweep(visits(tmp_path / "store", rows), fdr=0.99)
    for row in rows_of(run):
        assert row["control_pool"] == "too few"
        assert row["control_percentile"] is None
        assert "fewer than 5 other accounts a member" in row["insufficient"]
