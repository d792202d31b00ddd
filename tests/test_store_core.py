"""The C++ store as Python sees it: closing, arrays, errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lockstep import _core

START = 1_600_000_000


def ids(values: list[str]) -> tuple[np.ndarray, np.ndarray]:
    text = "".join(values).encode()
    offsets = np.cumsum([0, *(len(value.encode()) for value in values)], dtype=np.int64)
    return offsets, np.frombuffer(text, np.uint8)


def fill(store: _core.Store, rows: int, name: str = "one") -> _core.JobReceipt:
    numbers = np.arange(rows, dtype=np.int64)
    job = store.begin_job(name, "test")
    refused = job.append(
        numbers, numbers % 97, START + numbers % 86_400, np.zeros(rows, np.uint16), ["share"]
    )
    assert refused == []
    return job.commit(rejected=0, now_s=START)


def test_a_closed_store_says_so_whatever_is_asked(tmp_path: Path) -> None:
    store = _core.Store(str(tmp_path / "store"), write=True)
    fill(store, 10)
    store.close()
    store.close()
    calls: list[Callable[[], object]] = [
        lambda: store.epoch,
        lambda: store.jobs(),
        lambda: store.kinds(),
        lambda: store.info(),
        lambda: store.verify(),
        lambda: store.refresh(),
        lambda: store.scan("share"),
        lambda: store.account_actions(0),
        lambda: store.neighbours("share", 0),
        lambda: store.find_id("account", "1"),
        lambda: store.names("account", np.zeros(1, np.uint32)),
        lambda: store.stored_name("account", "1"),
        lambda: store.find_job("one"),
        lambda: store.begin_job("two", "test"),
    ]
    for call in calls:
        with pytest.raises(_core.StorageError, match="the store is closed"):
            call()
    cases = _core.CaseStore(str(tmp_path / "store"), write=True)
    cases.close()
    with pytest.raises(_core.StorageError, match="the store is closed"):
        cases.labels()


def test_closing_lets_a_running_call_end_and_then_frees_the_lock(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    store = _core.Store(path, write=True)
    fill(store, 300_000)
    found: list[int] = []
    stopped = threading.Event()

    def read() -> None:
        try:
            while True:
                log, duplicates = store.scan("share")
                found.append(len(log) + duplicates)
        except _core.StorageError:
            stopped.set()

    reader = threading.Thread(target=read)
    reader.start()
    while not found:
        pass
    store.close()
    reader.join(20)
    assert stopped.is_set()
    assert set(found) == {300_000}
    _core.Store(path, write=True).close()


def test_arrays_go_in_and_come_out_as_they_are(tmp_path: Path) -> None:
    store = _core.Store(str(tmp_path / "store"), write=True)
    job = store.begin_job("one", "test")
    accounts = ids(["b", "a\u00e9", "b", ""])
    objects = np.array([7, 7, 8, 9], np.int64)
    times = np.array([5, 4, 6, 7], np.int64) + START
    refused = job.append(
        accounts,
        objects,
        times,
        np.array([0, 0, 1, 0], np.uint16),
        ["share", "follow"],
        target=ids(["", "", "a\u00e9", ""]),
        has_target=np.array([0, 0, 1, 0], np.uint8),
    )
    assert refused == [(3, "id")]
    assert job.commit(rejected=1, now_s=START).accepted == 3
    log, duplicates = store.scan("share", from_s=START, to_s=START + 100)
    assert duplicates == 0
    assert log.accounts.tolist() == [1, 0]
    assert log.times.tolist() == [START + 4, START + 5]
    offsets, text = store.names("account", log.accounts)
    assert text.tobytes() == "a\u00e9b".encode()
    assert offsets.tolist() == [0, 3, 4]
    assert [column.tolist() for column in store.neighbours("follow", 0)] == [
        [1],
        [1],
        [START + 6],
        [START + 6],
    ]
    assert [column.tolist() for column in store.account_actions(0)] == [
        [0, 1],
        [0, 1],
        [START + 5, START + 6],
    ]
    with pytest.raises(ValueError, match="direction"):
        store.neighbours("follow", 0, direction="up")
    with pytest.raises(ValueError, match="past"):
        store.names("account", np.array([2], np.uint32))
    with pytest.raises(TypeError):
        store.names("account", np.array([1], np.int64))


@pytest.mark.parametrize("dtype", [np.int32, np.uint64, np.float64])
def test_ids_of_another_dtype_are_refused(tmp_path: Path, dtype: type) -> None:
    store = _core.Store(str(tmp_path / "store"), write=True)
    job = store.begin_job("one", "test")
    one = np.ones(1, np.int64)
    with pytest.raises(TypeError, match="int64"):
        job.append(one.astype(dtype), one, one, np.zeros(1, np.uint16), ["share"])


def test_an_aborted_job_leaves_nothing(tmp_path: Path) -> None:
    store = _core.Store(str(tmp_path / "store"), write=True)
    job = store.begin_job("one", "test")
    job.abort()
    with pytest.raises(_core.StorageError):
        job.commit(rejected=0, now_s=START)
    assert fill(store, 10).epoch == 1


def test_errors_have_the_types_that_the_stub_says(tmp_path: Path) -> None:
    path = str(tmp_path / "store")
    with pytest.raises(_core.StorageError, match="no store at"):
        _core.Store(path)
    store = _core.Store(path, write=True, pseudonym_key=b"key")
    with pytest.raises(_core.StoreLocked, match="in use by another writer"):
        _core.Store(path, write=True, pseudonym_key=b"key")
    with pytest.raises(ValueError, match="pseudonyms"):
        _core.Store(path)
    store.close()
    (tmp_path / "store" / "FORMAT").write_text("lockstep-store 9.0\nx\nplain\n")
    with pytest.raises(_core.StoreVersionError, match="newer"):
        _core.Store(path)
    assert issubclass(_core.StoreLocked, _core.StorageError)
    assert issubclass(_core.StorageError, OSError)
    assert issubclass(_core.CorruptData, RuntimeError)
