"""Made-up logs with a known truth: organic accounts, and planted groups among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.arguments import parse_time

__all__ = ["Simulation", "simulate"]

_DAY = 86_400
_START = 1_600_041_600  # Monday 14 September 2020, 00:00 UTC
_TOPICS = 20
_VIRAL = 12
_HARDEST = 2.0
_BURST_S = 180  # mean delay behind a piece of news

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Simulation:
    """A log, who in it was planted, and how well each planted group hides."""

    log: pa.Table  # timestamp (UTC seconds), account_id, action, object_id; in time order
    truth: pa.Table  # account_id, group; planted accounts only, one row a membership
    campaigns: pa.Table  # group, members, objects, jitter_s, participation, camouflage


@dataclass(frozen=True)
class _Campaign:
    """How one planted group acts."""

    members: I64
    objects: I64
    jitter_s: float  # they act within so many seconds of a moment
    participation: float  # chance that a member takes part in an object
    camouflage: float  # share of the objects that organic accounts share too


def simulate(
    *,
    accounts: int = 2_000,
    days: int = 7,
    groups: int = 8,
    group_size: int = 12,
    group_objects: int = 15,
    difficulty: float | None = None,
    camouflage: float = 0.0,
    shared_members: int = 0,
    bursts: int = 0,
    start: str | int = _START,
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
    difficulty : float, optional
        Of all groups, 0 (5 s, 95%) to 1 (50 s, 60%), or up to 2 (95 s, 25%); graded from 0 to 1
        where not given.
    camouflage : float
        Share of a group's objects, 0 to 1, that are popular with organic accounts too.
    shared_members : int
        Members that each second group has in common with the one before; below `group_size`.
    bursts : int
        Organic bursts: news that the followers of a topic share within minutes of each other.
        Nobody planned them, and they look like lockstep.
    start : str or int
        First moment, ISO 8601 or UTC seconds; a midnight, for rhythms to be those of days.
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
    _check_counts(
        accounts=(accounts, 10),
        days=(days, 1),
        groups=(groups, 0),
        group_size=(group_size, 2),
        group_objects=(group_objects, 1),
        shared_members=(shared_members, 0),
        bursts=(bursts, 0),
        seed=(seed, 0),
    )
    if difficulty is not None and not 0.0 <= difficulty <= _HARDEST:
        raise ValueError(f"difficulty is {difficulty}; give 0 to {_HARDEST:g}")
    if not 0.0 <= camouflage <= 1.0:
        raise ValueError(f"camouflage is {camouflage}; give 0 to 1")
    if shared_members >= group_size:
        raise ValueError(
            f"shared_members is {shared_members}; give less than group_size ({group_size})"
        )
    random = np.random.default_rng(seed)
    planted = groups * group_size
    topic, account, object_, time_s = _organic(random, accounts + planted, days)
    parts = [(account, object_, time_s)]
    next_object = int(object_.max()) + 1
    campaigns = []
    for group in range(groups):
        campaign = _plan(
            random,
            accounts + group * group_size + np.arange(group_size),
            next_object + np.arange(group_objects),
            group / max(groups - 1, 1) if difficulty is None else difficulty,
            object_,
            camouflage,
        )
        if shared_members and group % 2 == 1:
            campaign.members[:shared_members] -= group_size
        parts.append(_act(random, campaign, days))
        campaigns.append(campaign)
        next_object += group_objects
    if bursts:
        parts.append(_bursts(random, topic[:accounts], next_object, bursts, days))
    account, object_, time_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    # Numbers say nothing of who was planted: ids are drawn anew.
    names = random.permutation(accounts + planted)
    order = np.lexsort((object_, account, time_s))
    log = pa.table(
        {
            "timestamp": time_s[order] + (parse_time(start, _START) - _START),
            "account_id": _named("user", names[account[order]]),
            "action": np.where(object_[order] % 3 == 0, "hashtag", "share_url").tolist(),
            "object_id": _named("object", object_[order]),
        }
    )
    return Simulation(log, _truth(campaigns, names), _described(campaigns))


def _check_counts(**counts: tuple[int, int]) -> None:
    for name, (value, least) in counts.items():
        if value < least:
            raise ValueError(f"{name} is {value}; give at least {least}")


def _truth(campaigns: list[_Campaign], names: I64) -> pa.Table:
    members = [campaign.members for campaign in campaigns]
    group = [f"group {number + 1}" for number, some in enumerate(members) for _ in some]
    account = _named("user", names[np.concatenate(members)]) if members else []
    return pa.table(
        {"account_id": pa.array(account, pa.string()), "group": pa.array(group, pa.string())}
    )


def _described(campaigns: list[_Campaign]) -> pa.Table:
    rows = [
        {
            "group": f"group {number + 1}",
            "members": len(campaign.members),
            "objects": len(campaign.objects),
            "jitter_s": campaign.jitter_s,
            "participation": campaign.participation,
            "camouflage": campaign.camouflage,
        }
        for number, campaign in enumerate(campaigns)
    ]
    fields = [("group", pa.string()), ("members", pa.int64()), ("objects", pa.int64())]
    fields += [(name, pa.float64()) for name in ("jitter_s", "participation", "camouflage")]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def _organic(random: np.random.Generator, accounts: int, days: int) -> tuple[I64, I64, I64, I64]:
    """The topic of each account, and the actions."""
    activity = np.minimum((random.pareto(1.5, accounts) + 1) * 10 * days / 7, 400 * days / 7)
    account = np.repeat(np.arange(accounts), random.poisson(activity))
    n = len(account)
    followed = random.integers(0, _TOPICS, accounts)
    per_topic = max(accounts // 4, 50)
    # Three of four actions are on the account's own topic.
    topic = np.where(random.random(n) < 0.75, followed[account], random.integers(0, _TOPICS, n))
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
    return (
        followed,
        account.astype(np.int64),
        object_.astype(np.int64),
        _START + time_s.astype(np.int64),
    )


def _plan(
    random: np.random.Generator,
    members: I64,
    objects: I64,
    hardness: float,
    shared: I64,
    camouflage: float,
) -> _Campaign:
    """`shared` are the objects of organic actions, each as often as it was shared."""
    if camouflage > 0.0:
        borrowed = random.random(len(objects)) < camouflage
        objects[borrowed] = random.choice(shared, int(borrowed.sum()))
    return _Campaign(members, objects, 5 + 45 * hardness, 0.95 - 0.35 * hardness, camouflage)


def _act(random: np.random.Generator, campaign: _Campaign, days: int) -> tuple[I64, I64, I64]:
    objects, members = campaign.objects, campaign.members
    takes_part = random.random((len(members), len(objects))) < campaign.participation
    member, number = np.nonzero(takes_part)
    moment = random.integers(0, days * _DAY - 60, len(objects))
    time_s = moment[number] + (random.random(len(number)) * campaign.jitter_s).astype(np.int64)
    return members[member], objects[number], _START + time_s


def _bursts(
    random: np.random.Generator, topic: I64, first_object: int, bursts: int, days: int
) -> tuple[I64, I64, I64]:
    """Each piece of news is shared by three of ten who follow its topic, soon after it breaks."""
    parts = []
    for number in range(bursts):
        followers = np.flatnonzero(topic == random.integers(0, _TOPICS))
        fans = followers[random.random(len(followers)) < 0.3]
        breaks_s = random.integers(0, days * _DAY - 3600)
        delay_s = np.minimum(random.exponential(_BURST_S, len(fans)), 3600).astype(np.int64)
        parts.append((fans, np.full(len(fans), first_object + number), _START + breaks_s + delay_s))
    account, object_, time_s = (np.concatenate(column) for column in zip(*parts, strict=True))
    return account, object_, time_s


def _named(word: str, numbers: I64) -> list[str]:
    return [f"{word}_{number:05d}" for number in numbers.tolist()]
