"""What the explorer shows of new accounts that resemble suspended ones."""

from types import SimpleNamespace

import pytest
from support.browser import expect, explorer, screen_of
from support.explorer_client import client_of
from support.returners import with_returners
from support.stores import make_store

import lockstep as ls
from lockstep.ledger import record_ledger


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A store in which some accounts were suspended, and came back under new names."""
    folder = tmp_path_factory.mktemp("returned")
    made = ls.simulate(accounts=400, groups=3, seed=6)
    log, suspended, wave_s = with_returners(made, 0.5, seed=1, organic=20)
    store = make_store(folder / "store", log)
    lines = ["account,event,wave,reason,source,time"]
    lines += [f"{name},suspended,autumn,spam,manual,{wave_s}" for name in suspended]
    (folder / "wave.csv").write_text("\n".join(lines) + "\n")
    record_ledger(store, folder / "wave.csv")
    run = ls.sweep(store)
    store.close()
    return SimpleNamespace(folder=folder, runs=run.path.parent, run=run, suspended=set(suspended))


def test_they_are_those_of_the_run(place):
    client = client_of(place)
    answer = client.json("/runs/latest/returners")
    table = place.run.returners
    assert answer["rows"] == table.to_pylist()[:500]
    assert answer["alike"] == sum(table["alike"].to_pylist()) > 0
    assert answer["suspended"] == len(place.suspended)
    cluster_of = {row["account_id"]: row["cluster_id"] for row in place.run.members.to_pylist()}
    found = 0
    for name in place.run.clusters["cluster_id"].to_pylist():
        detail = client.json(f"/runs/latest/clusters/{name}")
        wanted = [
            row
            for row in answer["rows"]
            if row["alike"] and cluster_of.get(row["account_id"]) == name
        ]
        assert detail["resembling"] == wanted[:20]
        assert detail["resembling_total"] == len(wanted)
        found += len(wanted)
    assert found > 0


def test_without_a_takedown_nobody_is_compared(explorer_place):
    answer = client_of(explorer_place).json("/runs/latest/returners")
    assert answer == {"rows": [], "new": None, "suspended": None, "alike": None}


def test_they_stand_in_the_queue_and_on_their_clusters(chromium, place):
    first = place.run.returners.to_pylist()[0]
    arguments = (str(place.folder / "store"), "--runs", str(place.runs))
    with explorer(*arguments) as running, screen_of(chromium, running) as screen:
        screen.open(f"/r/{place.run.id}/referrals")
        panel = screen.page.locator("section.panel", has_text="New accounts that resemble")
        row = panel.locator("tbody tr").first
        expect(row).to_contain_text(first["account_id"])
        expect(row).to_contain_text(first["resembles"])
        expect(row).to_contain_text("autumn")
        screen.shot("returners")
        cluster = next(
            member["cluster_id"]
            for member in place.run.members.to_pylist()
            if member["account_id"] == first["account_id"]
        )
        screen.open(f"/r/{place.run.id}/c/{cluster}/graph")
        note = screen.page.locator("details.note", has_text="came after a takedown")
        expect(note).to_contain_text(first["resembles"])
        screen.shot("cluster-returners")
        assert screen.faults == []
