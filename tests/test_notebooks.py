"""The notebooks run from top to bottom, draw what they say, and hold no outputs in git."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PICTURES = {"01": 2, "02": 3, "03": 2, "04": 0, "05": 1, "06": 0, "07": 2}


def test_there_are_seven():
    assert [path.name[:2] for path in NOTEBOOKS] == sorted(PICTURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


# The second reads the whole archive of an operation, where it is.
RUNS = [pytest.param(p, marks=pytest.mark.slow) if p.stem[:2] == "02" else p for p in NOTEBOOKS]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_it_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == PICTURES[path.name[:2]]
    assert not [out for out in outputs if out.get("name") == "stderr"]
