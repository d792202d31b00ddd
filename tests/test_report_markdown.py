"""The report in Markdown: it says what the tables say, and no name in it is markup."""

import re

import pytest
from markdown_it import MarkdownIt
from support.command_line import cli
from support.hostile import HOSTILE, hostile_rows
from support.stores import make_store

import lockstep as ls

PARSER = MarkdownIt("commonmark").enable("table")
STRUCTURE = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline",
    "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close",
    "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close",
}  # fmt: skip
INLINE = {"text", "softbreak", "strong_open", "strong_close", "em_open", "em_close", "text_special"}


def tables_of(text):
    """The tables of a page, rows of cells as they are read; asserts that all else is plain."""
    tables, cell = [], False
    for token in PARSER.parse(text):
        assert token.type in STRUCTURE, token
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("td_open", "th_open"):
            cell = True
        elif token.type == "inline":
            assert {child.type for child in token.children} <= INLINE, token.content
            if cell:
                tables[-1][-1].append("".join(child.content for child in token.children))
                cell = False
    return tables


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two runs over one store, the second of them over more of it."""
    folder = tmp_path_factory.mktemp("markdown")
    made = ls.simulate(accounts=400, groups=4, group_size=9, days=4, seed=5)
    store = make_store(folder / "store", made.log)
    middle = sorted(made.log["timestamp"].to_pylist())[made.log.num_rows // 2]
    referrals = folder / "referrals.csv"
    referrals.write_text(
        f"account,source,confidence\n{made.truth['account_id'][0].as_py()},partner & co,0.9\n"
    )
    first = ls.sweep(store, until=middle, out=folder / "runs")
    return first, ls.sweep(store, referrals=referrals, previous=first, out=folder / "runs")


def test_it_says_what_the_tables_say(nights):
    _, run = nights
    text = run.to_markdown()
    counts = run.summary["coordination"]
    assert text.startswith(
        f"# {counts['clusters']} clusters of {counts['clustered_accounts']} accounts"
    )
    assert "never guilt" in text
    tables = {rows[0][0]: rows[1:] for rows in tables_of(text)}
    clusters = run.clusters.to_pylist()[:20]
    assert [row[:3] for row in tables["Cluster"]] == [
        [row["cluster_id"], f"{row['members']:,}", f"{row['edges']:,}"] for row in clusters
    ]
    candidates = run.candidates.to_pylist()[:20]
    assert candidates
    assert [row[1] for row in tables["Rank"]] == [row["account_id"] for row in candidates]
    assert {row[4] for row in tables["Rank"]} == {"partner & co"}
    news = [row for row in run.evolution.to_pylist() if row["change"] not in ("same", "absent")]
    assert news
    assert {(row[0], row[3]) for row in tables["Lasting name"]} == {
        (row["lasting_id"], row["change"]) for row in news[:20]
    }
    assert [row[0] for row in tables["Layer"]] == list(run.summary["layers"])


def test_what_is_cut_is_said(nights, monkeypatch):
    _, run = nights
    assert "The first" not in run.to_markdown()
    monkeypatch.setattr("lockstep.report.MOST_ROWS_MARKDOWN", 2)
    text = run.to_markdown()
    for table in ("clusters", "candidates"):
        count = getattr(run, table).num_rows
        assert f"The first 2 of {count}; all are in {table}.parquet." in text
    assert max(map(len, tables_of(text))) == 3


def test_a_first_run_has_nothing_to_compare_with(nights):
    assert "What changed" not in nights[0].to_markdown()


def test_names_that_would_do_harm_are_text(tmp_path):
    referrals = tmp_path / "referrals.csv"
    referrals.write_text("account,source,confidence\n-dash,<b>|[x](http://y.z),0.9\n")
    run = ls.sweep(make_store(tmp_path / "store", hostile_rows()), referrals=referrals)
    text = run.to_markdown()
    tables = {rows[0][0]: rows[1:] for rows in tables_of(text)}
    shown = {row[1] for row in tables["Rank"]}
    plain = {name for name in HOSTILE if name.isprintable() and len(name) < 300}
    assert plain - {"-dash"} <= shown
    assert {row[4] for row in tables["Rank"]} == {"<b>|[x](http://y.z)"}
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    for bare in ("http://", "www.", "<script", "<b>"):
        assert not re.search(rf"(?<!\\){bare}", text)


def test_a_shell_prints_it(nights):
    run = nights[1]
    done = cli("runs", "report", run.path)
    assert (done.returncode, done.stdout) == (0, run.to_markdown())
    assert cli("runs", "report", run.path.parent / "nothing").returncode != 0
