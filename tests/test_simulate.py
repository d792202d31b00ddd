"""The made-up log: the same for a seed, like real ones where it matters, true to its truth."""

import numpy as np
import pyarrow as pa
import pytest
from support.stores import truth_of

import lockstep as ls


def columns(table):
    return {name: np.array(table[name].to_pylist()) for name in table.column_names}


def test_same_seed_same_log_and_another_seed_another():
    first, again, other = (ls.simulate(accounts=200, seed=seed) for seed in (4, 4, 5))
    assert first.log.equals(again.log)
    assert first.truth.equals(again.truth)
    assert not first.log.equals(other.log)


def test_columns_order_and_size():
    made = ls.simulate(accounts=1_000, days=3, groups=5, group_size=7, seed=1)
    assert made.log.schema.names == ["timestamp", "account_id", "action", "object_id"]
    assert made.log.schema.types == [pa.int64(), pa.string(), pa.string(), pa.string()]
    log = columns(made.log)
    assert (np.diff(log["timestamp"]) >= 0).all()
    span = log["timestamp"].max() - log["timestamp"].min()
    assert 2 * 86_400 < span < 3 * 86_400 + 3600
    assert made.truth.num_rows == 35
    assert len(set(truth_of(made))) == 35
    assert sorted(set(truth_of(made).values())) == [f"group {i}" for i in range(1, 6)]
    assert set(truth_of(made)) <= set(log["account_id"])
    assert len(set(log["account_id"])) <= 1_035
    assert len(log["timestamp"]) > 5_000


def test_organic_accounts_have_a_rhythm_and_a_heavy_tail():
    log = columns(ls.simulate(accounts=1_000, groups=0, seed=2).log)
    _, code, activity = np.unique(log["account_id"], return_inverse=True, return_counts=True)
    turn = np.exp(2j * np.pi * (log["timestamp"] % 86_400) / 86_400)
    rhythm = np.abs(np.bincount(code, turn.real) + 1j * np.bincount(code, turn.imag)) / activity
    busy = activity >= 40
    # Uniform hours would give 1 / sqrt(activity), at most 0.16.
    assert np.median(rhythm[busy]) > 0.4
    assert activity.max() > 8 * np.median(activity)
    _, popularity = np.unique(log["object_id"], return_counts=True)
    popularity = np.sort(popularity)[::-1]
    assert popularity[: len(popularity) // 100].sum() > 0.2 * popularity.sum()
    assert np.median(popularity) <= 5


def test_planted_groups_act_together_and_hide_among_others():
    made = ls.simulate(accounts=300, groups=3, group_size=6, group_objects=10, seed=6)
    log, truth = columns(made.log), truth_of(made)
    spans = []
    for number in range(1, 4):
        members = {account for account, group in truth.items() if group == f"group {number}"}
        inside = np.isin(log["account_id"], list(members))
        only_theirs = [
            object_
            for object_ in set(log["object_id"][inside])
            if set(log["account_id"][log["object_id"] == object_]) <= members
            and (log["object_id"] == object_).sum() >= 2
        ]
        assert len(only_theirs) >= 9
        pushed = np.isin(log["object_id"], only_theirs)
        # Camouflage: each member does more than the group's business.
        assert set(log["account_id"][inside & ~pushed]) == members
        spans.append(
            np.mean([np.ptp(log["timestamp"][log["object_id"] == o]) for o in only_theirs])
        )
    assert spans[0] < spans[1] < spans[2] < 60


def test_no_groups_plant_nothing():
    made = ls.simulate(accounts=50, groups=0, seed=0)
    assert made.truth.num_rows == 0
    assert made.log.num_rows > 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": 9},
        {"days": 0},
        {"groups": -1},
        {"group_size": 1},
        {"group_objects": 0},
        {"seed": -1},
    ],
)
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="give at least"):
        ls.simulate(**wrong)
