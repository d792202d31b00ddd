"""Two layers of a random log, and their pairs by a slow and obvious version."""

import itertools
import math
import random
from collections import defaultdict

__all__ = ["START", "closest_pair", "random_rows", "slow_layer", "upper_tail"]

START = 1_600_000_000


def random_rows(seed, rows=900, accounts=14, objects=60, span=4000):
    """Two layers; four accounts act together on objects of their own, and act besides."""
    draw = random.Random(seed)
    log = {
        (
            START + draw.randrange(span),
            f"user {draw.randrange(accounts)}",
            draw.choice(["share_url", "hashtag"]),
            f"object {draw.randrange(objects)}",
        )
        for _ in range(rows)
    }
    for number in range(9):
        moment = START + draw.randrange(span)
        kind = "share_url" if number % 2 else "hashtag"
        for member in range(4):
            if draw.random() < 0.9:
                row = (moment + draw.randrange(20), f"user {member}", kind, f"pushed {number}")
                log.add(row)
    return sorted(log)


def closest_pair(ours, theirs):
    return min((abs(t - s), s, t) for s in ours for t in theirs)


def upper_tail(count, expected):
    """P(Poisson(expected) >= count)."""
    return 1 - sum(
        math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count)
    )


def slow_layer(rows, window_s, min_objects):
    """Pairs of one layer with counts, expected objects and p; and the number of tests."""
    times = defaultdict(lambda: defaultdict(list))
    activity = defaultdict(int)
    for time_s, account, object_ in rows:
        times[object_][account].append(time_s)
        activity[account] += 1
    n = len(rows)
    met = defaultdict(dict)
    window_pairs = []
    for object_, by_account in times.items():
        flat = [time_s for seconds in by_account.values() for time_s in seconds]
        window_pairs.append(sum(abs(s - t) <= window_s for s, t in itertools.combinations(flat, 2)))
        for a, b in itertools.combinations(sorted(by_account), 2):
            close = [(s, t) for s in by_account[a] for t in by_account[b] if abs(s - t) <= window_s]
            if close:
                met[a, b][object_] = (len(close), *closest_pair(by_account[a], by_account[b])[1:])
    pairs = {}
    for (a, b), objects in met.items():
        if len(objects) >= min_objects:
            x = activity[a] * activity[b] / n**2
            expected = sum(1 - math.exp(-2 * w * x) for w in window_pairs)
            p = upper_tail(len(objects), expected)
            pairs[a, b] = {"objects": objects, "expected": expected, "p": p}
    active = sum(count >= min_objects for count in activity.values())
    return pairs, active * (active - 1) // 2
