"""What the documents say must be so."""

import doctest
import importlib
import re
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest

import lockstep as ls
from lockstep.cli import cli
from lockstep.sweep.results_page import as_markdown

ROOT = Path(__file__).resolve().parents[1]


def commands():
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        yield name, command
        if isinstance(command, click.Group):
            for sub in command.list_commands(context):
                yield f"{name} {sub}", command.get_command(context, sub)


def test_readme_names_every_command_and_no_other():
    readme = (ROOT / "README.md").read_text()
    groups = "|".join(name for name, command in commands() if isinstance(command, click.Group))
    named = set(re.findall(rf"^    lockstep ((?:{groups}) \w+|\w+)", readme, re.MULTILINE))
    known = {name for name, command in commands() if not isinstance(command, click.Group)}
    assert named <= known
    assert known - {"simulate"} <= named


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_command_has_help_and_an_example_that_parses(name, command):
    assert command.help
    assert command.epilog, f"{name} has no example"
    examples = re.findall(r"^  lockstep (.*)$", command.epilog, re.MULTILINE)
    assert examples
    for option in re.findall(r" (--[\w-]+)", " ".join(examples)):
        known = {opt for _, some in commands() for p in some.params for opt in p.opts}
        assert option in known


def test_results_md_is_what_the_tables_are():
    text = (ROOT / "bindings" / "lockstep" / "sweep" / "RESULTS.md").read_text()
    assert text == as_markdown()


def test_public_names_exist_and_have_docstrings():
    for name in ls.__all__:
        value = getattr(ls, name)
        assert isinstance(value, str) or value.__doc__, name


@pytest.mark.parametrize(
    "module",
    [
        "lockstep",
        "lockstep.api",
        "lockstep.backbones",
        "lockstep.bipartite",
        "lockstep.canonical.hashtags",
        "lockstep.canonical.texts",
        "lockstep.canonical.urls",
        "lockstep.convert",
        "lockstep.detector",
        "lockstep.distinct",
        "lockstep.estimates",
        "lockstep.evaluation",
        "lockstep.graph_functions",
        "lockstep.graph_scores",
        "lockstep.graphs",
        "lockstep.network",
        "lockstep.null_calibration",
        "lockstep.report.sparkline",
        "lockstep.simulation",
        "lockstep.takedown",
        "lockstep.timing",
    ],
)
def test_examples_in_docstrings_run(module):
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    made = ls.simulate(accounts=300, groups=3, seed=8)
    planted = made.truth["account_id"].to_pylist()
    pq.write_table(made.log, tmp_path / "actions.parquet")
    for word, name in zip(("account_a", "account_b", "known_account"), planted, strict=False):
        assert word in code
        code = code.replace(word, name)
    monkeypatch.chdir(tmp_path)
    known = {"log": made.log}
    exec(code, known)
    assert known["run"].clusters.num_rows == 3
    assert known["edges"].num_rows > 0
