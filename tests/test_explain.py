"""`lockstep explain`: what is behind an edge, and what is said where there is none."""

import json

from support.stores import make_store

import lockstep as ls


def test_explain_says_plainly_when_there_is_nothing(call, tmp_path):
    rows = [
        (1_600_000_000, "ann", "post", "x"),
        (1_600_000_300, "bob", "post", "x"),
        (1_600_000_000, "cid", "post", "y"),
    ]
    make_store(tmp_path / "store", rows)
    code, out, _ = call("explain", tmp_path / "store", "ann", "cid")
    assert (code, out) == (0, "ann and cid never acted on one object.\n")
    _, out, _ = call("explain", tmp_path / "store", "ann", "bob")
    assert "share 1 objects, but never acted on one within 60 s" in out
    assert "the closest is x (post), 300 s apart" in out
    _, out, _ = call("explain", tmp_path / "store", "bob", "ann", "--window", "5m", "--json")
    found = json.loads(out)
    assert found["nothing"] is None
    assert found["evidence"] == [
        {
            "layer": "post",
            "object_id": "x",
            "source_time_s": 1_600_000_300,
            "target_time_s": 1_600_000_000,
            "lag_s": -300,
            "pairs": 1,
        }
    ]
    ls.sweep(ls.open(tmp_path / "store"))
    code, out, _ = call("explain", tmp_path / "store-runs", "ann", "bob")
    assert code == 0
    assert "ann and bob have no edge in run" in out


def test_explain_of_a_store_is_the_evidence_of_a_run(call, place):
    run = ls.Run.open(place / "store-runs")
    for edge in run.edges.slice(0, 20).to_pylist():
        ends = edge["source"], edge["target"]
        _, out, _ = call("explain", place / "store", *ends, "--json")
        live = {(row["layer"], row["object_id"]): row for row in json.loads(out)["evidence"]}
        kept = run.why(*ends).to_pylist()
        for row in kept:
            assert live[row["layer"], row["object_id"]]["lag_s"] == row["lag_s"]
        assert {row["object_id"] for row in kept} <= {object_ for _, object_ in live}


def test_a_key_finds_the_accounts_of_a_run(call, tmp_path):
    made = ls.simulate(accounts=200, groups=2, seed=4)
    key = tmp_path / "key"
    key.write_text("a key of sixteen or more bytes")
    store = ls.open(tmp_path / "store", key=key.read_bytes())
    store.ingest(made.log, kind="post")
    ls.sweep(store)
    rows = made.truth.to_pylist()
    two = [row["account_id"] for row in rows if row["group"] == rows[0]["group"]][:2]
    runs = tmp_path / "store-runs"
    code, out, _ = call("explain", runs, *two, "--key-file", key)
    assert code == 0
    assert "shared objects within 60 s" in out
    code, out, _ = call("explain", runs, *two)
    assert code == 0
    assert all(f"{name} has no edge there at all" in out for name in two)
    assert "chance" not in out
    (tmp_path / "wrong").write_text("another key of sixteen bytes")
    code, _, err = call("explain", runs, *two, "--key-file", tmp_path / "wrong")
    assert code == 2
    assert "key" in err
    (tmp_path / "store").rename(tmp_path / "moved")
    code, _, err = call("explain", runs, *two, "--key-file", key)
    assert code == 2
    assert "needs the store of the run" in err


def test_pairs_count_all_meetings_of_an_object(call, tmp_path):
    start = 1_600_000_000
    rows = [(start + s, name, "post", "x") for s in (0, 500) for name in ("ann", "bob")]
    rows += [(start + 510, "bob", "post", "x"), (start, "ann", "post", "y")]
    make_store(tmp_path / "store", rows)
    _, out, _ = call("explain", tmp_path / "store", "ann", "bob", "--json")
    assert [row["pairs"] for row in json.loads(out)["evidence"]] == [3]
