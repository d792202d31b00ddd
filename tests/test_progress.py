"""Long calls show how far they are, can be stopped, and are silent where they should be."""

import inspect
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from tqdm import TMonitor

import lockstep as ls
from lockstep import progress


@pytest.fixture
def shown(monkeypatch, capsys):
    """Gives what a terminal would have shown of bars since it was last asked."""
    monkeypatch.setattr(progress, "_DELAY_S", 0)
    ls.set_progress(True)
    yield lambda: capsys.readouterr().err
    ls.set_progress(None)


@pytest.fixture(scope="module")
def log():
    draw = np.random.default_rng(0)
    rows = 60_000
    return {
        "account_id": draw.integers(0, 3_000, rows),
        "object_id": draw.integers(0, 40, rows),
        "timestamp": draw.integers(0, 20_000, rows),
    }


def test_a_bar_names_the_call_and_ends(shown, log):
    before = set(threading.enumerate())
    ls.coaction(log)
    assert "coaction" in shown()
    ls.calibrate({name: column[:2_000] for name, column in log.items()}, runs=3)
    assert "calibrate" in shown()
    left = set(threading.enumerate()) - before
    assert {type(thread) for thread in left} <= {TMonitor}  # tqdm's own, one a process


def test_a_sweep_shows_its_stages(shown, tmp_path):
    made = ls.simulate(accounts=200, groups=2, seed=1)
    store = ls.open(tmp_path / "store")
    store.ingest(
        made.log,
        mapping={
            "account": "account_id",
            "object": "object_id",
            "time": "timestamp",
            "kind": "action",
        },
    )
    ls.sweep(store)
    told = shown()
    for stage in ("communities", "evidence", "report"):
        assert stage in told


def test_nothing_is_shown_where_output_is_piped(capfd, log):
    ls.coaction({name: column[:5_000] for name, column in log.items()})
    assert capfd.readouterr().err == ""
    with pytest.raises(TypeError, match="give True, False or None"):
        ls.set_progress("yes")


def test_the_results_are_the_same_with_a_bar(shown, log):
    with_bar = ls.coaction(log, min_objects=3)
    ls.set_progress(False)
    assert ls.coaction(log, min_objects=3).equals(with_bar)


def test_a_caller_s_own_control_is_used(shown, log):
    control = ls.RunControl()
    control.cancel()
    with pytest.raises(KeyboardInterrupt):
        ls.coaction(log, control=control)
    assert shown() == ""


def test_signatures_and_docstrings_stay():
    assert "window_s" in inspect.signature(ls.coaction).parameters
    assert ls.coaction.__doc__.startswith("Project a log")


LONG_CALL = """
import sys
import numpy as np
import lockstep as ls

draw = np.random.default_rng(1)
rows = 2_500_000
log = {
    "account_id": draw.integers(0, 60_000, rows),
    "object_id": draw.integers(0, 4, rows),
    "timestamp": draw.integers(0, 60_000, rows),
}
ls.set_progress(sys.argv[1] == "True")
print("begins", flush=True)
try:
    ls.coaction(log, window_s=600)
except KeyboardInterrupt:
    ls.coaction({name: column[:1_000] for name, column in log.items()})
    print("stopped, and can be called again")
"""


@pytest.mark.parametrize("bar", [True, False])
def test_ctrl_c_stops_a_long_call_within_a_second(bar):
    # A process of its own: the signal goes to its main thread.
    with subprocess.Popen(
        [sys.executable, "-c", LONG_CALL, str(bar)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "begins\n"
            time.sleep(1.0)
            struck = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stdout.read() == "stopped, and can be called again\n"
        finally:
            process.kill()
    assert time.monotonic() - struck < 5.0  # a second, with room for a busy machine
