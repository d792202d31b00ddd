"""Accounts out of a store, down to the bytes."""

import base64
import json
import random

import pytest
from support.command_line import cli, expect_error, stored
from support.stores import make_store

import lockstep as ls
from lockstep import _core
from lockstep.case_store import writing
from lockstep.erasure import erase_accounts
from lockstep.errors import ConfigError, UnknownAccount

NOW_S = 1_700_000_000
NAMES = {"account": "a", "object": "o", "time": "t", "kind": "k", "target": "to"}
# So mixed that no compression takes it apart.
GONE = "~" + "".join(
    random.Random(1).sample("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 60)
)
ROWS = [
    (GONE, "its own post", 1_600_000_000, "post", ""),
    ("u", GONE, 1_600_000_001, "follow", GONE),
    ("v", "seen", 1_600_000_002, "retweet", GONE),
    ("u", "seen", 1_600_000_003, "retweet", "v"),
    (GONE, "seen", 1_600_000_004, "retweet", "v"),
]
LEFT = [("u", "seen", 1_600_000_003, "retweet"), ("v", "seen", 1_600_000_002, "retweet")]


def write_rows(path, rows):
    lines = ["a,o,t,k,to", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path):
    opened = ls.open(tmp_path / "store")
    result = opened.ingest(write_rows(tmp_path / "rows.csv", ROWS), mapping=NAMES)
    assert result.accepted == len(ROWS)
    return opened


def is_in_files(folder, text):
    return any(text.encode() in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def notes_of(path):
    cases = _core.CaseStore(str(path))
    try:
        assert cases.verify_audit() == []
        return [entry for entry in cases.audit() if entry["action"] == "erase"]
    finally:
        cases.close()


def test_nothing_of_the_account_is_left(store, tmp_path):
    store.snapshot("retweet")
    assert is_in_files(store.path, GONE)
    erased = store.erase(GONE)
    assert (erased.accounts, erased.already, erased.files, erased.snapshots) == (1, 0, 1, 1)
    assert (erased.rows, erased.targets, erased.objects) == (3, 1, 2)
    assert erased.freed.why_not is None
    assert not is_in_files(store.path, GONE)
    assert not (store.path / "snap").exists()
    assert stored(store.path) == LEFT
    assert store.verify() == []
    assert store.info()["erased"] == 1
    assert store.info()["actions"] == 2
    assert store.neighbours("v", "retweet", direction="in")["account_id"].to_pylist() == ["u"]
    assert store.neighbours("v", "retweet").num_rows == 0
    with pytest.raises(UnknownAccount):
        store.actions(GONE)
    assert "1 of the accounts erased" in cli("store", "info", store.path).stdout


def test_it_does_not_come_back(store, tmp_path):
    store.erase([GONE])
    assert store.ingest(tmp_path / "rows.csv", mapping=NAMES).already_loaded
    more = write_rows(tmp_path / "more.csv", [*ROWS, ("w", "new", 1_600_000_005, "post", "")])
    done = cli("ingest", store.path, more, "--map", ",".join(f"{k}={v}" for k, v in NAMES.items()))
    assert done.returncode == 0, done.stderr
    assert "3 actions of accounts that were erased: not stored" in done.stdout
    store.refresh()
    assert store.jobs()["erased"].to_pylist() == [0, 3]
    assert stored(store.path) == [*LEFT, ("w", "new", 1_600_000_005, "post")]
    assert store.verify() == []
    assert not is_in_files(store.path, GONE)


def test_it_is_noted_without_a_name(store):
    erased = erase_accounts(store.path, [GONE, "u"], now_s=NOW_S)
    (entry,) = notes_of(store.path)
    assert entry["detail"] == (
        f"2 accounts and {erased.rows} of their actions, at epoch 1; 1 actions of others lost "
        "their target"
    )
    assert (entry["time_s"], bool(entry["actor"])) == (NOW_S, True)
    again = erase_accounts(store.path, [GONE])
    assert (again.accounts, again.already, again.rows) == (0, 1, 0)
    assert len(notes_of(store.path)) == 1


def test_a_note_that_a_kill_prevented_comes_with_the_same_call(store):
    core = _core.Store(str(store.path), write=True)
    core.erase_accounts([GONE], now_s=NOW_S)  # and nothing of what follows
    core.close()
    assert notes_of(store.path) == []
    assert erase_accounts(store.path, [GONE]).already == 1
    assert [entry["time_s"] for entry in notes_of(store.path)] == [NOW_S]
    assert not is_in_files(store.path, GONE)


def test_rows_in_quarantine_that_name_it_go(store, tmp_path):
    bad = write_rows(
        tmp_path / "bad.csv",
        [
            ("w", "x", 1_600_000_000, "post", ""),
            (GONE, "x", "never", "post", ""),
            (f"{GONE}2", "x", "never", "post", ""),
        ],
    )
    assert store.ingest(bad, mapping=NAMES, max_rejects=2).rejected == 2
    assert store.erase(GONE).quarantined == 1
    (file,) = (store.path / "quarantine").iterdir()
    (left,) = file.read_text().splitlines()
    assert f"{GONE}2".encode() in base64.b64decode(json.loads(left)["raw"])


@pytest.mark.parametrize("by_pseudonym", [False, True])
def test_a_store_of_pseudonyms(tmp_path, by_pseudonym):
    store = ls.open(tmp_path / "store", key="a secret of the project")
    store.ingest(write_rows(tmp_path / "rows.csv", ROWS), mapping=NAMES)
    pseudonym = store.core.stored_name("account", GONE)
    erased = store.erase(pseudonym if by_pseudonym else GONE)
    # Whose object the account is only its external id tells.
    assert (erased.rows, erased.targets) == ((2, 2) if by_pseudonym else (3, 1))
    assert store.verify() == []
    assert not is_in_files(store.path, pseudonym)
    more = write_rows(tmp_path / "more.csv", ROWS[::-1])
    assert store.ingest(more, mapping=NAMES).erased == 3
    assert store.erase(GONE).already == 1


@pytest.mark.parametrize("held", ["a label", "the ledger", "case 1"])
def test_what_a_decision_names_is_refused(store, held):
    with writing(store.path) as cases:
        said = {"content_hash": "l", "actor": "anna", "now_s": NOW_S}
        if held == "a label":
            cases.append_labels([("u", "referral", "partner", 0.5, NOW_S)], **said)
        elif held == "the ledger":
            cases.append_ledger([("u", "suspended", "us", NOW_S, "", "")], **said)
        else:
            case = {"run_id": "r", "cluster_id": "C-0001", "members": ["u"]}
            cases.append_case_entry(
                0, expected_version=0, actor="anna", kind="open", now_s=NOW_S, **case
            )
    with pytest.raises(ConfigError, match=f"account 'u' is in {held}, and decisions are kept"):
        store.erase([GONE, "u"])
    assert store.info()["actions"] == len(ROWS)
    expect_error(cli("store", "erase", store.path, "u"), 2, held)


def test_what_cannot_be_done_is_one_error(store, tmp_path):
    with pytest.raises(UnknownAccount, match="'nobody' is not in"):
        store.erase([GONE, "nobody"])
    assert store.info()["actions"] == len(ROWS)
    assert notes_of(store.path) == []
    expect_error(cli("store", "erase", store.path, "nobody"), 2, "ids are exact")
    expect_error(cli("store", "erase", store.path), 2, "no account to erase")
    expect_error(cli("store", "erase", tmp_path / "none", "u"), 2, "no store at")
    assert not (tmp_path / "none").exists()


def test_by_hand_with_a_file(store, tmp_path):
    (tmp_path / "requests.csv").write_text(f"account_id\n{GONE}\n")
    command = ["store", "erase", store.path, "v", "--accounts", tmp_path / "requests.csv"]
    done = cli(*command, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["accounts"], told["already"], told["freed"]["why_not"]) == (2, 0, None)
    assert "lockstep runs gc" in done.stderr
    assert "0 accounts erased, 2 were before" in cli(*command).stdout
    assert stored(store.path) == [LEFT[0]]
    assert cli("store", "verify", store.path).returncode == 0


def test_a_run_of_less_is_another(tmp_path, days):
    with make_store(tmp_path / "store", days[0]) as store:
        run = ls.sweep(store, controls=0, bootstraps=0)
        store.erase(days[0]["account_id"][0].as_py())
        fewer = ls.sweep(store, controls=0, bootstraps=0)
        assert fewer.fresh
        assert fewer.id != run.id
