"""The wheel that carries its libraries runs where they are not installed."""

import shutil
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import lockstep as ls

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = ("rocksdb", "tbb", "snappy", "gflags", "lz4", "zstd", "sodium", "bz2")
JOURNEY = """
import sys, tempfile
import lockstep as ls
assert sys.argv[1] in ls.__file__, ls.__file__
made = ls.simulate(accounts=300, groups=3, seed=1)
store = ls.open(tempfile.mkdtemp() + "/store")
columns = {"account": "account_id", "object": "object_id", "time": "timestamp", "kind": "action"}
print(store.ingest(made.log, mapping=columns))
run = ls.sweep(store)
assert run.clusters.num_rows == 3
assert ls.open(store.path).verify() == []
print("all is well")
"""

pytestmark = pytest.mark.slow


def libraries():
    """Files of the libraries that the package links to, on this machine."""
    folders = [Path("/usr/lib") / sysconfig.get_config_var("MULTIARCH"), Path("/usr/lib")]
    return [
        file
        for folder in folders
        for name in HIDDEN
        for file in sorted(folder.glob(f"lib{name}*.so*"))
        if not file.is_symlink()
    ]


def without_libraries(*command):
    """Runs a command in a mount namespace where every one of them is an empty file."""
    hide = "".join(f"mount --bind /dev/null '{file}'\n" for file in libraries())
    script = f'set -e\n{hide}exec "$@"\n'
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", script, "bash", *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheels():
    if without_libraries("true").returncode != 0:
        pytest.skip("this user may not hide libraries: unshare --mount is refused")
    subprocess.run(["bash", ".ci/wheel.sh"], cwd=ROOT, check=True, capture_output=True)
    (repaired,) = (ROOT / "dist").glob("*manylinux*.whl")
    (raw,) = (ROOT / "build" / "raw-wheel").glob("*.whl")
    return repaired, raw


def installed(folder, wheel):
    """A fresh environment with the wheel, which finds the packages it depends on in this one."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_it_carries_its_libraries_and_little_else(wheels):
    repaired, _ = wheels
    names = zipfile.ZipFile(repaired).namelist()
    for library in ("rocksdb", "tbb", "sodium"):
        assert any(f"lockstep.libs/lib{library}" in name for name in names)
    assert {"lockstep/py.typed", "lockstep/_core.pyi", "lockstep/widget.js"} <= set(names)
    assert "lockstep/report/report.html.j2" in names
    assert not [name for name in names if name.startswith(("tests", "engine", "bench"))]
    assert repaired.stat().st_size < 12 * 2**20


def test_it_runs_without_them_and_the_raw_one_does_not(wheels, tmp_path):
    repaired, raw = wheels
    assert libraries()
    python = installed(tmp_path / "repaired", repaired)
    done = without_libraries(python, "-c", JOURNEY, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all is well\n")
    command = without_libraries(tmp_path / "repaired" / "bin" / "lockstep", "--version")
    assert command.returncode == 0, command.stderr
    broken = without_libraries(installed(tmp_path / "raw", raw), "-c", JOURNEY, tmp_path)
    assert broken.returncode != 0
    assert "ImportError" in broken.stderr


def test_pip_builds_the_source_tree_in_a_clean_environment(tmp_path):
    copy = tmp_path / "source"
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    for name in filter(None, kept):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(copy)], check=True)
    code = "import lockstep as ls; print(ls.__version__)"
    done = subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == ls.__version__
