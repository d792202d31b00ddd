"""coordination-network-toolkit (SQLite in several processes), its co-retweet network.

Its weight counts the messages of one account that meet another's, so it is asked for every pair
that met at least once, where its answer and ours are the same set.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from coordination_network_toolkit.compute_networks import compute_co_retweet_parallel
from coordination_network_toolkit.preprocess import preprocess_data
from peer import WINDOW_S, Array, LogInput, main, read_log


def _ingest(log: LogInput) -> Path:
    """Fills a new database; `build_s` of the line is the time that this takes."""
    path = Path(tempfile.mkdtemp()) / "toolkit.db"
    columns = (log.account.tolist(), log.object.tolist(), log.time.tolist())
    rows = (
        (number, account, "", object_ + 1, None, "", time, [])
        for number, (account, object_, time) in enumerate(zip(*columns, strict=True))
    )
    preprocess_data(str(path), rows)
    return path


def _coaction_any(path: Path) -> Array:
    with contextlib.redirect_stdout(io.StringIO()):
        compute_co_retweet_parallel(str(path), WINDOW_S, n_threads=2, min_edge_weight=1)
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "select user_1, user_2 from co_retweet_network where user_1 < user_2"
        ).fetchall()
    return np.array(rows, np.int64).reshape(-1, 2)


if __name__ == "__main__":
    main(
        "coordination-network-toolkit",
        version("coordination-network-toolkit"),
        read_log,
        _ingest,
        {"coaction_any": _coaction_any},
    )
