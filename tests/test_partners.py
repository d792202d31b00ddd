"""Partners' records: what became of what they referred, and nothing of what others did."""

import json

import pytest
from support.command_line import cli, expect_error
from support.stores import make_store, truth_of

import lockstep as ls
from lockstep.ledger import record_ledger
from lockstep.nightly import load_config, run_night
from lockstep.partners import partner_records, partner_report, reliability_by_record

NOW = 1_700_000_000


@pytest.fixture
def scene(tmp_path):
    """Two partners referred accounts; some were suspended, reinstated or cleared since."""
    made = ls.simulate(accounts=300, groups=3, seed=9)
    store = make_store(tmp_path / "store", made.log)
    names = sorted(truth_of(made))
    (tmp_path / "referrals.csv").write_text(
        "account,source,confidence\n"
        + "".join(f"{name},a,0.8\n" for name in names[:6])
        + "".join(f"{name},b,0.5\n" for name in names[4:9])
    )
    ls.sweep(store, referrals=tmp_path / "referrals.csv")
    events = [
        *((name, "suspended") for name in names[:5]),
        (names[0], "appealed"),
        (names[1], "reinstated"),
        (names[8], "cleared"),
    ]
    (tmp_path / "ledger.csv").write_text(
        "account,event,time\n" + "".join(f"{a},{e},{NOW + n}\n" for n, (a, e) in enumerate(events))
    )
    record_ledger(store, tmp_path / "ledger.csv", now_s=NOW)
    return store, names


def test_records_are_counted(scene):
    store, _ = scene
    a, b = partner_records(store).to_pylist()
    names = ("source", "referred", "confirmed", "rejected", "open")
    assert [a[name] for name in names] == ["a", 6, 4, 1, 1]
    assert [b[name] for name in names] == ["b", 5, 1, 1, 3]
    assert reliability_by_record(store) == {"a": 5 / 7, "b": 2 / 4}


def test_a_partner_sees_its_own_referrals_alone(scene, tmp_path):
    store, names = scene
    rows = {row["account_id"]: row for row in partner_report(store, "b").to_pylist()}
    assert set(rows) == set(names[4:9])
    assert rows[names[4]]["state"] == "confirmed"
    assert rows[names[8]]["state"] == "rejected"
    assert rows[names[5]]["state"] == "open"
    assert rows[names[5]]["decided_s"] is None
    with pytest.raises(ValueError, match="no referral is from 'c'; there are a, b"):
        partner_report(store, "c")
    done = cli("partners", "report", store.path, "b", tmp_path / "b.csv")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "b.csv").read_text()
    assert names[8] in text
    assert names[0] not in text
    expect_error(
        cli("partners", "report", store.path, "c", tmp_path / "c.csv"), 2, "there are a, b"
    )
    listed = json.loads(cli("partners", "list", store.path, "--json").stdout)["partners"]
    assert [row["source"] for row in listed] == ["a", "b"]


def test_the_record_weighs_referrals_in_a_sweep_and_at_night(scene, tmp_path):
    store, _ = scene
    by_hand = tmp_path / "history.csv"
    by_hand.write_text("source,confirmed,rejected\na,4,1\nb,1,1\n")
    weighed = ls.sweep(store, reliability="record")
    assert weighed.summary["referrals"]["reliability"] == {"a": 5 / 7, "b": 0.5}
    same = ls.sweep(store, reliability=by_hand, force=True)
    assert weighed.candidates.equals(same.candidates)
    assert weighed.id == same.id, "it is what the figures are that counts, not who gave them"
    (tmp_path / "sweep.toml").write_text(
        '[sweep]\nstore = "store"\nout = "nights"\n[referrals]\nreliability = "record"\n'
    )
    night = run_night(load_config(tmp_path / "sweep.toml"), now_s=NOW)
    assert ls.Run(night.run).summary["referrals"]["reliability"] == {"a": 5 / 7, "b": 0.5}
    assert run_night(load_config(tmp_path / "sweep.toml"), now_s=NOW).status == "noop"
