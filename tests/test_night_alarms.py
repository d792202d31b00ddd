"""Alarms of a night: when there are any, and what the report shows of each."""

import re

import pytest
from support.nights import CONFIG, arrives, make_place, night

import lockstep as ls
from lockstep.nightly.alarms import earlier_nights, figures_of, run_alarms
from lockstep.nightly.config import Alarms
from lockstep.report.alarms import alarm_blocks
from lockstep.report.sparkline import sparkline_figure, sparkline_text

NULL = {"pairs": 30, "by_chance": 9.0, "ratio": 3.1, "before": 1.0}
QUIET = {
    "run_id": "2026-11-20-00000000",
    "previous": "2026-11-19-00000000",
    "coordination": {"clustered_accounts": 4},
    "input": {"accounts": 100},
    "changes": {"born": 2, "returned": 1},
    "returners": {"fresh": 3},
    "recovery": {"most_recovered": 0.25, "active_again": 5},
    "drift": {"null": {"post": NULL}, "scores": {"psi": 0.3, "by_chance": 0.1}},
}
AT = {  # the largest limits that alarm, and the nearest that do not
    "max_new_clusters": (1, 2),
    "max_clustered_share": (0.039, 0.04),
    "returned_clusters": (1, 2),
    "returned_accounts": (3, 4),
    "max_recovered": (0.2, 0.25),
    "max_active_again": (4, 5),
    "score_drift_psi": (0.2, 0.3),
    "null_drift": (3.0, 3.1),
}
OFF = dict.fromkeys(AT)


def alarms(summary=QUIET, past=(), **limits):
    return run_alarms(Alarms(**{**OFF, **limits}), past, summary)


@pytest.mark.parametrize("name", AT)
def test_each_alarm_has_value_limit_and_next_step(name):
    past, still = AT[name]
    [told] = alarms(**{name: past})
    assert told["alarm"].split()[0] == name
    assert told["limit"] == past
    assert told["value"] >= past
    assert f"alarms.{name}" in told["said"]
    assert told["next"]
    assert told["past"] == []
    assert alarms(**{name: still}) == []
    assert alarms() == []


def test_what_a_run_cannot_say_is_no_alarm():
    bare = {**QUIET, "previous": None, "returners": {}, "recovery": {}, "drift": {}, "changes": {}}
    everything = {name: past for name, (past, _) in AT.items()}
    assert [told["alarm"] for told in alarms(bare, **everything)] == ["max_clustered_share"]
    few = {"scores": {"psi": 0.3, "by_chance": 0.4}}
    assert alarms({**QUIET, "drift": few}, score_drift_psi=0.2) == []
    first = {"null": {"post": {**NULL, "before": None}}}
    assert alarms({**QUIET, "drift": first}, null_drift=3.0) == []


def test_drift_says_what_it_is_of():
    scores, fit = alarms(score_drift_psi=0.2, null_drift=3.0)
    assert "index 0.3, more than alarms.score_drift_psi (0.2)" in scores["said"]
    assert "a ratio of 3.1 after 1, more than alarms.null_drift (3)" in fit["said"]
    assert fit["alarm"] == "null_drift post"


def test_the_nights_before_stand_beside_it():
    before = [
        {**QUIET, "run_id": f"2026-11-{day}-00000000", "changes": {"born": day}}
        for day in range(10, 20)
    ]
    before[3]["previous"] = None
    [told] = alarms(past=before, max_new_clusters=0)
    values = [night["value"] for night in told["past"]]
    assert values == [None if day == 13 else day for day in range(10, 20)]
    assert told["past"][0]["run"] == "2026-11-10-00000000"


def test_a_sparkline_is_drawn_from_nothing_to_the_most():
    assert sparkline_text([0, 1, 2, 3, 4]) == "\u2581\u2582\u2583\u2585\u2587"
    assert sparkline_text([0, None, 0]) == "\u2581\u00b7\u2581"
    figure = sparkline_figure([0, None, 2, 4], 1)
    points = re.findall(r"([ML])([\d.]+) ([\d.]+)", figure.split('class="limit"')[1])
    assert [(move, float(y)) for move, _, y in points] == [("M", 26), ("M", 15), ("L", 4)]
    across = [float(x) for _, x, _ in points]
    assert across == [4, pytest.approx(4 + 2 * 160 / 3, abs=0.1), 164]
    assert 'd="M0 20.5H168" class="limit"' in figure
    assert figure.count("<circle") == 3
    assert "nan" not in sparkline_figure([0, 0], 0)


@pytest.fixture(scope="module")
def place(tmp_path_factory, days):
    """Five nights with alarms on two figures."""
    place = make_place(
        tmp_path_factory.mktemp("alarms"),
        CONFIG + "[alarms]\nmax_clustered_share = 0.001\nmax_new_clusters = 1000\n",
    )
    for number in range(5):
        arrives(place, days, [number])
        night(place)
    return place


def test_the_report_shows_the_figure_over_the_nights(place):
    run = ls.Run.open(place / "runs")
    [detail] = run.summary["alarm_details"]
    assert run.summary["alarms"] == [f"{detail['said']}; {detail['next']}"]
    past = earlier_nights(place / "runs", run.id)
    assert len(past) == 4
    assert [n["value"] for n in detail["past"]] == [
        figures_of(summary)["max_clustered_share"] for summary in past
    ]
    [block] = alarm_blocks(run.summary)
    page, short = run.report.read_text(), run.to_markdown()
    assert block["figure"] in page
    assert block["letters"] in short
    assert len(block["letters"]) == 5
    for text in (page, short.replace("\\", "")):
        assert f"{100 * detail['value']:.3g}% tonight, limit 0.1%" in text
        assert detail["next"] in text
    assert f"4 nights before, from {detail['past'][0]['run']}" in page


def test_without_a_past_nothing_is_drawn(place):
    first = ls.Run(place / "runs" / earlier_nights(place / "runs", "2999-01-01")[0]["run_id"])
    assert len(first.summary["alarm_details"]) == 1
    assert '<svg viewBox="0 0 168' not in first.report.read_text()
    assert "tonight, limit" in first.report.read_text()
    assert "nights before" not in first.to_markdown()


def test_only_earlier_nights_are_the_past_and_fourteen_at_most(place, tmp_path, monkeypatch):
    runs = place / "runs"
    ids = [summary["run_id"] for summary in earlier_nights(runs, "2999-01-01")]
    assert [summary["run_id"] for summary in earlier_nights(runs, ids[2])] == ids[:2]
    assert earlier_nights(runs, ids[0]) == []
    assert earlier_nights(tmp_path / "nowhere", ids[0]) == []
    monkeypatch.setattr("lockstep.nightly.alarms._NIGHTS", 3)
    assert [summary["run_id"] for summary in earlier_nights(runs, "2999-01-01")] == ids[-3:]


def test_other_alarms_stand_as_they_are(place):
    summary = {**ls.Run.open(place / "runs").summary, "alarms": ["a layer is empty"]}
    assert alarm_blocks(summary) == [{"said": "a layer is empty", "next": None}]
    assert alarm_blocks({**summary, "alarm_details": {}, "alarms": []}) == []
