"""Pictures beside chance, parts by colour, rivers of nights and masks, in a real browser."""

from urllib.parse import quote

import pytest
from support.browser import expect, screen_of

import lockstep as ls


@pytest.fixture(scope="module")
def run(explorer_place):
    return ls.Run.open(explorer_place.runs)


@pytest.fixture
def screen(chromium, explorer_server):
    with screen_of(chromium, explorer_server) as shown:
        yield shown
        assert shown.faults == []


def _ties(screen, number):
    """Ties that a picture of the page says it has."""
    label = screen.page.locator("canvas").nth(number).get_attribute("aria-label")
    return int(label.split(" and ")[-1].split(" tie")[0].replace(",", ""))


def test_the_dial_goes_through_windows_beside_shuffled_times(screen, explorer_place, run):
    with ls.open(explorer_place.folder / "store") as store:
        rows = run.cluster("C-0002").robustness(store).to_pylist()
    screen.open(f"/r/{run.id}/c/C-0002/chance")
    held = sum(row["holds"] for row in rows)
    expect(screen.page.get_by_text(f"held in {held} of 12 settings")).to_be_visible()
    dial = screen.page.locator("input[type=range]")
    assert dial.input_value() == "4"
    for setting in (4, 0, 11):
        dial.fill(str(setting))
        screen.settle()
        assert _ties(screen, 0) == rows[setting]["pairs"]
        assert _ties(screen, 1) <= rows[setting]["pairs"]
    screen.shot("cluster-chance-wide")
    before = screen.page.locator("canvas").nth(1).get_attribute("aria-label")
    pictures = [screen.page.locator("canvas").nth(1).evaluate("c => c.toDataURL()")]
    screen.page.get_by_role("button", name="Shuffle again").click()
    screen.page.get_by_text("Times shuffled, number 2").wait_for()
    screen.settle()
    assert "seed=2" in screen.page.url
    pictures.append(screen.page.locator("canvas").nth(1).evaluate("c => c.toDataURL()"))
    again = screen.page.locator("canvas").nth(1).get_attribute("aria-label")
    assert pictures[0] != pictures[1] or before != again


def test_a_neighbourhood_grows_when_asked_and_leads_on(screen, run):
    account = run.cluster("C-0002").accounts[0]
    screen.open(f"/r/{run.id}/account?id={quote(account, safe='')}")
    panel = screen.page.locator("section.panel", has_text="Around it")
    canvas = panel.locator("canvas")
    expect(canvas).to_have_attribute(
        "aria-label", f"Graph of neighbourhood: {_said(run, account)}; the tables hold the same"
    )
    canvas.focus()
    for _ in range(2):  # along its firmest tie, and there picked
        screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("Enter")
    panel.get_by_role("link", name="Why are they tied?").click()
    screen.settle()
    assert f"/edge?a={quote(account, safe='')}" in screen.path


def _said(run, account):
    pairs = run.pairs.to_pylist()
    near = {account} | {
        end
        for p in pairs
        if account in (p["source"], p["target"])
        for end in (p["source"], p["target"])
    }
    ties = sum({p["source"], p["target"]} <= near for p in pairs)
    return f"{len(near)} accounts and {ties} ties"


def test_a_notebook_leads_to_the_page_with_what_is_picked_there(screen, run, monkeypatch):
    pytest.importorskip("anywidget")
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    cluster = run.cluster("C-0001")
    widget = cluster.widget()
    widget.selected = cluster.accounts[1:3]
    address = widget.open_in_explorer(screen.url)
    assert opened == [address]
    screen.open(address.removeprefix(screen.url))
    expect(screen.page.get_by_role("heading", name="2 picked")).to_be_visible()
    picked = screen.page.evaluate(
        """(({scene, shown}) => [...shown.picked].map((v) => scene.graph.ids[v]))(
        window.lockstepStage.currentScene())"""
    )
    assert sorted(picked) == sorted(cluster.accounts[1:3])


def test_a_river_shows_who_stayed_joined_and_left(screen, run):
    row = next(
        row for row in run.evolution.to_pylist() if row["cluster_id"] and row["previous_cluster_id"]
    )
    screen.open(f"/r/{run.id}/c/{row['cluster_id']}/history")
    river = screen.page.locator("svg.river")
    told = river.get_attribute("aria-label")
    assert f"{len(row['joined'])} joined, {len(row['left'])} left" in told
    assert river.locator("rect.bar").count() == 2
    assert river.locator("path.came").count() == (len(row["joined"]) > 0)
    assert river.locator("path.went").count() == (len(row["left"]) > 0)


def test_an_alarm_stands_beside_the_nights_before(screen, run):
    past = [("a", 0.03), ("b", None), ("c", 0.06)]
    detail = {
        "alarm": "max_clustered_share",
        "said": "12% of the accounts are in clusters",
        "next": "see whether the null still fits",
        "unit": "share",
        "value": 0.12,
        "limit": 0.1,
        "past": [{"run": night, "value": value} for night, value in past],
    }

    def with_alarm(route):
        answer = route.fetch()
        alarms = [f"{detail['said']}; {detail['next']}", "another one"]
        route.fulfill(
            response=answer, json={**answer.json(), "alarms": alarms, "alarm_details": [detail]}
        )

    screen.page.route(f"**/api/runs/{run.id}", with_alarm)
    screen.open(f"/r/{run.id}/tonight")
    alarms = screen.page.get_by_label("Alarms").locator(".note")
    expect(alarms).to_have_count(2)
    expect(alarms.first).to_contain_text("12% tonight, limit 10%")
    expect(alarms.first).to_contain_text("2 nights before")
    spark = alarms.first.locator("svg.spark")
    assert spark.get_attribute("aria-label") == "Over the nights: 3%, 6%, 12%"
    heights = [float(bar.get_attribute("height")) for bar in spark.locator("rect").all()]
    assert heights == pytest.approx([5.5, 11.0, 22.0])
    assert alarms.nth(1).locator("svg").count() == 0
    screen.shot("alarms")


def test_without_pictures_the_tables_still_tell_all(screen, run):
    screen.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    screen.open(f"/r/{run.id}/c/C-0002/graph")
    expect(screen.page.get_by_text("This browser draws no pictures")).to_be_visible()
    evidence = run.cluster("C-0002").evidence.num_rows
    expect(screen.page.locator("#in-force")).to_have_text(f"{evidence} of {evidence} co-actions")
    screen.page.locator("canvas").focus()
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Enter")
    assert "sel=" in screen.page.url


def test_masked_pages_show_no_names_and_stay_masked(screen, run):
    accounts = run.cluster("C-0002").accounts
    paths = [
        f"/r/{run.id}/c/C-0002/graph?mask=1",
        f"/r/{run.id}/c/C-0002/members?mask=1",
        f"/r/{run.id}/c/C-0002/takedown?mask=1",
        f"/r/{run.id}/account?id={quote(accounts[0], safe='')}&mask=1",
        f"/r/{run.id}/edge?a={quote(accounts[0], safe='')}&b={quote(accounts[1], safe='')}&mask=1",
    ]
    for path in paths:
        screen.open(path)
        text = screen.page.locator("main").inner_text()
        assert "account 1" in text, path
        marks = screen.page.evaluate(
            """[...document.querySelectorAll('main [title], main [aria-label]')]
            .map((e) => e.title + ' ' + e.getAttribute('aria-label')).join('\\n')"""
        )
        for account in accounts:
            assert account not in text, path
            assert account not in marks, path
    screen.open(paths[1])
    screen.shot("masked")
    screen.page.locator("nav.tabs a", has_text="History").click()
    screen.settle()
    assert "mask=1" in screen.page.url
    screen.page.get_by_role("button", name="Mask").click()
    screen.settle()
    assert "mask" not in screen.page.url
    screen.page.locator("nav.tabs a", has_text="Members").click()
    screen.settle()
    assert accounts[0] in screen.page.locator("main").inner_text()
