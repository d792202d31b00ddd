"""A log in whose middle accounts are suspended, and come back under new names."""

from typing import Any

import numpy as np
import pyarrow as pa

__all__ = ["with_returners"]


def with_returners(
    made: Any, share: float, seed: int, organic: int = 0
) -> tuple[pa.Table, list[str], int]:
    """The log with a wave at its middle: some of each group go, and come back under new names."""
    draw = np.random.default_rng(seed)
    truth = made.truth.to_pandas()
    gone = truth.groupby("group").account_id.apply(
        lambda own: own.sample(frac=share, random_state=int(draw.integers(1 << 30)))
    )
    suspended = sorted(set(gone))
    times = made.log["timestamp"].to_numpy()
    names = np.array(made.log["account_id"].to_pylist(), dtype=object)
    wave = int(np.quantile(times, 0.5))
    others = sorted(set(names) - set(truth.account_id))
    newcomers = set(draw.choice(others, organic, replace=False)) if organic else set()
    after = times > wave
    for chosen, prefix in ((set(suspended), "back_"), (newcomers, "new_")):
        renamed = np.array([name in chosen for name in names]) & after
        names[renamed] = [prefix + name for name in names[renamed]]
    place = made.log.column_names.index("account_id")
    log = made.log.set_column(place, "account_id", pa.array(names.tolist()))
    return log, suspended, wave
