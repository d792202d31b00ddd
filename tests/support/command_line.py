"""The `lockstep` command in a process of its own, and what a store holds after it."""

import subprocess
import sys

import lockstep as ls

__all__ = ["cli", "expect_error", "stored"]


def cli(*arguments, within=()):
    """Runs the command, `within` another one that is put before it."""
    return subprocess.run(
        [*within, sys.executable, "-m", "lockstep", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def expect_error(done, code, *words):
    """One line on standard error that says what, and no traceback."""
    assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("lockstep: error:")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in lines[0]


def stored(path):
    with ls.open(path) as store:
        return sorted(
            (row["account_id"], row["object_id"], row["timestamp"], kind)
            for kind in store.kinds
            for row in store.scan(kind).to_pylist()
        )
