"""A run and its clusters as objects: tables, pictures, and the widget."""

import base64
import itertools
import json
import xml.etree.ElementTree

import numpy as np
import pyarrow as pa
import pytest
from support.stores import make_store

import lockstep as ls
from lockstep.errors import ConfigError


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clusters")
    made = ls.simulate(accounts=400, groups=4, shared_members=3, seed=5)
    return ls.sweep(make_store(folder / "store", made.log))


def test_a_cluster_has_the_rows_of_its_own(run):
    for row in run.clusters.to_pylist():
        cluster = run.cluster(row["cluster_id"])
        members = set(cluster.accounts)
        assert len(cluster) == len(members) == row["members"]
        assert cluster.pairs.num_rows == row["edges"]
        for table in (cluster.pairs, cluster.edges, cluster.evidence):
            assert set(table["source"].to_pylist()) | set(table["target"].to_pylist()) <= members
        assert cluster.evidence.num_rows == sum(cluster.edges["objects"].to_pylist())
        assert cluster.reason == row["reason"]
    with pytest.raises(ConfigError, match="'C-9999' is no cluster"):
        run.cluster("C-9999")


@pytest.mark.parametrize("name", ["plot", "timeline", "lags"])
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_pictures_of_a_cluster(run, tmp_path, name, suffix):
    path = tmp_path / f"picture.{suffix}"
    figure = getattr(run.cluster("C-0001"), name)(path)
    assert path.stat().st_size > 3_000
    title = figure.axes[0].get_title()
    assert title.startswith("C-0001")
    if suffix == "svg":
        assert xml.etree.ElementTree.parse(path).getroot().tag.endswith("svg")


def test_the_timeline_draws_every_meeting_of_its_accounts(run):
    cluster = run.cluster("C-0001")
    figure = cluster.timeline(most=5)
    drawn = sum(len(line.get_xdata()) for line in figure.axes[0].lines)
    shown = cluster.accounts[:5]
    ticks = {
        (row[end], row[f"{end}_time_s"], row["object_id"])
        for row in cluster.evidence.to_pylist()
        for end in ("source", "target")
        if row[end] in shown
    }
    assert drawn == len(ticks)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == shown
    assert f"the 5 strongest of {len(cluster)}" in figure.axes[0].get_title()
    with pytest.raises(ValueError, match="most is 0"):
        cluster.timeline(most=0)


def test_lags_stand_beside_chance(run):
    cluster = run.cluster("C-0001")
    axes = cluster.lags().axes[0]
    heights = sum(bar.get_height() for bar in axes.patches)
    assert heights == cluster.evidence.num_rows
    chance = axes.lines[0].get_ydata()[0] * len(axes.patches)
    assert chance == pytest.approx(sum(cluster.edges["expected"].to_pylist()))


def test_pictures_of_a_run(run, tmp_path):
    figure = run.overview(tmp_path / "overview.png")
    assert (tmp_path / "overview.png").stat().st_size > 10_000
    assert len(figure.axes) == 4
    curve = run.takedown(path=tmp_path / "takedown.png").axes[0]
    assert len(curve.lines[0].get_xdata()) == run.summary["coordination"]["vertices"] + 1
    few = run.takedown(run.cluster("C-0001").accounts)
    assert len(few.axes[0].lines[0].get_xdata()) == len(run.cluster("C-0001")) + 1


def test_what_jupyter_shows_is_inert(run, tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    rows = [
        (1_600_000_000 + 1000 * n + m, f"{hostile}{m}", "post", f"{hostile} {n}")
        for n in range(9)
        for m in range(4)
    ]
    rows += [(1_600_000_000 + 37 * n, f"u{n % 50}", "post", f"o{n % 70}") for n in range(900)]
    shown = ls.sweep(make_store(tmp_path / "store", rows))
    for page in (shown._repr_html_(), shown.cluster("C-0001")._repr_html_()):
        assert "<img" not in page
    page = run._repr_html_()
    assert page.count("<tr>") == run.clusters.num_rows + 1
    assert "co-action, not why" in page
    assert "<svg" in run.cluster("C-0001")._repr_html_()


def test_the_widget_holds_the_graph_and_what_is_picked(run):
    cluster = run.cluster("C-0001")
    widget = cluster.widget(height=300)
    assert widget.names == cluster.accounts
    at = np.frombuffer(widget.positions, np.float32).reshape(-1, 2)
    assert 0.0 <= at.min() < 0.2
    assert 0.8 < at.max() <= 1.0
    ends = np.frombuffer(widget.edges, np.uint32).reshape(-1, 2)
    names = {frozenset((widget.names[a], widget.names[b])) for a, b in ends}
    pairs = cluster.pairs.to_pylist()
    assert names == {frozenset((pair["source"], pair["target"])) for pair in pairs}
    widget.selected_numbers = [2, 0]
    assert widget.selected == [cluster.accounts[2], cluster.accounts[0]]
    widget.selected = cluster.accounts[:1]
    assert widget.selected_numbers == [0]
    data, _ = widget._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data
    with pytest.raises(ValueError, match="shows no cluster"):
        type(widget).of(["a", "b"], []).open_in_explorer()


def slow_takedown(pairs, order):
    """Shares left after each step, counted anew."""
    accounts = {end for pair in pairs for end in pair[:2]}

    def measure(gone):
        left = [pair for pair in pairs if not {pair[0], pair[1]} & gone]
        components = [{account} for account in accounts - gone]
        for a, b, _ in left:
            joined = [part for part in components if part & {a, b}]
            components = [part for part in components if not part & {a, b}] + [set().union(*joined)]
        weight = sum(pair[2] for pair in left)
        return weight, len(left), max(map(len, components), default=0)

    first = measure(set())
    rows = [measure(set(order[:step])) for step in range(len(order) + 1)]
    return [tuple(x / y for x, y in zip(row, first, strict=True)) for row in rows]


@pytest.mark.parametrize("seed", range(8))
def test_the_takedown_curve_is_what_counting_anew_gives(seed):
    draw = np.random.default_rng(seed)
    pairs = [
        (f"a{i}", f"a{j}", float(draw.integers(1, 9)))
        for i, j in itertools.combinations(range(14), 2)
        if draw.random() < 0.2
    ]
    accounts = sorted({end for pair in pairs for end in pair[:2]})
    edges = dict(
        zip(("source", "target", "weight"), map(list, zip(*pairs, strict=True)), strict=True)
    )
    order = draw.permutation(accounts)[: len(accounts) // 2].tolist()
    curve = ls.takedown_curve(edges, order)
    names = ("weight_left", "pairs_left", "largest_component")
    got = list(zip(*(curve[name].to_pylist() for name in names), strict=True))
    for ours, slow in zip(got, slow_takedown(pairs, order), strict=True):
        assert ours == pytest.approx(slow, abs=1e-12)
    assert curve["account_id"].to_pylist() == [None, *order]
    greedy = ls.takedown_curve(edges)["account_id"].to_pylist()[1:]
    gone = set()
    for account in greedy:
        strength = {
            other: sum(w for a, b, w in pairs if other in (a, b) and not {a, b} & gone)
            for other in accounts
            if other not in gone
        }
        assert strength[account] == max(strength.values())
        gone.add(account)
    assert gone == set(accounts)


def test_bad_takedowns_are_told():
    edges = {"source": ["a"], "target": ["b"]}
    with pytest.raises(ValueError, match="'c' has no edge"):
        ls.takedown_curve(edges, ["c"])
    with pytest.raises(ValueError, match="'a' is given twice"):
        ls.takedown_curve(edges, ["a", "a"])


def test_an_estimate_counts_what_the_projection_meets():
    made = ls.simulate(accounts=300, groups=3, seed=1)
    said = ls.estimate(made.log, window_s=90)
    assert said.rows == made.log.num_rows
    tested = ls.significance(made.log, window_s=90, min_objects=1)
    assert said.pair_instances >= sum(tested["pairs"].to_pylist())
    assert said.memory_bytes > 0
    assert "pairs of actions" in repr(said)


def test_a_run_serialises_to_what_json_takes(run):
    text = json.dumps(ls.to_graphology(run))
    assert json.loads(text)["options"]["type"] == "undirected"
    assert isinstance(run.pairs, pa.Table)


def test_an_edge_says_why_it_is_there(run):
    pair = run.cluster("C-0001").pairs.to_pylist()[0]
    edge = run.explain(pair["target"], pair["source"])
    assert edge.accounts == (pair["source"], pair["target"])
    assert (
        edge.layers["layer"].to_pylist()
        == run.edge(pair["source"], pair["target"])["layer"].to_pylist()
    )
    assert edge.evidence.num_rows == sum(edge.layers["objects"].to_pylist())
    for row, sentence in zip(edge.layers.to_pylist(), edge.reasons, strict=True):
        assert sentence.startswith(f"{row['layer']}: {row['objects']} shared objects within 60 s")
    page = edge._repr_html_()
    assert page.count("<tr>") == min(edge.evidence.num_rows, 20) + 1
    assert pair["source"] in repr(edge)
    with pytest.raises(ConfigError, match="have no edge in run"):
        run.explain(pair["source"], "nobody")


def test_a_timed_edge_says_what_the_timing_test_found(tmp_path):
    made = ls.simulate(accounts=300, groups=3, seed=4)
    timed = ls.sweep(make_store(tmp_path / "store", made.log), timing_test=True)
    pair = timed.pairs.to_pylist()[0]
    assert (
        "objects in common they met on" in timed.explain(pair["source"], pair["target"]).reasons[-1]
    )


def test_a_store_shows_its_kinds(tmp_path):
    made = ls.simulate(accounts=100, groups=1, seed=4)
    store = make_store(tmp_path / "store", made.log)
    page = store._repr_html_()
    for kind in store.kinds:
        assert f"<td>{kind}</td>" in page
    assert f"{store.info()['accounts']:,} accounts" in page
    assert "empty" in ls.open(tmp_path / "none")._repr_html_()
