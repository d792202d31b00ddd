"""What users do wrong is told in one line, with what to do about it; what is not wrong works."""

import os
import random
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from support.stores import make_store

import lockstep as ls

ROWS = {"account_id": ["a", "b"], "object_id": ["x", "x"], "timestamp": [1, 2]}
EDGES = {"source": ["a"], "target": ["b"]}
ON_LOGS = [ls.coaction, ls.significance, ls.estimate, lambda log: ls.CoactionDetector().fit(log)]


def one_line(error):
    text = str(error.value)
    assert text
    assert "\n" not in text
    return text


@pytest.mark.parametrize("function", ON_LOGS)
@pytest.mark.parametrize(
    ("column", "values", "kind", "says"),
    [
        ("account_id", [1.7, 2.0], TypeError, "ids must be strings or integers"),
        ("object_id", [True, False], TypeError, "ids must be strings or integers"),
        ("account_id", [["a"], ["b"]], TypeError, "ids must be strings or integers"),
        ("timestamp", [np.nan, 1.0], ValueError, "not finite in row 0"),
        ("timestamp", ["noon", "one"], TypeError, "times must be integers, floats or timestamps"),
        ("timestamp", [1_600_000_000_000, 1], ValueError, "pass time_unit='ms'"),
        ("account_id", [None, "b"], ValueError, "missing in row 0"),
    ],
)
def test_a_column_that_cannot_be(function, column, values, kind, says):
    with pytest.raises(kind) as error:
        function({**ROWS, column: values})
    assert says in one_line(error)
    assert column in one_line(error)


@pytest.mark.parametrize("function", ON_LOGS)
def test_what_is_no_table(function):
    for given in (7, None, [1, 2]):
        with pytest.raises(TypeError) as error:
            function(given)
        assert "expected a table" in one_line(error)
    with pytest.raises(FileNotFoundError, match=r"log\.csv: no such file"):
        function("log.csv")
    with pytest.raises(ValueError, match="the columns make no table"):
        function({**ROWS, "timestamp": [1]})
    with pytest.raises(ValueError, match="it has none; rename its columns"):
        function({})


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (np.array([1.7]), "1.7|double|integers"),
        (np.array([2**32 + 1]), "4294967297 in row 0"),
        (np.array([-1]), "-1 in row 0"),
    ],
)
def test_vertex_numbers_out_of_range(source, says):
    with pytest.raises((TypeError, ValueError), match=says) as error:
        ls.graph((source, np.array([2])), dense=True)
    one_line(error)


def test_large_and_negative_ids_of_a_log_are_ids():
    log = {"account_id": [2**32 + 1, -7] * 3, "object_id": [1, 1, 2, 2, 3, 3], "timestamp": [0] * 6}
    pair = ls.coaction(log).to_pylist()[0]
    assert (pair["source"], pair["target"]) == (-7, 2**32 + 1)


def test_rows_in_any_order_say_the_same():
    made = ls.simulate(accounts=100, groups=2, seed=1)
    order = random.Random(0).sample(range(made.log.num_rows), made.log.num_rows)
    shuffled = made.log.take(pa.array(order))
    assert ls.significance(shuffled).equals(ls.significance(made.log))


@pytest.mark.parametrize(
    "empty",
    [
        pd.DataFrame(ROWS).iloc[:0],
        pd.DataFrame({name: [] for name in ROWS}),
        pa.table(ROWS).slice(0, 0),
        pa.table({name: pa.nulls(0) for name in ROWS}),
    ],
)
def test_an_empty_log_has_no_pairs(empty):
    assert ls.coaction(empty).num_rows == 0
    assert ls.significance(empty).column_names[-1] == "significant"
    assert ls.estimate(empty).pair_instances == 0
    assert ls.CoactionDetector().fit(empty).clusters_.num_rows == 0


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "store", ls.simulate(accounts=80, groups=1, seed=1).log)


def test_a_store_that_is_not_there_yet(tmp_path):
    empty = ls.open(tmp_path / "none")
    with pytest.raises(FileNotFoundError) as error:
        empty.scan("share_url")
    assert "lockstep ingest" in one_line(error)


def test_a_closed_store(store):
    store.close()
    for ask in (store.info, lambda: store.scan("share_url"), lambda: ls.sweep(store)):
        with pytest.raises(ls.StorageError) as error:
            ask()
        assert "closed" in one_line(error)


def test_a_store_that_was_moved(store, tmp_path):
    store.path.rename(tmp_path / "elsewhere")
    with pytest.raises(ls.StorageError) as error:
        ls.sweep(store)
    assert str(store.path) in one_line(error)
    assert ls.open(tmp_path / "elsewhere").kinds


def test_a_store_in_a_forked_process(store):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            store.scan("share_url")
            said = "nothing"
        except ls.StorageError as error:
            said = str(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    said = os.read(reading, 1000).decode()
    assert os.waitpid(child, 0)[1] == 0
    assert "before this process was forked; open it again here" in said
    assert store.scan("share_url").num_rows > 0


def test_functions_work_in_a_forked_process():
    made = ls.simulate(accounts=80, groups=1, seed=1)
    wanted = ls.coaction(made.log).num_rows
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        os._exit(0 if ls.coaction(made.log).num_rows == wanted else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_two_writers(store, tmp_path):
    code = (
        "import sys; from lockstep import _core; store = _core.Store(sys.argv[1], write=True);"
        "print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(ls.StoreLocked) as error:
            store.ingest(pa.table(ROWS))
        assert f"process {holder.pid}" in one_line(error)
        assert store.scan("share_url").num_rows > 0, "reading goes on"
    finally:
        holder.communicate("")
    assert store.ingest(pa.table({**ROWS, "timestamp": [1_600_000_000] * 2})).accepted == 2


def test_an_unknown_account_is_named(store):
    with pytest.raises(ls.LockstepError) as error:
        store.actions("user_99999")
    assert "user_99999" in one_line(error)
