"""The end-to-end test: the two ways a newcomer runs the quickstart."""

import os
import subprocess
from pathlib import Path

import pytest

import lockstep as ls

ROOT = Path(__file__).resolve().parents[1]


def quickstart(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["bash", str(ROOT / "examples" / "quickstart.sh"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "LOCKSTEP_QUICKSTART": str(folder),
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(
    not (ROOT / ".venv" / "bin" / "lockstep").exists(), reason="the package is not set up in .venv"
)
def test_quickstart_takes_a_file_of_ones_own(tmp_path):
    made = ls.simulate(accounts=500, groups=3, seed=5)
    lines = ["who,what,when,how"]
    lines += [
        f"{row['account_id']},{row['object_id']},{row['timestamp']},{row['action']}"
        for row in made.log.to_pylist()
    ]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(lines) + "\n")
    told = quickstart(
        tmp_path / "made", str(file), "--map", "account=who,object=what,time=when,kind=how"
    )
    run = ls.Run.open(tmp_path / "made" / "runs")
    assert run.clusters.num_rows >= 3
    assert "C-0001" in told
    assert str(run.report.name) in told
    members = set(run.members["account_id"].to_pylist())
    assert set(made.truth["account_id"].to_pylist()) <= members


@pytest.mark.skipif(
    not (ROOT / ".venv" / "bin" / "lockstep").exists(), reason="the package is not set up in .venv"
)
def test_quickstart_by_itself_ends_with_clusters_and_a_report(tmp_path):
    told = quickstart(tmp_path)
    run = ls.Run.open(tmp_path / "runs")
    assert run.clusters.num_rows > 0
    assert "Report:" in told
    assert run.report.stat().st_size > 10_000
    real = ROOT.parent / "shared" / "data" / "german-elections" / "actions.parquet"
    assert ("precision" in told) == (not real.exists())
