"""Case work by the explorer's routes: who may what, two who decide at once, and the audit."""

import hashlib
import io
import json
import threading
import zipfile
from types import SimpleNamespace

import pytest
from support.explorer_client import client_of
from support.stores import make_store

import lockstep as ls
from lockstep import cases
from lockstep.explorer.access import User

PEOPLE = {"vera": "viewer", "anna": "analyst", "boris": "analyst", "lena": "lead"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A store and a run, for `client_of`."""
    folder = tmp_path_factory.mktemp("cases")
    store = make_store(folder / "store", ls.simulate(accounts=300, groups=3, seed=8).log)
    run = ls.sweep(store, controls=0, bootstraps=0, out=folder / "runs")
    return SimpleNamespace(folder=folder, runs=folder / "runs", run=run)


class Person:
    """Somebody signed in at one shared server."""

    def __init__(self, http, name):
        self.name, self.http = name, http
        assert http.get("/", params={"token": f"token of {name}"}).status_code == 303
        meta = http.get("/api/meta").json()
        assert (meta["user"], meta["role"]) == (name, PEOPLE[name])
        self.headers = {"X-CSRF-Token": meta["csrf"], "Origin": "http://127.0.0.1:8765"}

    def get(self, path, **query):
        return self.http.get(f"/api{path}", params=query)

    def post(self, path, body, **headers):
        return self.http.post(f"/api{path}", json=body, headers={**self.headers, **headers})

    def add(self, case, **entry):
        tag = f'"{case["case_id"]}-{case["version"]}"'
        return self.post(f"/cases/{case['case_id']}/entries", entry, **{"If-Match": tag})


def people_at(place, **desk):
    users = [
        User(
            name=name,
            role=role,
            token_sha256=hashlib.sha256(f"token of {name}".encode()).hexdigest(),
        )
        for name, role in PEOPLE.items()
    ]
    found = {}
    for name in PEOPLE:
        client = client_of(place, users=users, signed_in=False, **desk)
        found[name] = Person(client.http, name)
    return SimpleNamespace(**found)


@pytest.fixture(scope="module")
def people(place):
    return people_at(place, read_only=False)


@pytest.fixture(scope="module")
def case(place, people):
    """A case of the first cluster, signed by two, in its answers on the way."""
    opened = people.anna.post("/cases", {"run_id": place.run.id, "cluster_id": "C-0001"})
    assert opened.status_code == 201, opened.text
    assert opened.headers["etag"] == '"1-1"'
    return opened.json()


def test_a_case_is_decided_by_two_and_exported(place, people, case):
    assert case["accounts"] == place.run.cluster("C-0001").accounts
    assert case["state"] == "open" and case["refused"]["sign"]
    assert people.vera.get("/cases/1").json()["may"] == {
        **{"propose": False, "sign": False, "undo": False, "export": False}
    }
    missing = people.anna.add(case, kind="disposition", value="not-coordinated", note=" ")
    assert missing.status_code == 422 and "needs a note" in missing.json()["error"]["why"]
    proposed = people.anna.add(case, kind="disposition", value="not-coordinated", note="fans")
    assert proposed.status_code == 201 and proposed.headers["etag"] == '"1-2"'
    mine = proposed.json()
    assert mine["may"]["sign"] is False and "another person" in mine["refused"]["sign"]
    same = people.anna.add(mine, kind="signed")
    assert same.status_code == 403 and "another person" in same.json()["error"]["why"]
    early = people.boris.get("/cases/1/export")
    assert early.status_code == 403 and "second person" in early.json()["error"]["why"]
    theirs = people.boris.get("/cases/1").json()
    assert theirs["may"] == {"propose": True, "sign": True, "undo": True, "export": False}
    signed = people.boris.add(theirs, kind="signed")
    assert signed.json()["state"] == "signed" and signed.json()["may"]["export"]
    pack = people.lena.get("/cases/1/export")
    assert pack.headers["content-type"] == "application/zip"
    assert 'filename="case-1.zip"' in pack.headers["content-disposition"]
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(pack.content)).read("manifest.json"))
    assert manifest["case"]["signed_by"] == "boris"
    path = place.folder / "case.zip"
    path.write_bytes(pack.content)
    store = ls.open(place.folder / "store")
    assert cases.verify_pack(path, store=store, runs=place.runs).problems == []
    last = people.anna.get("/cases/1").json()["entries"][-1]
    assert (last["kind"], last["actor"]) == ("exported", "lena")


def test_cases_are_listed_and_read_again_only_where_they_changed(people, case):
    listed = people.vera.get("/cases", cluster="C-0001").json()
    assert listed["total"] == 1 and listed["cases"][0]["case_id"] == 1
    assert people.vera.get("/cases", assignee="nobody").json() == {"cases": [], "total": 0}
    read = people.vera.get("/cases/1")
    again = people.vera.http.get("/api/cases/1", headers={"If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert people.vera.get("/cases/99").status_code == 404


def test_what_a_request_may_not_be(place, people, case):
    new = {"run_id": place.run.id, "cluster_id": "C-0002"}
    assert people.vera.post("/cases", new).status_code == 403
    assert people.vera.get("/cases/1/export", draft=True).status_code == 403
    assert people.anna.http.post("/api/cases", json=new).status_code == 403  # no token, no origin
    foreign = people.anna.post(
        "/cases", new, **{"X-CSRF-Token": people.boris.headers["X-CSRF-Token"]}
    )
    assert foreign.status_code == 403
    assert people.anna.post("/cases", new, Origin="http://evil.example").status_code == 403
    assert people.anna.get("/cases", cluster="C-0002").json()["total"] == 0
    twice = people.anna.post("/cases", {"run_id": place.run.id, "cluster_id": "C-0001"})
    assert twice.status_code == 409 and "has case 1" in twice.json()["error"]["why"]
    assert people.anna.post("/cases", {**new, "run_id": "../x"}).status_code == 404
    assert people.anna.post("/cases", {**new, "cluster_id": "C-9999"}).status_code == 422
    comment = {"kind": "comment", "note": "x"}
    for tag in ("", "*", '"2-1"', '"1-x"', '"1-1", "1-2"'):
        refused = people.anna.post("/cases/1/entries", comment, **{"If-Match": tag})
        assert refused.status_code == 428, tag
    for body in (
        {"kind": "guilty"},
        {"kind": "disposition", "value": "guilty", "note": "x"},
        {"kind": "exported", "value": "signed"},
        {"kind": "comment", "note": "x", "actor": "boris"},
        {"kind": "undone", "refers_to": 0, "note": "x"},
    ):
        refused = people.anna.post("/cases/1/entries", body, **{"If-Match": '"1-1"'})
        assert refused.status_code == 422, body


def test_two_who_decide_at_once_get_one_decision_and_one_conflict(place, people):
    opened = people.anna.post("/cases", {"run_id": place.run.id, "cluster_id": "C-0002"}).json()
    start, answers = threading.Barrier(2), {}

    def decide(person, value):
        start.wait()
        answers[person.name] = person.add(
            opened, kind="disposition", value=value, note=f"{person.name} says so"
        )

    threads = [
        threading.Thread(target=decide, args=each)
        for each in ((people.anna, "not-coordinated"), (people.boris, "needs-data"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    status = {name: answer.status_code for name, answer in answers.items()}
    assert sorted(status.values()) == [201, 409]
    first = next(name for name, code in status.items() if code == 201)
    second = next(name for name in status if name != first)
    assert f"{first} says so" in answers[second].json()["error"]["why"]
    now = people.vera.get(f"/cases/{opened['case_id']}").json()
    assert (now["version"], now["proposed_by"]) == (2, first)
    mistake = people.boris.add(now, kind="undone", refers_to=2, note="wrong cluster").json()
    assert mistake["state"] == "open" and mistake["entries"][1]["withdrawn"]


def test_the_audit_log_is_for_leads_and_whole(people, case):
    for name in ("vera", "anna"):
        assert getattr(people, name).get("/audit").status_code == 403
    page = people.lena.get("/audit", limit=2).json()
    assert page["problems"] == [] and page["total"] >= 2
    seen = [line["sequence"] for line in page["entries"]]
    while page["next_before"] is not None:
        page = people.lena.get("/audit", limit=2, before=page["next_before"]).json()
        seen += [line["sequence"] for line in page["entries"]]
    assert seen == list(range(page["total"], 0, -1))


def test_a_server_that_only_reads_lets_nobody_decide(place, people, case):
    reader = people_at(place, read_only=True)
    read = reader.lena.get("/cases/1").json()
    assert read["may"]["propose"] is False and "lets nobody decide" in read["refused"]["sign"]
    assert reader.lena.add(read, kind="comment", note="x").status_code == 403
    assert reader.lena.get("/cases/1/export").status_code == 403
