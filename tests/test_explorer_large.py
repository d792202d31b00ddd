"""A cluster of fifty thousand accounts in a browser: map first, strongest part, all in tables."""

import re

import numpy as np
import pytest
from support.browser import expect, explorer, screen_of
from support.stores import make_store

import lockstep as ls

CREWS, CREW = 5_000, 10


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Crews that each meet on three objects, and every two neighbours by one account of each."""
    folder = tmp_path_factory.mktemp("large")
    account = np.arange(CREWS * CREW)
    crew = account // CREW
    begin = 1_600_000_000 + np.random.default_rng(1).integers(0, 80_000, (4, CREWS))
    columns = [(account, f"crew {{}} meets {meet}", crew, begin[meet]) for meet in range(3)]
    ends = account[account % CREW < 2]  # its first and its second account
    link = (ends // CREW + ends % CREW) % CREWS
    columns += [
        (ends, f"link {{}} number {meet}", link, begin[3] + 500 * meet) for meet in range(3)
    ]
    rows = [
        (int(times[n]), f"account {who:05d}", "post", name.format(n))
        for accounts, name, number, times in columns
        for who, n in zip(accounts.tolist(), number.tolist(), strict=True)
    ]
    store = make_store(folder / "store", rows)
    # One connected part is one cluster at a resolution that joins whatever is tied.
    return ls.sweep(store, resolution=1e-9, controls=0, bootstraps=0)


def test_it_is_read_as_a_map_its_strongest_part_and_tables(chromium, run):
    assert len(run.cluster("C-0001")) == CREWS * CREW
    store = run.path.parent.parent / "store"
    arguments = (str(store), "--runs", str(run.path.parent))
    with explorer(*arguments) as running, screen_of(chromium, running) as screen:
        screen.open(f"/r/{run.id}/clusters?show=map")
        canvas = screen.page.locator("canvas")
        expect(canvas).to_have_attribute("aria-label", _label(f"clusters-{run.id}: 1 cluster"))
        screen.open(f"/r/{run.id}/c/C-0001/graph")
        screen.page.get_by_text("50,000 accounts and").wait_for()
        drawn, ties = screen.page.evaluate(
            """(({ids, source}) => [ids, source.length])(
            window.lockstepStage.currentScene().scene.graph)"""
        )
        assert len(drawn) == 5_000
        assert ties > 15_000  # the picture holds crews, not the strongest of each alone
        accounts = run.cluster("C-0001").accounts
        assert set(drawn) < set(accounts)
        beyond = next(account for account in reversed(accounts) if account not in set(drawn))
        screen.shot("fifty-thousand")
        screen.open(f"/r/{run.id}/c/C-0001/members")
        screen.page.get_by_text("of 50,000").first.wait_for()
        screen.open(f"/r/{run.id}/c/C-0001/chance")
        screen.page.get_by_text("Of the 200 most firmly tied of 50,000 accounts.").wait_for()
        screen.open(f"/r/{run.id}/account?id={beyond.replace(' ', '%20')}")
        screen.page.get_by_text("Around it").wait_for()
        assert screen.page.locator("main [role=alert]").count() == 0
        assert screen.faults == []


def _label(text):
    return re.compile(re.escape(text))
