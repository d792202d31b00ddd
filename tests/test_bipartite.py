"""Dense blocks, cores and synchrony from Python and the command line."""

import json

import numpy as np
import pyarrow as pa
import pytest

import lockstep as ls

NAMES = {"account_id": list("aabbccd"), "object_id": [1, 2, 1, 2, 1, 2, 3]}


def test_blocks_have_ids_of_either_kind():
    found = ls.dense_blocks(NAMES)
    assert found["accounts"].to_pylist() == [["a", "b", "c"], ["d"]]
    assert found["objects"].to_pylist() == [[1, 2], [3]]
    assert found["edges"].to_pylist() == [6, 1]
    assert found["density"][0].as_py() == pytest.approx(6 / np.log(8) / 5)
    numbers = {"account_id": [7, 7, 9], "object_id": list("xyx"), "timestamp": [0, 1, 2]}
    assert ls.dense_blocks(numbers, blocks=1)["accounts"].type == pa.list_(pa.int64())


def test_no_actions_no_blocks():
    empty = pa.table({"account_id": pa.array([], pa.string()), "object_id": pa.array([], "int64")})
    assert ls.dense_blocks(empty).num_rows == 0
    assert ls.bipartite_core(empty).num_rows == 0
    assert ls.synchrony(empty).num_rows == 0


def test_cores_of_both_sides():
    accounts = ls.bipartite_core(NAMES, min_accounts=3)
    assert accounts.to_pydict() == {
        "account_id": list("abcd"),
        "objects": [2, 2, 2, 1],
        "core": [2, 2, 2, 0],
    }
    objects = ls.bipartite_core(NAMES, min_accounts=3, side="object")
    assert objects.to_pydict() == {
        "object_id": [1, 2, 3],
        "accounts": [3, 3, 1],
        "core": [2, 2, 0],
    }


def test_synchrony_scores_those_with_enough_objects():
    found = ls.synchrony(NAMES, min_objects=2)
    assert found["account_id"].to_pylist() == list("abcd")
    assert found["z"].null_count == 1
    assert found["synchronicity"].to_pylist() == [1.0, 1.0, 1.0, None]


def test_a_block_among_the_crowd():
    random = np.random.default_rng(3)
    account = np.concatenate(
        [random.integers(0, 5_000, 20_000), np.repeat(range(9_000, 9_040), 30)]
    )
    object_ = np.concatenate([random.integers(0, 2_000, 20_000), np.tile(range(9_000, 9_030), 40)])
    found = ls.dense_blocks({"account_id": account, "object_id": object_}, blocks=1)
    assert found["accounts"][0].as_py() == list(range(9_000, 9_040))
    assert found["objects"][0].as_py() == list(range(9_000, 9_030))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ls.dense_blocks(NAMES, blocks=0), "blocks is 0"),
        (lambda: ls.dense_blocks(NAMES, offset=0.1), "offset is 0.1"),
        (lambda: ls.bipartite_core(NAMES, min_accounts=0), "min_accounts is 0"),
        (lambda: ls.bipartite_core(NAMES, side="both"), "side is 'both'"),
        (lambda: ls.synchrony(NAMES, cells=0), "cells is 0"),
        (lambda: ls.synchrony(NAMES, min_objects=0), "min_objects is 0"),
        (lambda: ls.dense_blocks({"account_id": [1]}), "lacks object_id"),
        (
            lambda: ls.synchrony(NAMES, features={"object_id": [1], "x": [1], "y": [1]}),
            "features lack 2 of 3 objects",
        ),
        (
            lambda: ls.synchrony(NAMES, features={"object_id": [1, 1], "x": [1, 2], "y": [1, 2]}),
            "name an object twice",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.raises(TypeError):
        ls.dense_blocks({"account_id": [1.5], "object_id": [1]})


def test_commands_read_a_store(place, call):
    log = ls.open(place / "store")
    kind = ("--kind", log.kinds[0])
    code, out, _ = call("blocks", place / "store", *kind, "--blocks", 3, "--json")
    rows = json.loads(out)["blocks"]
    assert code == 0
    assert len(rows) == 3
    # Later blocks may differ by ties, which go by the numbers of the ids.
    first = ls.dense_blocks(log.scan(log.kinds[0]), blocks=1).to_pylist()[0]
    assert sorted(rows[0]["accounts"]) == first["accounts"]
    assert rows[0]["density"] == first["density"]
    for command in ("blocks", "core", "synchrony"):
        assert call(command, place / "store", *kind)[0] == 0
    code, out, _ = call("core", place / "store", *kind, "--json")
    cores = [row["core"] for row in json.loads(out)["accounts"]]
    assert cores == sorted(cores, reverse=True)
    code, out, _ = call("synchrony", place / "store", *kind, "--json")
    assert json.loads(out)["accounts"][0]["z"] > 0
    code, _, err = call("blocks", place / "store", "--kind", "nothing")
    assert code == 2
    assert "kind 'nothing' is not in" in err
    code, _, err = call("blocks", place / "store")
    assert code == 2
    assert "give --kind; it has" in err
