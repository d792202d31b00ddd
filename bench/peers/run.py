"""Runs every tool on every task and input, judges the results, and prints one table.

    python bench/peers/run.py INPUTS RESULTS [WORD ...]

INPUTS holds one folder an input (see `peer.py`); RESULTS takes `lines.jsonl` and `table.md`. With
words, only the cells whose task, input or tool is one of them are run, and the others are kept.
Lockstep goes first in each row, so that every ratio is of one sitting. Give it the machine alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from peer import read_graph, read_log
from quality import Mismatch, judge

HERE = Path(__file__).parent
LIMIT_S = 600

SMALL = ("ego-facebook", "higgs")
LARGE = ("kronecker-20", "kronecker-22")
LFR = ("lfr-100k", "lfr-1m")
GRAPH_TOOLS = {"networkit": (*SMALL, *LARGE, *LFR), "igraph": (*SMALL, "kronecker-20", *LFR)}
FLOOR = {"networkx": SMALL}
PLAN: dict[str, dict[str, tuple[str, ...]]] = {
    "components": {**GRAPH_TOOLS, "scipy": (*SMALL, *LARGE, *LFR), **FLOOR},
    "bfs": {**GRAPH_TOOLS, "scipy": (*SMALL, *LARGE, *LFR), **FLOOR},
    "pagerank": {**GRAPH_TOOLS, "scipy": (*SMALL, *LARGE, *LFR), **FLOOR},
    "triangles": {
        "networkit": (*SMALL, "kronecker-20", *LFR),
        "igraph": (*SMALL, "lfr-100k"),
        "scipy": (*SMALL, *LFR),
        **FLOOR,
    },
    "core_numbers": {**GRAPH_TOOLS, **FLOOR},
    "leiden": {
        "networkit": (*SMALL, "kronecker-20", *LFR),
        "igraph": (*SMALL, "kronecker-20", *LFR),
        "leidenalg": (*SMALL, "lfr-100k"),
    },
    "louvain": {
        "networkit": (*SMALL, "kronecker-20", *LFR),
        "igraph": (*SMALL, "kronecker-20", *LFR),
        "networkx": SMALL,
    },
    "label_propagation": {
        "networkit": (*SMALL, "kronecker-20", *LFR),
        "igraph": (*SMALL, *LFR),
        **FLOOR,
    },
    "coaction": {"duckdb": ("log-1m",)},
    "coaction_any": {"coordination-network-toolkit": ("russian-coord-tweets", "log-1m")},
    "coaction_capped": {"duckdb": ("log-1m", "log-10m")},
}
SCRIPTS = {"coordination-network-toolkit": "toolkit"}


def cells() -> Iterator[tuple[str, str, str]]:
    """(task, input, tool), Lockstep first for each task and input."""
    for task, tools in PLAN.items():
        inputs = sorted({name for names in tools.values() for name in names})
        for name in inputs:
            yield task, name, "lockstep"
            for tool, names in tools.items():
                if name in names:
                    yield task, name, tool


def run_cell(task: str, folder: Path, tool: str, result: Path) -> dict[str, Any]:
    """One line of the table; a result that is missing or wrong has `failed` in place of a time."""
    field = "coaction" if task.startswith("coaction") else "graph"
    script = HERE / f"{SCRIPTS.get(tool, tool)}_{field}.py"
    python = HERE.parents[1] / ".venv/bin/python" if tool == "lockstep" else sys.executable
    line = {"task": task, "input": folder.name, "tool": tool}
    result.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            [python, script, task, folder, result],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=True,
        )
        given = read_log(folder) if field == "coaction" else read_graph(folder)
        quality = judge(task, given, np.load(result))
        return {**json.loads(done.stdout.splitlines()[-1]), "quality": quality}
    except subprocess.TimeoutExpired:
        return {**line, "failed": f"over {LIMIT_S} s"}
    except subprocess.CalledProcessError as error:
        return {**line, "failed": (error.stderr.strip().splitlines() or ["killed"])[-1][:100]}
    except Mismatch as error:
        return {**line, "failed": f"wrong: {error}"}


def table(lines: list[dict[str, Any]]) -> str:
    """Markdown, one row a cell; the ratio is the tool's seconds over Lockstep's."""
    ours = {
        (r["task"], r["input"]): r["seconds"]
        for r in lines
        if r["tool"] == "lockstep" and "seconds" in r
    }
    rows = [
        "| task | input | tool | seconds | peak MiB | quality | times Lockstep's |",
        "|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        head = f"| {line['task']} | {line['input']} | {line['tool']} "
        if "failed" in line:
            rows.append(f"{head}| not measured: {line['failed']} | | | |")
            continue
        quality = ", ".join(f"{name} {value:,}" for name, value in line["quality"].items())
        base = ours.get((line["task"], line["input"]))
        ratio = f"{line['seconds'] / base:.3g}" if base else ""
        seconds = f"{line['seconds']:.4g}"
        rows.append(f"{head}| {seconds} | {line['peak_mib']:,} | {quality} | {ratio} |")
    return "\n".join(rows) + "\n"


def main(inputs: Path, results: Path, words: set[str]) -> None:
    results.mkdir(parents=True, exist_ok=True)
    log = results / "lines.jsonl"
    kept = [json.loads(text) for text in log.read_text().splitlines()] if log.exists() else []
    known = {(line["task"], line["input"], line["tool"]): line for line in kept}
    for cell in cells():
        task, name, tool = cell
        if (words and not words & set(cell)) or not (inputs / name).is_dir():
            continue
        known[cell] = run_cell(task, inputs / name, tool, results / "result.npy")
        print(json.dumps(known[cell]), file=sys.stderr, flush=True)
        log.write_text("".join(json.dumps(line) + "\n" for line in known.values()))
    lines = [known[cell] for cell in cells() if cell in known]
    text = table(lines)
    (results / "table.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:]))
