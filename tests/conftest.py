"""Fixtures that several test files share."""

import pyarrow.parquet as pq
import pytest
from support.browser import browser, explorer
from support.explorer_place import make_explorer_place
from support.nights import log_of_days
from support.stores import make_store

import lockstep as ls
from lockstep.cli import main


@pytest.fixture
def call(capsys):
    def run(*arguments):
        """Exit code, standard output and standard error of a command in this process."""
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return ended.value.code, told.out, told.err

    return run


@pytest.fixture(scope="session")
def days():
    """A log of six days, one table a day."""
    return log_of_days()


@pytest.fixture(scope="session")
def explorer_place(tmp_path_factory):
    """What the explorer shows; for tests that change nothing of it."""
    return make_explorer_place(tmp_path_factory.mktemp("explorer"))


@pytest.fixture(scope="session")
def explorer_server(explorer_place):
    """A running explorer on it."""
    with explorer(*explorer_place.arguments) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    """A browser without a window."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a log, its truth, a store and a run."""
    folder = tmp_path_factory.mktemp("cli")
    made = ls.simulate(accounts=300, groups=3, seed=8)
    pq.write_table(made.log, folder / "log.parquet")
    seed = made.truth["account_id"][0].as_py()
    (folder / "referrals.csv").write_text(f"account,source,confidence\n{seed},partner,0.9\n")
    store = make_store(folder / "store", made.log)
    ls.sweep(store, referrals=folder / "referrals.csv")
    return folder
