"""Gates on what was read, alarms on drift, and the figures for Prometheus."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.command_line import cli
from support.nights import CONFIG, arrives, make_place, night
from support.stores import make_store

import lockstep as ls
from lockstep import _core
from lockstep.nightly import night as night_module
from lockstep.nightly.metrics import metrics_text
from lockstep.sweep.costs import usual_seconds
from lockstep.sweep.drift import expected_pairs, score_drift
from lockstep.sweep.layers import scan
from lockstep.sweep.options import SweepOptions

START_S = 1_600_000_000


@pytest.fixture
def place(tmp_path):
    return make_place(tmp_path)


def with_part(place, text):
    (place / "sweep.toml").write_text(CONFIG + text)


def test_the_fewest_actions_are_counted_as_the_sweep_reads_them(place, days):
    arrives(place, days, [0, 1])
    pq.write_table(days[0], place / "inbox" / "again.parquet", compression="gzip")
    count = len(days[0]) + len(days[1])  # a repeated export adds none
    with_part(place, f"[gates]\nmin_actions = {count + 1}\n")
    result = night(place)
    assert result.status == "rejected"
    assert f"{count:,} actions in the time that counts" in result.message
    assert not (place / "runs" / "latest").exists()
    with_part(place, f"[gates]\nmin_actions = {count}\n")
    assert night(place).status == "ok"
    with_part(place, f"[gates]\nmin_actions = {count + 1}\n")
    assert night(place).status == "rejected", "also where the run is there"


def test_a_day_unlike_those_before_is_rejected(place, days):
    with_part(place, "[gates]\nmax_volume_change = 0.5\n")
    arrives(place, days, [0])
    assert night(place).status == "ok", "no day before to compare with"
    arrives(place, days, [1, 2])
    assert night(place).status == "ok"
    part = days[3].slice(0, len(days[3]) // 4)
    pq.write_table(part, place / "inbox" / "day3.parquet")
    result = night(place)
    assert result.status == "rejected"
    usual = float(np.median([len(days[number]) for number in range(3)]))
    fewer = f"{1 - len(part) / usual:.0%}"
    assert f"{len(part):,} actions on" in result.message
    assert f"{fewer} fewer than on the median day before ({usual:,.0f})" in result.message
    assert night(place).message == result.message, "asked again, it says the same"
    pq.write_table(days[3], place / "inbox" / "day3.parquet")  # the whole export
    assert night(place).status == "ok"


@pytest.mark.parametrize("where", ["another file", "the same file"])
def test_repeated_rows_are_rejected(place, days, where):
    with_part(place, "[gates]\nmax_duplicate_rate = 0.3\n")
    arrives(place, days, [0, 1])
    if where == "another file":
        pq.write_table(days[0], place / "inbox" / "again.parquet", compression="gzip")
    else:
        twice = pa.concat_tables([days[0], days[0]])
        pq.write_table(twice, place / "inbox" / "day0.parquet")
    share = len(days[0]) / (2 * len(days[0]) + len(days[1]))
    result = night(place)
    assert result.status == "rejected"
    assert f"{100 * share:.3g}% of the rows repeat others" in result.message
    with_part(place, "[gates]\nmax_duplicate_rate = 0.4\n")
    assert night(place).status == "ok"


def test_referrals_of_unknown_accounts_are_an_alarm(place, days):
    arrives(place, days, [0])
    (place / "referrals").mkdir()
    rows = [f"{name},a,0.9" for name in [*days[0]["account_id"].to_pylist()[:1], "x", "y"]]
    (place / "referrals" / "a.csv").write_text("\n".join(["account,source,confidence", *rows]))
    text = '[referrals]\ninbox = "referrals"\n[alarms]\nmax_unknown_referrals = {}\n'
    with_part(place, text.format(0.5))
    [alarm] = night(place).alarms
    assert "66.7% of the referrals name accounts that the store has not seen" in alarm
    with_part(place, text.format(0.7))
    assert night(place).alarms == []


def test_expected_pairs_are_the_sum_over_all_pairs(tmp_path):
    """Against the p of every pair of accounts, one by one, and against what a null log shows."""
    random = np.random.default_rng(5)
    activity = random.zipf(1.6, 300).clip(max=60)
    accounts = random.permutation(np.repeat(np.arange(300), activity))
    rows = [
        (
            START_S + int(random.integers(0, 86_400)),
            f"u{account}",
            "post",
            f"o{random.integers(0, 40)}",
        )
        for account in accounts
    ]
    store = make_store(tmp_path / "store", rows)
    for min_objects in (2, 3):
        options = SweepOptions(window_s=600, min_objects=min_objects)
        read = scan(store, "post", options, _core.RunControl())
        source, target = np.triu_indices(store.info()["accounts"], 1)
        enough = read.profile.activity >= min_objects
        kept = enough[source] & enough[target]
        tests = _core.significance(
            read.log,
            source[kept].astype(np.uint32),
            target[kept].astype(np.uint32),
            np.full(kept.sum(), min_objects, np.uint32),
            window_s=600,
            min_objects=min_objects,
        )
        exact = float(tests.p_value.sum())
        got = expected_pairs(read, options, _core.RunControl())
        assert got == pytest.approx(exact, rel=0.03)
        assert got == expected_pairs(read, options, _core.RunControl())
        listed = len(_core.coaction(read.log, window_s=600, min_objects=min_objects).source)
        assert listed == pytest.approx(exact, rel=0.35)  # drawn by the null


def test_a_layer_that_cannot_be_tested_expects_nothing(tmp_path):
    store = make_store(tmp_path / "store", [(START_S, name, "post", "o") for name in "ab"])
    options = SweepOptions()
    read = scan(store, "post", options, _core.RunControl())
    assert expected_pairs(read, options, _core.RunControl()) == 0.0


def test_the_index_of_scores_tells_a_shift_from_chance():
    random = np.random.default_rng(1)
    chance = 0
    for _ in range(400):
        before, now = random.exponential(size=300), random.exponential(size=200)
        found = score_drift(before, now)
        chance += found["psi"] > found["by_chance"]
    assert 0 <= chance <= 12  # about 4 of 400 are to be expected
    moved = score_drift(random.exponential(size=300), 3 * random.exponential(size=200))
    assert moved["psi"] > 0.25 > moved["by_chance"]
    same = score_drift(np.full(200, 50.0), np.full(300, 50.0))
    assert same["psi"] == pytest.approx(0.0, abs=1e-3)
    assert score_drift(np.ones(99), np.ones(300))["psi"] is None


def test_drift_is_in_the_run_and_its_reports(place, days):
    arrives(place, days, range(3))
    first = ls.Run(night(place).run)
    assert first.summary["drift"]["scores"] is None
    for layer, found in first.summary["drift"]["null"].items():
        assert found["before"] is None
        held = pc.and_(
            pc.equal(first.edges["layer"], layer), pc.greater_equal(first.edges["objects"], 2)
        )
        counts = first.summary["layers"][layer]
        assert found["pairs"] == counts["pairs"] - first.edges.filter(held).num_rows
        assert found["ratio"] == round((found["pairs"] + 1) / (found["by_chance"] + 1), 4)
    arrives(place, days, [3])
    second = ls.Run(night(place).run)
    drift = second.summary["drift"]
    assert {layer: found["before"] for layer, found in drift["null"].items()} == {
        layer: found["ratio"] for layer, found in first.summary["drift"]["null"].items()
    }
    assert drift["scores"]["pairs"] == second.pairs.num_rows
    assert drift["scores"]["pairs_before"] == first.pairs.num_rows
    page, short = second.report.read_text(), second.to_markdown()
    for layer, found in drift["null"].items():
        assert f"{found['ratio']:.3g}" in page
        assert layer.replace("_", r"\_") in short
    assert "Does the null still fit?" in page
    assert "Does the null still fit?" in short


def audiences(names, start, kind):
    """A day on which ten audiences of 25 each repeat what is theirs, and nobody else does.

    Two of an audience meet more than two of all accounts would, and no more than its others do.
    """
    random = np.random.default_rng(3)
    return [
        {
            "timestamp": start + 1800 * int(number) + int(random.integers(0, 900)),
            "account_id": name,
            "action": kind,
            "object_id": f"news{place % 10}-{number}",
        }
        for place, name in enumerate(names)
        for number in random.permutation(12)[:6]
    ]


def test_a_null_that_fits_worse_is_seen_in_data(place, days):
    with_part(place, "[alarms]\nnull_drift = 1.5\n")
    arrives(place, days, range(2))
    assert night(place).status == "ok"
    kind = days[0]["action"][0].as_py()
    names = pc.unique(days[0]["account_id"]).to_pylist()[:250]
    rows = audiences(names, int(pc.min(days[2]["timestamp"]).as_py()), kind)
    log = pa.concat_tables([days[2], pa.Table.from_pylist(rows, days[2].schema)])
    pq.write_table(log, place / "inbox" / "day2.parquet")
    result = night(place)
    assert result.status == "alarms"
    found = ls.Run(result.run).summary["drift"]["null"][kind]
    assert found["ratio"] > 1.5 * found["before"]
    [alarm] = [text for text in result.alarms if f"fits layer {kind} worse" in text]
    assert f"a ratio of {found['ratio']:.3g} after {found['before']:.3g}" in alarm
    assert "the null fits layer" in ls.Run(result.run).report.read_text()


def test_alarms_of_a_run_that_no_night_told_of_are_told(place, days, monkeypatch):
    """Killed after the run was written and before the night's end was."""

    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    arrives(place, days, [0, 1])
    with_part(place, "[alarms]\nmax_clustered_share = 0.001\n")
    monkeypatch.setattr(night_module, "close_night", killed)
    with pytest.raises(KilledError):
        night(place)
    monkeypatch.undo()
    assert (place / "runs" / "latest").exists()
    result = night(place)
    assert result.status == "alarms"
    assert "of the accounts are in clusters" in result.alarms[0]
    assert night(place).status == "noop"


def values_in(text):
    return dict(re.findall(r"^(lockstep_sweep_\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE))


def test_every_figure_of_a_night_is_among_the_metrics(place, days):
    with_part(place, '[notify]\nmetrics = "a.prom"\n')
    arrives(place, days, [0, 1])
    (place / "inbox" / "broken.parquet").write_bytes(b"PAR1 and no more")
    night(place)
    arrives(place, days, [2])
    result = night(place)
    text = (place / "a.prom").read_text()
    values = {name.removeprefix("lockstep_sweep_"): float(v) for name, v in values_in(text).items()}
    run = ls.Run(result.run).summary
    read = run["input"]
    want = {
        "alarms": len(result.alarms),
        "files_taken": 1,
        "files_refused": 1,
        'night_rows{outcome="accepted"}': len(days[2]),
        'night_rows{outcome="rejected"}': 0,
        'rows{outcome="accepted"}': sum(len(days[number]) for number in range(3)),
        "actions": read["actions"],
        "accounts": read["accounts"],
        "last_action_timestamp_seconds": read["last_s"],
        'duplicates{where="other files"}': 0,
        'day_actions{day="last"}': len(days[2]),
        "edges": run["coordination"]["pairs"],
        'stage_seconds{stage="take in"}': result.timings_s["take in"],
        'stage_seconds{stage="communities"}': run["timings_s"]["communities"],
        "removed_runs": 0,
        "score_drift_psi": run["drift"]["scores"]["psi"],
        **{f'clusters{{change="{change}"}}': n for change, n in run["changes"].items()},
        **{
            f'null_ratio{{layer="{layer}"}}': found["ratio"]
            for layer, found in run["drift"]["null"].items()
        },
    }
    assert {name: values.get(name) for name in want} == want
    assert values["peak_memory_bytes"] > 10_000_000
    assert values["store_bytes"] > 0
    assert values["night_seconds"] > 0
    typed = re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert len(typed) == len(set(typed)), "a family stands in one place"
    assert {name.split("{")[0] for name in values_in(text)} == set(typed)


def test_a_night_without_a_run_has_no_figures_of_one(place):
    with_part(place, '[notify]\nmetrics = "a.prom"\n')
    assert night(place).status == "rejected"
    values = values_in((place / "a.prom").read_text())
    assert values['lockstep_sweep_status{status="rejected"}'] == "1"
    assert values["lockstep_sweep_last_success_timestamp_seconds"] == "0"
    assert not any("edges" in name or "drift" in name for name in values)
    assert "lockstep_sweep_alarms" in values


def test_costs_stand_beside_the_usual_ones(place, days):
    runs = []
    for number in range(3):
        arrives(place, days, [number])
        runs.append(ls.Run(night(place).run))
    assert runs[0].summary["usual_timings_s"] == {}
    first = runs[0].summary["timings_s"]
    assert runs[1].summary["usual_timings_s"] == first
    both = [run.summary["timings_s"]["communities"] for run in runs[:2]]
    usual = runs[2].summary["usual_timings_s"]["communities"]
    assert usual == pytest.approx(sum(both) / 2, abs=1e-3)
    page = runs[2].report.read_text()
    assert "Median of earlier runs" in page
    assert page.count("<td>communities</td>") == 1
    (runs[0].path / "run.json").write_text("{")
    assert usual_seconds(place / "runs")["communities"] > 0
    assert usual_seconds(place / "nowhere") == {}


def test_a_run_of_an_earlier_program_can_be_compared_with(place, days):
    arrives(place, days, [0, 1])
    path = Path(night(place).run)
    text = (path / "run.json").read_text()
    (path / "run.json").write_text(re.sub(r'"drift": \{.*?\n  \},\n', "", text, flags=re.DOTALL))
    old = ls.Run(path).summary
    assert old["drift"] == {}
    arrives(place, days, [2])
    result = night(place)
    drift = ls.Run(result.run).summary["drift"]
    assert all(found["before"] is None for found in drift["null"].values())
    assert "null_ratio" not in metrics_text(result.to_dict(), old, 1, 1)
    assert cli("runs", "report", path).returncode == 0
