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


def test_campaigns_say_how_each_group_hides():
    made = ls.simulate(accounts=50, groups=3, group_size=4, group_objects=6, seed=1)
    rows = made.campaigns.to_pylist()
    assert [row["group"] for row in rows] == ["group 1", "group 2", "group 3"]
    assert [row["jitter_s"] for row in rows] == [5, 27.5, 50]
    assert np.allclose([row["participation"] for row in rows], [0.95, 0.775, 0.6])
    assert all(row["members"] == 4 and row["objects"] == 6 for row in rows)


def test_difficulty_spreads_moments_and_thins_participation():
    counts, spans = [], []
    for difficulty in (0.0, 1.0, 2.0):
        made = ls.simulate(accounts=50, groups=4, difficulty=difficulty, seed=3)
        log, members = columns(made.log), set(truth_of(made))
        theirs = np.isin(log["account_id"], list(members))
        pushed = {
            object_
            for object_ in set(log["object_id"][theirs])
            if set(log["account_id"][log["object_id"] == object_]) <= members
            and (log["object_id"] == object_).sum() >= 2
        }
        inside = np.isin(log["object_id"], list(pushed))
        counts.append(inside.sum())
        spans.append(np.median([np.ptp(log["timestamp"][log["object_id"] == o]) for o in pushed]))
    assert counts[0] > 1.3 * counts[1] > 1.6 * counts[2]
    assert spans[0] < spans[1] < spans[2]


def test_camouflaged_groups_push_objects_of_others():
    def shared(camouflage):
        made = ls.simulate(accounts=500, groups=4, difficulty=0.0, camouflage=camouflage, seed=8)
        log, members = columns(made.log), set(truth_of(made))
        _, bucket = np.unique(log["timestamp"] // 5, return_inverse=True)
        theirs = np.isin(log["account_id"], list(members))
        moments = [
            set(log["object_id"][theirs & (bucket == b)])
            for b in np.flatnonzero(np.bincount(bucket[theirs]) >= 6)
        ]
        pushed = set().union(*moments)
        others = set(log["object_id"][~theirs])
        return len(pushed & others) / len(pushed)

    assert shared(0.0) < 0.2
    assert shared(1.0) > 0.8


def test_second_groups_share_members_with_the_first():
    made = ls.simulate(accounts=100, groups=4, group_size=6, shared_members=2, seed=2)
    groups = {}
    for row in made.truth.to_pylist():
        groups.setdefault(row["group"], set()).add(row["account_id"])
    common = [[len(a & b) for b in groups.values()] for a in groups.values()]
    assert common == [[6, 2, 0, 0], [2, 6, 0, 0], [0, 0, 6, 2], [0, 0, 2, 6]]


def test_bursts_are_news_of_one_topic_shared_within_minutes():
    plain, news = (ls.simulate(accounts=2_000, groups=1, bursts=b, seed=4) for b in (0, 3))
    assert plain.truth["group"].equals(news.truth["group"])
    log, before = columns(news.log), columns(plain.log)
    fresh = sorted(set(log["object_id"]) - set(before["object_id"]))
    assert len(fresh) == 3
    for object_ in fresh:
        times = np.sort(log["timestamp"][log["object_id"] == object_])
        assert 10 < len(times) < 80
        assert np.median(times - times[0]) < 600
        assert times[-1] - times[0] <= 3600


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"difficulty": 2.5}, "difficulty is 2.5; give 0 to 2"),
        ({"difficulty": float("nan")}, "difficulty is nan"),
        ({"camouflage": 1.5}, "camouflage is 1.5; give 0 to 1"),
        ({"shared_members": 12}, "less than group_size"),
    ],
)
def test_a_setting_out_of_range_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        ls.simulate(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"accounts": 9},
        {"days": 0},
        {"groups": -1},
        {"group_size": 1},
        {"group_objects": 0},
        {"shared_members": -1},
        {"bursts": -1},
        {"seed": -1},
    ],
)
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="give at least"):
        ls.simulate(**wrong)
