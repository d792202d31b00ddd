"""The explorer in a real browser, on a store with two nights and names that would do harm."""

import csv
import io
import re
from urllib.parse import quote

import pytest
from support.browser import AXE, expect, explorer, screen_of, serious_faults
from support.stores import make_store

import lockstep as ls
from lockstep.arguments import parse_time


@pytest.fixture(scope="module")
def place(explorer_place):
    return explorer_place


@pytest.fixture
def screen(chromium, explorer_server):
    with screen_of(chromium, explorer_server) as shown:
        yield shown
        assert shown.faults == []


@pytest.fixture(scope="module")
def run(place):
    return ls.Run.open(place.runs)


def _id(text):
    return quote(text, safe="")


def _screens(place, run):
    first = run.cluster("C-0001").accounts
    second = run.cluster("C-0002").accounts
    base = f"/r/{run.id}"
    picked = f"sel={_id(second[0])},{_id(second[1])}"
    tabs = ("graph", "evidence", "members", "chance", "takedown", "history")
    return {
        "tonight": f"{base}/tonight",
        "clusters": f"{base}/clusters",
        "map": f"{base}/clusters?show=map",
        **{f"cluster-{tab}": f"{base}/c/C-0002/{tab}" for tab in tabs},
        "picked": f"{base}/c/C-0002/graph?{picked}",
        "hostile": f"{base}/c/C-0001/graph",
        "edge": f"{base}/edge?a={_id(second[0])}&b={_id(second[1])}",
        "no-edge": f"{base}/edge?a={_id(first[0])}&b={_id(second[0])}",
        "account": f"{base}/account?id={_id(second[0])}",
        "compare": f"/r/{place.earlier}/vs/{run.id}",
        "referrals": f"{base}/referrals",
        "ledger": "/ledger",
        "help": "/help",
        "missing": "/nonsense",
    }


def test_every_screen_loads_without_a_fault(screen, place, run):
    for name, path in _screens(place, run).items():
        screen.open(path)
        expect(screen.page.locator("main h1, main h2, main .empty").first).to_be_visible()
        assert screen.page.locator("main [role=alert]").count() == 0, name
        assert screen.faults == [], name
        screen.shot(name)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_no_screen_shuts_anybody_out(chromium, explorer_server, place, run, scheme):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in bindings/explorer")
    with screen_of(chromium, explorer_server, color_scheme=scheme, bypass_csp=True) as screen:
        for name, path in _screens(place, run).items():
            screen.open(path)
            assert serious_faults(screen.page) == [], f"{name}, {scheme}"
        # The judge sees what is wrong: a button without a name.
        screen.page.evaluate(
            "document.querySelector('main').append(document.createElement('button'))"
        )
        assert [fault.split(":")[0] for fault in serious_faults(screen.page)] == ["button-name"]


def test_search_leads_to_the_rows_that_python_gives(screen, run):
    cluster = run.cluster("C-0002")
    pair = cluster.pairs.sort_by([("weight", "descending")]).slice(0, 1).to_pylist()[0]
    screen.open(f"/r/{run.id}/clusters")
    screen.page.keyboard.press("/")
    screen.page.keyboard.type("c-0002")
    screen.page.locator("[role=option]", has_text="C-0002").first.click()
    screen.settle()
    assert screen.path == f"/r/{run.id}/c/C-0002/graph"
    for number, account in enumerate((pair["source"], pair["target"])):
        screen.page.locator("nav.tabs a", has_text="Members").click()
        screen.page.get_by_label(f"Pick {account}", exact=True).check()
        assert screen.page.evaluate("location.search").count(",") == number
    screen.page.locator("nav.tabs a", has_text="Graph").click()
    screen.settle()
    screen.page.keyboard.press("w")
    screen.settle()
    shown = screen.page.locator("#meetings tbody tr").all_inner_texts()
    wanted = run.why(pair["source"], pair["target"]).to_pylist()
    assert len(shown) == len(wanted) > 1
    for row in wanted:
        times = [_utc(row[name]) for name in ("source_time_s", "target_time_s")]
        assert any(row["object_id"] in line and all(t in line for t in times) for line in shown)


def _utc(time_s):
    from lockstep.moments import utc_text

    return utc_text(time_s, "%Y-%m-%d %H:%M:%S")


def test_a_brushed_time_keeps_graph_timeline_and_table_to_it(screen, run):
    evidence = run.cluster("C-0002").evidence.to_pylist()
    screen.open(f"/r/{run.id}/c/C-0002/graph")
    told = screen.page.locator("#in-force")
    expect(told).to_have_text(f"{len(evidence):,} of {len(evidence):,} co-actions")
    screen.page.locator(".brush .overlay").scroll_into_view_if_needed()
    box = screen.page.locator(".brush .overlay").bounding_box()
    screen.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 20)
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 20, steps=5)
    screen.page.mouse.up()
    span = re.search(r"t=([^&]+)", screen.page.url)[1].replace("%3A", ":")
    start, end = (parse_time(part, 0) for part in span.split(".."))
    inside = [
        row
        for row in evidence
        if max(row["source_time_s"], row["target_time_s"]) >= start
        and min(row["source_time_s"], row["target_time_s"]) <= end
    ]
    assert 0 < len(inside) < len(evidence)
    expect(told).to_have_text(f"{len(inside):,} of {len(evidence):,} co-actions")
    screen.settle()
    drawn = screen.page.evaluate(
        """() => { const {scene, shown} = window.lockstepStage.currentScene();
        const {ids, source, target} = scene.graph;
        return [...shown.edges.keys()].filter((e) => shown.edges[e])
          .map((e) => [ids[source[e]], ids[target[e]]].sort().join('\\n')); }"""
    )
    pairs = {"\n".join(sorted((row["source"], row["target"]))) for row in inside}
    assert set(drawn) <= pairs
    assert len(drawn) == len({p for p in pairs if p in _tied(run)})
    assert len(_saved_rows(screen, "Co-actions behind it")) == len(inside)


def _tied(run):
    return {
        "\n".join(sorted((row["source"], row["target"])))
        for row in run.cluster("C-0002").pairs.to_pylist()
    }


def _saved_rows(screen, heading):
    """Rows of the CSV file of the panel with that heading."""
    panel = screen.page.locator("section.panel", has_text=heading).last
    with screen.page.expect_download() as download:
        panel.get_by_role("button", name=re.compile("^CSV of")).click()
    text = download.value.path().read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("".join(lines))))


def test_reload_back_and_a_copied_link_restore_the_view(chromium, explorer_server, screen, run):
    accounts = run.cluster("C-0002").accounts
    path = f"/r/{run.id}/c/C-0002/graph?sel={_id(accounts[0])},{_id(accounts[1])}"
    screen.open(path)
    before = _picture(screen)
    for _ in range(2):
        screen.page.get_by_role("button", name="Later").click()
    screen.settle()
    brushed = screen.path
    assert "t=" in brushed
    assert _picture(screen) != before
    screen.page.reload()
    screen.settle()
    assert screen.path == brushed
    expect(screen.page.get_by_role("button", name="Whole time")).to_be_visible()
    screen.page.get_by_role("button", name="Copy link").click()
    link = screen.page.evaluate("navigator.clipboard.readText()")
    with screen_of(chromium, explorer_server) as other:
        other.open(link.removeprefix(explorer_server.url))
        assert other.path == brushed
        assert _picture(other) == _picture(screen)
        assert other.faults == []
    screen.page.go_back()
    assert screen.path not in (path, brushed)
    screen.page.go_back()
    screen.settle()
    assert screen.path == path
    assert _picture(screen) == before


def _picture(screen):
    screen.settle()
    return screen.page.evaluate("document.querySelector('canvas').toDataURL()")


def test_latest_becomes_the_run_itself_in_the_address(screen, run):
    screen.open("/")
    assert screen.path == f"/r/{run.id}/tonight"


def test_names_that_would_do_harm_are_only_text(screen, run):
    screen.open(f"/r/{run.id}/c/C-0001/members")
    text = screen.page.locator("table").inner_text()
    assert "<script>alert(1)</script>" in text
    assert "right\\u{202E}left" in text
    assert "\u202e" not in screen.page.locator("body").inner_text()
    assert screen.page.locator("main img, main script, main b").count() == 0
    rows = _saved_rows(screen, "Members")
    assert {row["Account"] for row in rows} >= {"'=cmd|' /C calc'!A0", "<script>alert(1)</script>"}
    for account in run.cluster("C-0001").accounts:
        screen.open(f"/r/{run.id}/account?id={_id(account)}")
        assert screen.page.locator("main [role=alert]").count() == 0, account


def test_the_whole_way_by_keys_alone(screen, run):
    screen.open(f"/r/{run.id}/clusters")
    keys = screen.page.keyboard
    keys.press("j")
    keys.press("Enter")
    screen.settle()
    assert screen.path == f"/r/{run.id}/c/C-0002/graph"
    screen.page.locator("canvas").focus()
    keys.press("ArrowDown")
    keys.press("Enter")
    assert len(re.findall("sel=", screen.page.url)) == 1
    keys.press("ArrowRight")
    keys.press("Shift+Enter")
    keys.press("]")
    assert "t=" in screen.page.url
    keys.press("w")
    screen.settle()
    assert "/edge?" in screen.page.url
    assert "tied" in screen.page.title()
    keys.press("?")
    expect(screen.page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    keys.press("Tab")
    assert screen.page.evaluate("document.activeElement !== document.body")


def test_nothing_is_cut_off_at_twice_the_size(chromium, explorer_server, place, run):
    with screen_of(chromium, explorer_server) as screen:
        screen.page.set_viewport_size({"width": 640, "height": 360})
        for name, path in _screens(place, run).items():
            screen.open(path)
            beyond = screen.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert beyond <= 0, name


def test_pictures_are_saved_as_png_and_svg(screen, run):
    screen.open(f"/r/{run.id}/c/C-0001/graph")
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with screen.page.expect_download() as download:
            screen.page.get_by_role("button", name=kind, exact=True).click()
        content = download.value.path().read_bytes()
        assert content.startswith(begins)
    import xml.etree.ElementTree

    drawn = xml.etree.ElementTree.fromstring(content)
    assert len(drawn.findall("{*}circle")) == len(run.cluster("C-0001"))


def test_a_server_that_stops_is_told_and_found_again(chromium, place):
    with explorer(*place.arguments) as running, screen_of(chromium, running) as screen:
        screen.open("/")
        running.stop()
        screen.page.locator("nav a", has_text="Ledger").click()
        told = screen.page.get_by_text("The connection to the server is lost.")
        told.wait_for()
        expect(screen.page.get_by_text("The server cannot be reached")).to_be_visible()
        screen.shot("lost-connection")


def test_the_python_of_a_view_gives_its_rows(screen, place, run, monkeypatch):
    monkeypatch.chdir(place.runs)
    pair = run.cluster("C-0001").pairs.slice(0, 1).to_pylist()[0]
    ends = f"a={_id(pair['source'])}&b={_id(pair['target'])}"
    wanted = {
        "clusters": len(run.clusters),
        "c/C-0001/members": len(run.cluster("C-0001")),
        "c/C-0001/evidence": run.cluster("C-0001").evidence.num_rows,
        f"edge?{ends}": run.why(pair["source"], pair["target"]).num_rows,
        f"account?id={_id(pair['source'])}": len(run.cluster("C-0001")) - 1,
    }
    for path, rows in wanted.items():
        screen.open(f"/r/{run.id}/{path}")
        screen.page.get_by_role("button", name="Copy as Python").click()
        code = screen.page.locator("dialog code").inner_text()
        lines = code.splitlines()
        assert len(lines) <= 6
        scope = {}
        exec("\n".join(lines[:-1]), scope)
        assert len(eval(lines[-1], scope)) == rows, path
        assert screen.page.evaluate("navigator.clipboard.readText()") == code


def test_a_store_without_runs_and_a_run_without_clusters_say_so(chromium, tmp_path):
    store = make_store(tmp_path / "store", [(1_600_000_000, "one", "post", "object")])
    with explorer(str(store.path)) as running, screen_of(chromium, running) as screen:
        screen.open("/")
        expect(screen.page.get_by_role("heading", level=1)).to_have_text(
            "No night has been swept yet"
        )
        screen.shot("first-run")
        ls.sweep(store)
        screen.open("/")
        expect(screen.page.get_by_role("heading", level=1)).to_contain_text("No group of accounts")
        screen.open("/r/latest/clusters")
        expect(screen.page.get_by_text("no cluster remains")).to_be_visible()
        screen.shot("no-clusters")


def test_what_is_not_there_is_said_with_a_next_step(screen, run):
    screen.page.goto(f"{screen.url}/r/{run.id}/c/C-9999/graph")
    alert = screen.page.locator("main [role=alert]")
    alert.wait_for()
    assert "It has C-0001 to C-0006." in alert.inner_text()
    expect(alert.get_by_role("button", name="Try again")).to_be_visible()
    assert [fault for fault in screen.faults if "404" not in fault] == []
    screen.faults.clear()
