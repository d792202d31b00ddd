"""The example of the two waves runs as it says it does."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_planted_are_found_and_the_waves_add_up(tmp_path):
    command = [sys.executable, ROOT / "examples" / "herculean.py", tmp_path]
    done = subprocess.run(
        [*map(str, command), "--accounts", "4000", "--groups", "60"],
        capture_output=True,
        text=True,
        check=True,
    )
    figures = json.loads(done.stdout[done.stdout.index("{") :])
    assert figures["planted"] == 720
    assert figures["precision"] >= 0.98
    assert figures["recall"] >= 0.95
    assert [row["suspended"] for row in figures["ledger"]] == [250, 470]
    assert [row["running_total"] for row in figures["ledger"]] == [250, 720]
    assert Path(figures["report"]).exists()
    assert "lockstep_sweep_status" in (tmp_path / "lockstep.prom").read_text()
