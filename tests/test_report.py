"""The report: it needs nothing else, runs nothing, and says what the tables say."""

import datetime
import html.parser
import re
import shlex

import numpy as np
import pytest
from support.hostile import HOSTILE, hostile_rows
from support.stores import make_store

import lockstep as ls
from lockstep.cli import main
from lockstep.report.figures import graph_figure, label
from lockstep.report.timeline import Ticks, busiest_moment, timeline_figure
from lockstep.sweep.schema import TABLES

VOID = {"meta", "link"}
TAGS = {
    *VOID, "path", "line", "rect", "circle",
    "html", "head", "title", "style", "body", "header", "a", "p", "h1", "h2", "h3", "h4",
    "div", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "bdi", "code", "section",
    "span", "details", "summary", "svg", "g", "text", "sub", "sup",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "name", "content", "http-equiv", "rel", "href", "class", "id", "title",
    "open", "viewbox", "role", "aria-label", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r",
    "d", "width", "height", "stroke-width", "text-anchor",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """Collects what a page is made of; asserts that tags close in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.links, self.ids = [], [], set(), [], []
        self.texts, self.titles = [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        values = dict(attrs)
        self.links += [values["href"]] if "href" in values else []
        self.ids += [values["id"]] if "id" in values else []
        self.titles += [values["title"]] if "title" in values else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


def check_harmless(page):
    assert set(page.tags) <= TAGS
    assert page.attributes <= ATTRIBUTES
    for link in page.links:
        assert link == "data:," or (link.startswith("#") and link[1:] in page.ids)
    assert len(set(page.ids)) == len(page.ids)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    made = ls.simulate(accounts=400, groups=4, group_size=9, seed=5)
    referrals = folder / "referrals.csv"
    referrals.write_text(
        f"account,source,confidence\n{made.truth['account_id'][0].as_py()},partner & co,0.9\n,,\n"
    )
    run = ls.sweep(make_store(folder / "store", made.log), referrals=referrals)
    return run, Page(run.report.read_text(encoding="utf-8"))


def utc(row, end):
    return datetime.datetime.fromtimestamp(row[f"{end}_time_s"], datetime.UTC).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def test_the_page_is_whole_and_needs_nothing_else(planted):
    run, page = planted
    check_harmless(page)
    source = run.report.read_text()
    style = source[source.index("<style>") : source.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert "default-src 'none'" in source
    for needed in ("prefers-color-scheme: dark", "@media print", "color-scheme"):
        assert needed in style


def test_the_page_says_what_the_tables_say(planted):
    run, page = planted
    counts = run.summary["coordination"]
    assert f"{counts['clusters']} clusters of {counts['clustered_accounts']} accounts" in page.text
    for cluster in run.clusters.to_pylist():
        assert cluster["cluster_id"] in page.ids
        assert cluster["reason"] in page.text
    for account in run.members["account_id"].to_pylist():
        assert f" {account} " in page.text
    for candidate in run.candidates.to_pylist():
        assert " \N{RIGHTWARDS ARROW} ".join(candidate["path"]) in page.text.replace("  ", " ")
    assert "Alarm." in page.text
    assert "never guilt" in page.text
    own = [edge for edge in run.edges.to_pylist() if edge["cluster_id"] == "C-0001"]
    edge = min(own, key=lambda edge: (edge["log10_p"], edge["source"], edge["target"]))
    rows = run.why(edge["source"], edge["target"]).to_pylist()
    rows = [row for row in rows if row["layer"] == edge["layer"]]
    rows.sort(key=lambda row: (row["object_actions"], row["source_time_s"], row["object_id"]))
    for row in rows[:12]:
        assert (
            f"{row['object_id']} {utc(row, 'source')} {utc(row, 'target')} {row['lag_s']} s "
            f"{row['object_actions']}"
        ) in page.text
    assert page.tags.count("svg") == 4 * run.clusters.num_rows


def test_the_command_in_the_page_finds_the_run_again(planted, capsys):
    run, page = planted
    command = re.search(r"In a shell: (lockstep sweep .*?) (?=In Python)", page.text)[1]
    assert (
        ls.sweep(
            run.summary["store"],
            referrals=run.summary["referrals"]["file"],
            **{k: v for k, v in run.summary["options"].items() if k not in ("since_s", "until_s")},
        ).id
        == run.id
    )
    with pytest.raises(SystemExit):
        main([*shlex.split(command)[1:], "--json"])
    assert f'"run_id": "{run.id}"' in capsys.readouterr().out


def test_hostile_names_are_inert(tmp_path):
    run = ls.sweep(make_store(tmp_path / "store", hostile_rows()))
    assert set(HOSTILE) <= set(run.members["account_id"].to_pylist())
    source = run.report.read_text(encoding="utf-8")
    page = Page(source)
    check_harmless(page)
    for character in source:
        assert character.isprintable() or character == "\n"
    for name in HOSTILE:
        assert label(name, 24) in page.texts or f"{label(name, 24)} " in page.text
    assert max(map(len, page.titles)) <= 300
    assert len(source) < 1_500_000


def test_what_is_cut_is_said(tmp_path):
    """One group past what is drawn and listed, on more objects than are listed."""
    rows = [
        (1_600_000_000 + 4000 * number + member % 40, f"user {member:03}", "post", f"o{number:02}")
        for number in range(20)
        for member in range(130)
    ]
    rows += [
        (1_600_500_000 + 97 * i, f"other {i % 2000}", "post", f"p{i % 3000}") for i in range(30_000)
    ]
    run = ls.sweep(make_store(tmp_path / "store", rows))
    page = Page(run.report.read_text())
    assert run.clusters["members"].to_pylist() == [130]
    for said in (
        "the 30 strongest of 130",
        "the 60 strongest of 130 members",
        "130 members, the 100 strongest listed (all are in members.parquet)",
        f"(5 of {run.edges.num_rows:,}, counting each layer; all are in edges.parquet)",
        "The 12 least common objects of 20; all are in evidence.parquet.",
        "15 other objects",
        "130 of 130 members acted on",
        "the first 30 are drawn",
    ):
        assert said in page.text
    assert page.tags.count("circle") == 60


def test_more_clusters_than_are_shown_are_counted(tmp_path):
    made = ls.simulate(accounts=400, groups=23, group_size=4, seed=2)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    found = run.clusters.num_rows
    assert found > 20
    page = Page(run.report.read_text())
    assert "The 20 highest clusters are shown" in page.text
    assert len([name for name in page.ids if name.startswith("C-")]) == 20
    for row in run.clusters.to_pylist():
        assert row["cluster_id"] in page.text


def test_a_run_that_found_nothing_has_a_page(tmp_path):
    rows = [(1_600_000_000 + 1000 * i, f"user {i}", "post", f"o{i}") for i in range(20)]
    run = ls.sweep(make_store(tmp_path / "store", rows))
    assert all(getattr(run, name).num_rows == 0 for name in TABLES)
    page = Page(run.report.read_text())
    check_harmless(page)
    assert "No group of accounts acts in concert beyond chance" in page.text


def slow_busiest(ticks, window_s):
    best = 0
    for object_, start in zip(ticks.object, ticks.time_s, strict=True):
        chosen = (ticks.object == object_) & (ticks.time_s >= start)
        chosen &= ticks.time_s <= start + window_s
        best = max(best, len(set(ticks.row[chosen])))
    return best


@pytest.mark.parametrize("seed", range(30))
def test_the_busiest_moment_has_most_members(seed):
    draw = np.random.default_rng(seed)
    n = int(draw.integers(1, 60))
    rows = np.unique(
        np.stack([draw.integers(0, 50, n), draw.integers(0, 6, n), draw.integers(0, 4, n)], 1),
        axis=0,
    ).T
    ticks = Ticks(rows[1], rows[0], rows[2], ["a", "b", "c", "d"], 2)
    found, object_ = busiest_moment(ticks, 10)
    assert len(set(found.row.tolist())) == slow_busiest(ticks, 10)
    assert {ticks.objects[i] for i in found.object} == {object_}
    assert found.time_s[-1] - found.time_s[0] <= 10


def test_each_tick_has_the_colour_of_its_object():
    objects = [f"o{i}" for i in range(9)]
    ticks = Ticks(np.zeros(9, int), np.arange(9) * 10, np.arange(9), objects, 5)
    figure = timeline_figure(ticks, ["ann"], np.array([0]), (0, 80))
    marks = {
        int(colour): path.count("M")
        for path, colour in re.findall(r'<path d="([^"]*)" class="tick k(\d)"/>', figure)
    }
    assert marks == {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 6: 4}


def test_an_edge_is_as_thick_as_its_strongest_layer():
    members = ["ann", "bob", "cid"]
    edges = [
        {"source": "ann", "target": "bob", "weight": 8.0},
        {"source": "bob", "target": "cid", "weight": 8.0},
        {"source": "bob", "target": "cid", "weight": 2.0},
        {"source": "ann", "target": "cid", "weight": 2.0},
    ]
    widths = {
        float(width): path.count("M")
        for path, width in re.findall(
            r'<path d="([^"]*)" class="edge" stroke-width="([\d.]+)"/>',
            graph_figure(members, edges),
        )
    }
    assert widths == {0.9: 1, 2.4: 2}
