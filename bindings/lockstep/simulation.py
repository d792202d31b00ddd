"""Made-up logs with a known truth: organic accounts, and planted groups among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Simulation", "simulate"]

_DAY = 86_400
_START = 1_600_041_600  # Monday 14 September 2020, 00:00 UTC
_TOPICS = 20
_VIRAL = 12

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Simulation:
    """A log, and who in it was planted."""

    log: pa.Table  # timestamp (UTC seconds), account_id, action, object_id; in time order
    truth: pa.Table  # account_id, group; planted accounts only


def simulate(
    *,
    accounts: int = 2_000,
    days: int = 7,
    groups: int = 8,
    group_size: int = 12,
    group_objects: int = 15,
    seed: int = 0,
) -> Simulation:
    """Make up a log with a daily rhythm, shared interests, viral objects and planted groups.

    Organic accounts live in one of four time zones, are active by a power law, share objects of
    a topic they follow by Zipf's law, and join bursts around viral objects. The planted groups
    are of graded difficulty: group g acts within 5 to 50 seconds, each member takes part in 95%
    down to 60% of the group's objects, and acts as an organic account besides.

    Parameters
    ----------
    accounts : int
        Organic accounts, at least 10.
    days : int
        Length of the log, at least 1.
    groups, group_size, group_objects : int
        Planted groups, their members and the objects they push; 0 groups plants nothing.
    seed : int
        Same seed and version, same bytes.

    Returns
    -------
    Simulation
        About 30 actions an organic account and week.

    Raises
    ------
    ValueError
        On a number out of range.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.simulate(accounts=200, groups=2, group_size=5, seed=1)
    >>> made.truth.num_rows
    10
    """
    for name, value, least in [
        ("accounts", accounts, 10),
        ("days", days, 1),
        ("groups", groups, 0),
        ("group_size", group_size, 2),
        ("group_objects", group_objects, 1),
        ("seed", seed, 0),
    ]:
        if value < least:
            raise ValueError(f"{name} is {value}; give at least {least}")
    random = np.random.default_rng(seed)
    planted = groups * group_size
    account, object_, time_s = _organic(random, accounts + planted, days)
    group_of = np.repeat(np.arange(groups), group_size)
    parts = [(account, object_, time_s)]
    first_object = int(object_.max()) + 1
    for group in range(groups):
        members = accounts + np.flatnonzero(group_of == group)
        parts.append(_campaign(random, members, first_object, group, groups, group_objects, days))
        first_object += group_objects
    account, object_, time_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    # Numbers say nothing of who was planted: ids are drawn anew.
    names = random.permutation(accounts + planted)
    order = np.lexsort((object_, account, time_s))
    log = pa.table(
        {
            "timestamp": time_s[order],
            "account_id": _named("user", names[account[order]]),
            "action": np.where(object_[order] % 3 == 0, "hashtag", "share_url").tolist(),
            "object_id": _named("object", object_[order]),
        }
    )
    truth = pa.table(
        {
            "account_id": _named("user", names[accounts : accounts + planted]),
            "group": [f"group {group + 1}" for group in group_of],
        }
    )
    return Simulation(log, truth)


def _organic(random: np.random.Generator, accounts: int, days: int) -> tuple[I64, I64, I64]:
    activity = np.minimum((random.pareto(1.5, accounts) + 1) * 10 * days / 7, 400 * days / 7)
    account = np.repeat(np.arange(accounts), random.poisson(activity))
    n = len(account)
    topic = random.integers(0, _TOPICS, accounts)[account]
    per_topic = max(accounts // 4, 50)
    # Three of four actions are on the account's own topic.
    topic = np.where(random.random(n) < 0.75, topic, random.integers(0, _TOPICS, n))
    rank = np.minimum(random.zipf(1.3, n), per_topic) - 1
    object_ = topic * per_topic + rank
    zone = random.integers(0, 4, accounts)[account] * 6 * 3600
    hour = random.normal(20, 3.5, n) * 3600
    time_s = random.integers(0, days, n) * _DAY + (hour - zone).astype(np.int64) % _DAY
    viral = random.random(n) < 0.08
    which = random.integers(0, _VIRAL, n)
    peak = random.integers(0, days * _DAY, _VIRAL)
    object_ = np.where(viral, _TOPICS * per_topic + which, object_)
    burst = peak[which] + random.exponential(2 * 3600, n).astype(np.int64)
    time_s = np.where(viral, burst % (days * _DAY), time_s)
    return account.astype(np.int64), object_.astype(np.int64), _START + time_s.astype(np.int64)


def _campaign(
    random: np.random.Generator,
    members: I64,
    first_object: int,
    group: int,
    groups: int,
    objects: int,
    days: int,
) -> tuple[I64, I64, I64]:
    hardness = group / max(groups - 1, 1)
    jitter_s = 5 + 45 * hardness
    share = 0.95 - 0.35 * hardness
    takes_part = random.random((len(members), objects)) < share
    member, number = np.nonzero(takes_part)
    moment = random.integers(0, days * _DAY - 60, objects)
    time_s = moment[number] + (random.random(len(number)) * jitter_s).astype(np.int64)
    return members[member], first_object + number, _START + time_s


def _named(word: str, numbers: I64) -> list[str]:
    return [f"{word}_{number:05d}" for number in numbers.tolist()]
