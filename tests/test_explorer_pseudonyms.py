"""A store of pseudonyms in the explorer: pages by pseudonym, and who may ask for one."""

import hashlib
from types import SimpleNamespace

import pytest
from support.explorer_client import client_of
from support.nights import CONFIG, arrives, log_of_days, make_place, night

import lockstep as ls
from lockstep.case_store import reading
from lockstep.explorer.access import User

KEY = b"a key of some length"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = make_place(
        tmp_path_factory.mktemp("pseudonyms") / "place",
        CONFIG.replace('store = "store"', 'store = "store"\nkey_file = "key"'),
    )
    (folder / "key").write_bytes(KEY)
    (folder / "key").chmod(0o600)
    arrives(folder, log_of_days(), range(6))
    night(folder)
    return SimpleNamespace(folder=folder, runs=folder / "runs")


@pytest.fixture
def client(place):
    return client_of(place, key=KEY, read_only=False)


@pytest.fixture(scope="module")
def known():
    """An account's id on its platform."""
    return log_of_days()[0]["account_id"][0].as_py()


def reveal(client, account):
    return client.http.post("/api/reveal", json={"account": account}, headers=client.csrf)


def test_an_account_is_told_of_under_its_pseudonym(client, place):
    run = ls.Run.open(place.runs)
    account = run.cluster("C-0001").accounts[0]
    detail = client.json("/runs/latest/account", id=account)
    assert detail["actions"]["total"] > 0
    assert client.json("/meta")["pseudonymous"]
    other = run.cluster("C-0002").accounts[0]
    told = client.json("/runs/latest/why-not", account=account, other=other)
    assert told["thresholds"]


def test_an_id_finds_nothing_by_itself(client, known):
    assert client.json("/runs/latest/search", q=known) == []
    assert client.fault("/runs/latest/account", id=known)[0] == 404


def test_a_lead_is_told_a_pseudonym_and_the_audit_tells_who_asked(client, place, known):
    answer = reveal(client, known).json()
    with ls.open(place.folder / "store", key=KEY) as store:
        assert answer == {
            "account_id": store.core.stored_name("account", known),
            "known": True,
        }
    detail = client.json("/runs/latest/account", id=answer["account_id"])
    assert detail["actions"]["total"] > 0
    reveal(client, known)
    with reading(place.folder / "store") as opened:
        lines = [line for line in opened.audit() if line["action"] == "reveal"]
        assert opened.verify_audit() == []
    assert len(lines) == 2  # each time it is asked
    assert lines[0]["actor"] == "local"
    assert answer["account_id"] in lines[0]["detail"]
    assert known not in lines[0]["detail"]
    assert reveal(client, "nobody there").json()["known"] is False


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_others_are_not(place, known, role):
    token = User(name="vic", role=role, token_sha256=hashlib.sha256(b"vic").hexdigest())
    client = client_of(place, users=[token], key=KEY, signed_in=False, read_only=False)
    assert client.http.get("/?token=vic").status_code == 303
    with reading(place.folder / "store") as opened:
        before = len(opened.audit())
    assert reveal(client, known).status_code == 403
    with reading(place.folder / "store") as opened:
        assert len(opened.audit()) == before


def test_a_takedown_counts_the_same_under_pseudonyms(place, tmp_path):
    plain = make_place(tmp_path / "plain")
    arrives(plain, log_of_days(), range(6))
    night(plain)
    effects = []
    for folder, key in ((place.folder, KEY), (plain, None)):
        run = ls.Run.open(folder / "runs")
        with ls.open(folder / "store", key=key) as store:
            gone = run.cluster("C-0001").accounts
            effects.append(ls.takedown_effect(run, gone, store=store, draws=3).before)
    assert effects[0] == effects[1]
    assert any(effects[0].values())
