"""Case work: entries and what follows from them, two-person sign-off, and the next sweep."""

import json
import multiprocessing
import random
from typing import get_args

import pytest
from support.stores import make_store

import lockstep as ls
from lockstep import cases
from lockstep.cases.decisions import Dismissed
from lockstep.cases.state import Disposition, fold
from lockstep.cli.cases import _DISPOSITIONS
from lockstep.errors import CaseConflict, ConfigError, NotAllowed, UnknownCase
from lockstep.partners import partner_records, reliability_by_record


@pytest.fixture(scope="module")
def made():
    return ls.simulate(accounts=300, groups=3, seed=8)


@pytest.fixture
def store(tmp_path, made):
    return make_store(tmp_path / "store", made.log)


@pytest.fixture
def run(store):
    return ls.sweep(store, controls=0, bootstraps=0)


def settled(store, run, cluster="C-0001", disposition="not-coordinated", note="fans of one team"):
    case = cases.open_case(store, run, cluster, actor="anna")
    cases.decide(store, case.case_id, disposition, note, actor="anna")
    return cases.sign(store, case.case_id, actor="boris")


def test_a_case_goes_from_open_to_signed_and_everything_is_audited(store, run):
    case = cases.open_case(store, run, "C-0002", actor="anna", note="looks odd")
    assert (case.state, case.version, case.disposition) == ("open", 1, None)
    assert list(case.accounts) == run.cluster("C-0002").accounts
    case = cases.assign(store, 1, "boris", actor="anna")
    case = cases.decide(store, 1, "coordinated-inauthentic", "one script", actor="anna")
    assert (case.state, case.assignee) == ("proposed", "boris")
    case = cases.sign(store, 1, actor="boris")
    assert (case.state, case.signature.actor) == ("signed", "boris")
    case = cases.comment(store, 1, "told the partner", actor="boris")
    assert [entry.kind for entry in case.entries] == [
        *("opened", "assigned", "disposition", "signed", "comment")
    ]
    with cases.work.reading(store.path) as opened:
        audit = opened.audit()
    assert [line["actor"] for line in audit] == ["anna", "anna", "anna", "boris", "boris"]
    assert store.verify() == []
    assert cases.list_cases(store, state="signed", assignee="boris") == [case]
    assert cases.list_cases(store, state="open") == []


def test_who_proposed_does_not_sign_and_a_note_must_be_given(store, run):
    cases.open_case(store, run, "C-0001", actor="anna")
    with pytest.raises(NotAllowed, match="no disposition to sign"):
        cases.sign(store, 1, actor="boris")
    with pytest.raises(ConfigError, match="needs a note"):
        cases.decide(store, 1, "needs-data", "  ", actor="anna")
    with pytest.raises(ConfigError, match="disposition is 'guilty'"):
        cases.decide(store, 1, "guilty", "no", actor="anna")
    cases.decide(store, 1, "needs-data", "two days only", actor="anna")
    for same in ("anna", " Anna", "ANNA"):
        with pytest.raises(NotAllowed, match="another person must sign"):
            cases.sign(store, 1, actor=same)
    cases.sign(store, 1, actor="boris")
    with pytest.raises(NotAllowed, match="signed by boris already"):
        cases.sign(store, 1, actor="carla")
    with pytest.raises(UnknownCase, match="no case 7"):
        cases.find_case(store, 7)
    for nobody in ("", "two\nlines", "x" * 101):
        with pytest.raises(ConfigError, match="is no name"):
            cases.comment(store, 1, "note", actor=nobody)


def test_a_second_decision_is_a_conflict_that_tells_of_the_first(store, run):
    read = cases.open_case(store, run, "C-0001", actor="anna")
    cases.decide(store, 1, "needs-data", "too few days", actor="boris", version=read.version)
    with pytest.raises(CaseConflict, match=r"boris found it needs more data .*: too few days"):
        cases.decide(store, 1, "not-coordinated", "fans", actor="anna", version=read.version)
    with pytest.raises(CaseConflict, match="never was at 9"):
        cases.comment(store, 1, "x", actor="anna", version=9)
    assert cases.find_case(store, 1).version == 2
    with pytest.raises(CaseConflict, match="has case 1 already"):
        cases.open_case(store, run, "C-0001", actor="carla")


def test_undo_is_a_new_entry_and_brings_back_what_was_before(store, run):
    settled(store, run)
    case = cases.decide(store, 1, "needs-data", "not so sure", actor="anna")
    assert case.state == "proposed"
    case = cases.undo(store, 1, 4, "was right before", actor="anna")
    assert (case.state, case.disposition, case.version) == ("signed", "not-coordinated", 5)
    assert case.entries[3].withdrawn
    case = cases.undo(store, 1, 3, "signed by mistake", actor="boris")
    assert (case.state, case.disposition) == ("proposed", "not-coordinated")
    for entry, message in ((3, "withdrawn before"), (1, "opened the case"), (5, "withdrew")):
        with pytest.raises(NotAllowed, match=message):
            cases.undo(store, 1, entry, "again", actor="boris")
    with pytest.raises(ConfigError, match="has entries 1 to 6, and no 9"):
        cases.undo(store, 1, 9, "what?", actor="boris")


def slow_state(rows):
    """Replays the history from scratch after each entry, with nothing but lists."""
    alive = []
    for row in rows:
        if row["kind"] == "undone":
            alive = [other for other in alive if other["version"] != row["refers_to"]]
        else:
            alive.append(row)
    disposition = signer = assignee = None
    proposals = [row for row in alive if row["kind"] == "disposition"]
    if proposals:
        disposition = proposals[-1]["value"]
        for row in alive:
            if row["kind"] == "signed" and row["refers_to"] == proposals[-1]["version"]:
                signer = row["actor"]
    for row in alive:
        if row["kind"] == "assigned":
            assignee = row["value"] or None
    return disposition, signer, assignee


@pytest.mark.parametrize("seed", range(60))
def test_a_fold_of_any_entries_is_what_a_slow_model_says(seed):
    draw = random.Random(seed)
    blank = {"case_id": 1, "note": "", "value": "", "refers_to": 0, "run_id": "r"}
    blank |= {"cluster_id": "C-0001", "members": ["a"], "time_s": 0}
    rows = [{**blank, "version": 1, "actor": "anna", "kind": "opened"}]
    for _ in range(draw.randrange(25)):
        version = len(rows) + 1
        kind = draw.choice(["disposition", "signed", "assigned", "comment", "undone", "exported"])
        row = {**blank, "version": version, "actor": draw.choice("abc"), "kind": kind}
        if kind == "disposition":
            row["value"] = draw.choice(list(cases.DISPOSITIONS))
        elif kind == "assigned":
            row["value"] = draw.choice(["", "a", "b"])
        elif kind in ("signed", "undone"):
            row["refers_to"] = draw.randrange(2, version) if version > 2 else 0
        if kind == "undone" and any(
            other["version"] == row["refers_to"] and other["kind"] in ("undone", "exported")
            for other in rows
        ):
            continue  # which nobody can write
        rows.append(row)
        case = fold(rows)
        signer = case.signature.actor if case.signature else None
        assert (case.disposition, signer, case.assignee) == slow_state(rows)
        assert case.state == ("signed" if signer else "proposed" if case.disposition else "open")


def _write_notes(path, name, count):
    for number in range(count):
        cases.comment(path, 1, f"{name} {number}", actor=name)


def test_two_processes_write_and_none_of_their_notes_is_lost(store, run):
    cases.open_case(store, run, "C-0001", actor="anna")
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_write_notes, args=(store.path, name, 8)) for name in ("b", "c")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    notes = sorted(entry.note for entry in cases.find_case(store, 1).entries[1:])
    assert notes == sorted(f"{name} {number}" for name in "bc" for number in range(8))
    assert store.verify() == []


def test_a_dismissed_case_is_told_beside_its_like_and_hides_nothing(store, run):
    settled(store, run, note="fans of one team")
    later = ls.sweep(store, controls=0, bootstraps=0)
    assert later.id != run.id
    assert later.clusters.num_rows == run.clusters.num_rows
    by_id = {row["cluster_id"]: row for row in later.clusters.to_pylist()}
    twin = by_id["C-0001"]
    assert (twin["dismissed_case"], twin["dismissed_overlap"]) == (1, 1.0)
    assert twin["dismissed_note"].endswith("fans of one team")
    assert by_id["C-0002"]["dismissed_case"] is None
    told = [text for text in later.cluster("C-0001").remarks if "case 1" in text]
    assert len(told) == 1 and "fans of one team" in told[0]
    assert "fans of one team" in later.report.read_text()
    cases.undo(store, 1, 3, "not sure any more", actor="boris")
    assert ls.sweep(store, controls=0, bootstraps=0).id == run.id


def test_the_nearest_dismissed_case_is_taken():
    said = cases.Decisions(
        dismissed=[
            Dismissed(1, frozenset("abcdef"), "first"),
            Dismissed(2, frozenset("abcd"), "second"),
            Dismissed(3, frozenset("xyz"), "third"),
        ]
    )
    near, none, part = said.twins([list("abcde"), list("mno"), list("xmnop")])
    assert (near.case_id, near.shared, near.overlap) == (1, 5, 5 / 6)
    assert none is None
    assert part is None  # one of three is not half


def test_confirmed_accounts_are_seeds_and_cleared_ones_no_more(tmp_path, store, run):
    first, second = (run.cluster(name).accounts for name in ("C-0001", "C-0002"))
    file = tmp_path / "referrals.csv"
    file.write_text(f"account,source,confidence\n{second[0]},partner,0.9\n{first[0]},other,0.5\n")
    before = ls.sweep(store, referrals=file, controls=0, bootstraps=0)
    near = before.candidates["account_id"].to_pylist()
    assert set(second[1:]) <= set(near) and set(first[1:]) <= set(near)
    settled(store, run, "C-0002", "coordinated-legitimate", "a newsroom")
    settled(store, run, "C-0001", "coordinated-inauthentic", "one script")
    after = ls.sweep(store, controls=0, bootstraps=0)
    assert not set(second) & set(after.candidates["account_id"].to_pylist())
    assert not set(first) & set(after.candidates["account_id"].to_pylist())  # they are known now
    counts = after.summary["referrals"]
    assert counts["confirmed_by_cases"] == len(first)
    assert counts["cleared_by_cases"] == len(second)
    rows = {row["source"]: row for row in partner_records(store).to_pylist()}
    assert (rows["partner"]["rejected"], rows["partner"]["confirmed"]) == (1, 0)
    assert (rows["other"]["rejected"], rows["other"]["confirmed"]) == (0, 1)
    assert reliability_by_record(store) == {"other": 2 / 3, "partner": 1 / 3}
    weighed = ls.sweep(store, reliability="record", controls=0, bootstraps=0)
    assert weighed.id != after.id


def test_a_case_that_waits_for_its_second_signature_says_nothing(store, run):
    cases.open_case(store, run, "C-0001", actor="anna")
    cases.decide(store, 1, "not-coordinated", "fans", actor="anna")
    assert cases.decisions_of(store.path) == cases.Decisions()
    assert ls.sweep(store, controls=0, bootstraps=0).id == run.id


def test_the_command_does_all_of_it(call, store, run, tmp_path):
    def told(*arguments):
        code, out, err = call("cases", *arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    assert told("open", store.path, run.path, "C-0001", "--as", "anna")["case_id"] == 1
    told("decide", store.path, 1, "coordinated-inauthentic", "--note", "script", "--as", "anna")
    told("note", store.path, 1, "=1+1", "--as", "boris")
    told("assign", store.path, 1, "boris", "--as", "anna")
    code, out, err = call("cases", "sign", store.path, 1, "--as", "anna")
    assert (code, out) == (2, "") and "another person must sign" in err
    code, _, err = call("cases", "decide", store.path, 1, "needs-data", "--as", "anna")
    assert code == 2 and "needs a note" in err
    code, _, err = call("cases", "note", store.path, 1, "x", "--version", 1)
    assert code == 75 and "since then" in err
    assert told("sign", store.path, 1, "--as", "boris")["state"] == "signed"
    code, _, err = call("cases", "show", store.path, 9)
    assert code == 2 and "no case 9" in err
    pack = tmp_path / "case.zip"
    assert told("export", store.path, 1, pack, "--as", "boris")["standing"] == "signed"
    assert told("verify", pack, "--store", store.path)["matches"]
    told("undo", store.path, 1, 5, "--note", "too early", "--as", "boris")
    assert [row["state"] for row in told("list", store.path)["cases"]] == ["proposed"]
    code, out, _ = call("cases", "show", store.path, 1)
    assert code == 0 and "[withdrawn]" in out


def test_dispositions_are_the_same_ones_wherever_they_are_listed():
    assert list(cases.DISPOSITIONS) == list(get_args(Disposition)) == list(_DISPOSITIONS)
