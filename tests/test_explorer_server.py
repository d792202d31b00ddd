"""The explorer as a process: what it prints, whom it hears, and beside a night that writes."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from support.command_line import cli, expect_error
from support.nights import arrives, log_of_days, make_place, night

import lockstep as ls

PATIENCE_S = 60


class Page:
    """A browser without a screen."""

    def __init__(self, address):
        self.home = address.split("/?")[0]
        handler = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(handler)
        self.get(address[len(self.home) :])

    def get(self, path):
        with self.opener.open(f"{self.home}{path}", timeout=PATIENCE_S) as answer:
            return answer.read()

    def json(self, path):
        return json.loads(self.get(path))


@contextmanager
def explorer(*arguments):
    """A server, and the address that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lockstep", "explore", *map(str, arguments), "--port", "0",
         "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        assert line.startswith("open "), process.stderr.read()
        yield process, line.split()[1]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def made_place(tmp_path_factory):
    made = make_place(tmp_path_factory.mktemp("explorer") / "place")
    arrives(made, log_of_days(), range(4))
    night(made)
    return made


@pytest.fixture
def place(made_place, tmp_path):
    """A copy of its own for each test."""
    return shutil.copytree(made_place, tmp_path / "place", symlinks=True)


def arguments(place):
    return place / "store", "--runs", place / "runs"


def test_what_it_prints_opens_it_and_ctrl_c_ends_it(place):
    with explorer(*arguments(place)) as (process, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", address)
        page = Page(address)
        assert page.json("/api/runs")[0]["run_id"] == ls.Run.open(place / "runs").id
        with pytest.raises(urllib.error.HTTPError, match="401"):
            Page(address)
        again = process.stdout.readline()
        assert "once more" in again
        Page(again.split(": ", 1)[1].strip())
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) in (0, 130)


def test_it_is_heard_on_this_machine_alone(place):
    with explorer(*arguments(place)) as (_, address):
        port = int(re.search(r":(\d+)/", address)[1])
        heard = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    own = [line.split()[1] for line in heard.splitlines() if f":{port:04X} " in line[:50]]
    assert f"0100007F:{port:04X}" in own
    assert not [at for at in own if at.startswith("00000000")]


def test_it_answers_while_a_night_writes_and_shows_its_run(place):
    arrives(place, log_of_days(), range(4, 6))
    before = ls.Run.open(place / "runs").id
    answers, faults = [], []
    with explorer(*arguments(place)) as (_, address):
        page = Page(address)
        account = page.json("/api/runs/latest/clusters/C-0001")["members"][0]["account_id"]
        done = threading.Event()

        def ask():
            while not done.is_set():
                try:
                    page.get(f"/api/runs/{before}/neighbourhood?id={account}")
                    detail = page.json(f"/api/runs/{before}/account?id={account}")
                    answers.append(detail["actions"]["total"])
                except OSError as error:
                    faults.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            night(place)
        finally:
            done.set()
            asking.join()
        assert not faults
        assert len(answers) > 3
        latest = page.json("/api/runs/latest")["run_id"]
        assert latest == ls.Run.open(place / "runs").id != before
    whole = ls.open(place / "store").actions(account).num_rows
    assert answers[0] < whole


def test_killed_in_the_middle_it_leaves_store_and_runs_whole(place):
    with explorer(*arguments(place)) as (process, address):
        page = Page(address)
        stopped = threading.Timer(0.3, process.kill)
        stopped.start()
        with pytest.raises(OSError):
            for _ in range(10_000):
                page.get("/api/runs/latest/clusters/C-0001/graph")
    assert ls.open(place / "store").verify() == []
    with explorer(*arguments(place)) as (_, address):
        assert Page(address).json("/api/runs/latest/clusters")["total"] > 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--host", "0.0.0.0"], "--users"),
        (["--host", "0.0.0.0", "--users", "users.toml"], "--tls-proxy"),
        (["--users", "missing.toml"], "no such file"),
        (["--add-user", "ana"], "--users"),
    ],
)
def test_what_cannot_be_served_is_told(place, more, said):
    more = [place / word if word.endswith(".toml") else word for word in more]
    (place / "users.toml").write_text("users = []\n")
    done = cli("explore", *arguments(place), "--no-browser", *more)
    expect_error(done, 2, said)


def test_a_port_that_is_taken_is_told(place):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        done = cli("explore", *arguments(place), "--no-browser", "--port", port)
    expect_error(done, 2, "--port")


def test_a_user_gets_a_token_of_which_the_file_has_the_hash(place):
    users = place / "users.toml"
    line = ["explore", str(place / "store"), "--users", str(users), "--add-user"]
    done = cli(*line, "ana", "--role", "analyst")
    token = done.stdout.strip()
    assert len(token) == 43
    assert token not in users.read_text()
    assert users.stat().st_mode & 0o777 == 0o600
    assert cli(*line, "ana").returncode == 2
    assert cli(*line, 'q"uote', "--role", "lead").returncode == 0
    with explorer(*arguments(place), "--users", users) as (_, address):
        assert address.endswith("/login")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            Page(f"{address[:-6]}/?token=wrong")
        page = Page(f"{address[:-6]}/?token={token}")
        assert page.json("/api/meta")["user"] == "ana"
