"""The panel of decisions in a real browser, against answers as the routes of cases give them."""

import json
import re

import pytest
from support.browser import expect, screen_of

import lockstep as ls


class Cases:
    """The routes of cases for one cluster: a history that only grows, and its rules."""

    def __init__(self, run_id: str, user: str = "ana") -> None:
        self.run_id, self.user = run_id, user
        self.entries: list[dict] = []
        self.sent: list[dict] = []

    def add(self, actor: str, kind: str, value: str = "", note: str = "", refers_to=None) -> None:
        entry = {"version": len(self.entries) + 1, "time_s": 1_700_000_000, "actor": actor}
        entry |= {"kind": kind, "value": value, "note": note, "refers_to": refers_to}
        self.entries.append(entry | {"withdrawn": False})

    def _last(self, kind: str):
        live = [entry for entry in self.entries if entry["kind"] == kind and not entry["withdrawn"]]
        return live[-1] if live else None

    def detail(self) -> dict:
        proposed, signed = self._last("disposition"), self._last("signed")
        own = proposed is not None and proposed["actor"] == self.user
        assigned = self._last("assigned")
        return {
            "case_id": 1,
            "version": len(self.entries),
            "run_id": self.run_id,
            "cluster_id": "C-0002",
            "members": 12,
            "state": "signed" if signed else "proposed" if proposed else "open",
            "disposition": proposed and proposed["value"],
            "note": proposed and proposed["note"],
            "proposed_by": proposed and proposed["actor"],
            "signed_by": signed and signed["actor"],
            "assignee": assigned and assigned["value"],
            "opened_by": self.entries[0]["actor"],
            "opened_s": 1_700_000_000,
            "last_by": self.entries[-1]["actor"],
            "last_s": 1_700_000_000,
            "entries": self.entries,
            "may": {"propose": True, "sign": not own, "undo": True, "export": signed is not None},
            "refused": {
                "sign": "Who proposed it may not sign it." if own else None,
                "export": None if signed else "A second person has not signed it.",
            },
        }

    def answer(self, route) -> None:
        request = route.request
        if request.method == "GET":
            if not self.entries:
                body = {"cases": [], "total": 0}
            elif re.search(r"/cases/1$", request.url):
                body = self.detail()
            else:
                body = {"cases": [self.detail()], "total": 1}
            return self._reply(route, 200, body)
        assert request.headers["x-csrf-token"]
        sent = json.loads(request.post_data)
        if request.url.endswith("/cases"):
            self.add(self.user, "opened")
            return self._reply(route, 201, self.detail())
        if request.headers["if-match"] != f'"1-{len(self.entries)}"':
            told = {"what": "Somebody else was faster", "why": "bo commented: wait", "next": ""}
            return self._reply(route, 409, {"error": told | {"request_id": "r"}})
        self.sent.append(sent)
        for entry in self.entries:
            entry["withdrawn"] |= sent["kind"] == "undone" and sent["refers_to"] == entry["version"]
        self.add(self.user, **sent)
        return self._reply(route, 201, self.detail())

    @staticmethod
    def _reply(route, status: int, body: dict) -> None:
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))


@pytest.fixture(scope="module")
def place(explorer_place):
    return explorer_place


@pytest.fixture
def desk(place, chromium, explorer_server):
    run_id = ls.Run.open(place.runs).id
    cases = Cases(run_id)

    def meta(route) -> None:
        answer = route.fetch()
        told = answer.json() | {"user": cases.user, "role": "analyst", "read_only": False}
        told["features"] = {"ledger": True, "cases": True}
        route.fulfill(response=answer, json=told)

    with screen_of(chromium, explorer_server) as screen:
        screen.page.route("**/api/meta", meta)
        screen.page.route(re.compile(r"/api/cases"), cases.answer)
        screen.open(f"/r/{run_id}/c/C-0002/graph")
        screen.page.locator("summary", has_text="Decision").click()
        yield screen, cases


def test_a_decision_needs_a_reason_and_a_second_person(desk):
    screen, cases = desk
    page = screen.page
    page.get_by_role("button", name="Open a case").click()
    page.get_by_label("Disposition").select_option("coordinated-inauthentic")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("Write the reason first")).to_be_visible()
    assert cases.sent == []
    page.get_by_label("Reason (needed)").fill("Twelve accounts, one hand.\nSee object 7.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("to be signed by a second person").wait_for()
    assert cases.sent == [
        {
            "kind": "disposition",
            "value": "coordinated-inauthentic",
            "note": "Twelve accounts, one hand.\nSee object 7.",
        }
    ]
    sign = page.get_by_role("button", name="Sign as the second person")
    expect(sign).to_be_disabled()
    expect(page.get_by_text("Who proposed it may not sign it.")).to_be_visible()
    screen.shot("decision")
    cases.user = "bo"
    page.reload()
    screen.settle()
    page.locator("summary", has_text="Decision").click()
    sign.click()
    page.get_by_text("signed by bo").first.wait_for()
    expect(page.get_by_role("link", name="Evidence pack", exact=True)).to_be_visible()
    assert screen.faults == []


def test_what_another_person_did_is_shown_and_the_note_is_kept(desk):
    screen, cases = desk
    page = screen.page
    page.get_by_role("button", name="Open a case").click()
    page.get_by_label("Disposition").select_option("not-coordinated")
    page.get_by_label("Reason (needed)").fill("A fan club.")
    cases.add("bo", "comment", note="wait <b>here</b>")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("Somebody else was faster").wait_for()
    expect(page.get_by_text("wait <b>here</b>")).to_be_visible()
    expect(page.get_by_label("Reason (needed)")).to_have_value("A fan club.")
    expect(page.get_by_label("Disposition")).to_have_value("not-coordinated")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("to be signed by a second person").wait_for()
    assert cases.sent[-1]["note"] == "A fan club."
    assert [fault for fault in screen.faults if "409" not in fault] == []


def test_what_is_withdrawn_stays_in_the_history(desk):
    screen, cases = desk
    cases.add("ana", "opened")
    cases.add("ana", "disposition", "needs-data", "Too few objects.")
    page = screen.page
    page.reload()
    screen.settle()
    page.locator("summary", has_text="Decision").click()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_label("Why is it withdrawn?").fill("New data came.")
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("withdrew entry 2").wait_for()
    assert cases.sent == [{"kind": "undone", "refers_to": 2, "note": "New data came."}]
    expect(page.locator(".withdrawn")).to_contain_text("proposed: Needs more data")
    screen.open("/cases")
    expect(page.get_by_role("region", name="Cases").locator("tbody tr")).to_have_count(1)
    assert screen.faults == []


def test_a_dismissed_case_like_it_stands_beside_a_cluster(desk):
    screen, cases = desk

    def twin(route):
        answer = route.fetch()
        told = answer.json()
        told["row"] |= {"dismissed_case": 7, "dismissed_shared": 11, "dismissed_overlap": 0.85}
        told["row"]["dismissed_note"] = "not-coordinated, 2026-10-02: <i>fan club</i>"
        route.fulfill(response=answer, json=told)

    screen.page.route("**/clusters/C-0002", twin)
    screen.open(f"/r/{cases.run_id}/c/C-0002/graph")
    note = screen.page.get_by_role("note", name="A dismissed case like it")
    expect(note).to_contain_text("11 accounts in common with case 7 (85% of all in either)")
    expect(note).to_contain_text("<i>fan club</i>")
    assert screen.faults == []


def test_keys_choose_a_disposition_and_send_nothing(desk):
    screen, cases = desk
    screen.page.get_by_role("button", name="Open a case").click()
    screen.page.get_by_label("Disposition").wait_for()
    screen.page.locator("h1").click()
    screen.page.keyboard.press("3")
    expect(screen.page.get_by_label("Disposition")).to_have_value("not-coordinated")
    expect(screen.page.locator("#decision-note")).to_be_focused()
    assert cases.sent == []
