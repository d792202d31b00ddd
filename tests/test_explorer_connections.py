"""Connections of the explorer: slow ones and idle ones end, and it makes none of its own."""

import json
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from support.explorer_client import client_of

from lockstep.explorer import serving


@contextmanager
def serving_here(app):
    """A server in this process, so that a test can make it less patient; its port."""
    at = serving.listen("127.0.0.1", 0)
    server = serving.server_of(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    try:
        yield at.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


async def answers(scope, receive, send):
    """An application that reads what it is sent, and says how much that was."""
    taken, more = 0, scope["type"] == "http"
    while more:
        message = await receive()
        taken += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(taken).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def drip(connection, parts, pause_s=0.1):
    """Sends parts slowly; seconds until the other end hung up, or None."""
    began = time.monotonic()
    connection.settimeout(pause_s)
    for part in parts:
        try:
            connection.sendall(part)
            if connection.recv(4096) == b"":
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began
    return None


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("before", [b"", HEAD], ids=["first", "second"])
def test_a_head_that_never_ends_is_hung_up_on(monkeypatch, before):
    monkeypatch.setattr(serving, "_ASKING_S", 1)
    with serving_here(answers) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        if before:
            slow.sendall(before)
            assert slow.recv(4096).startswith(b"HTTP/1.1 200")
        slow.sendall(b"GET / HTTP/1.1\r\n")
        gone = drip(slow, [b"X-More: 1\r\n"] * 100)
    assert gone is not None
    assert 0.5 < gone < 5


def test_a_question_is_waited_for_while_it_is_answered(monkeypatch):
    monkeypatch.setattr(serving, "_ASKING_S", 1)
    with serving_here(answers) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n")
        assert drip(slow, [b"x"] * 19) is None
        slow.settimeout(5)
        slow.sendall(b"x")
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_body_that_comes_too_slowly_is_refused(monkeypatch, explorer_place):
    from lockstep.explorer import guard

    monkeypatch.setattr(guard, "_BODY_S", 1.0)
    client = client_of(explorer_place)
    cookie = "; ".join(f"{name}={value}" for name, value in client.http.cookies.items())
    with (
        serving_here(client.http.app) as port,
        socket.create_connection(("127.0.0.1", port)) as slow,
    ):
        head = [
            "POST /api/cases HTTP/1.1",
            "Host: 127.0.0.1:8765",
            f"Cookie: {cookie}",
            *(f"{name}: {value}" for name, value in client.csrf.items()),
            "Content-Type: application/json",
            "Content-Length: 900",
        ]
        slow.sendall("\r\n".join([*head, "", ""]).encode())
        slow.sendall(b'{"run_id": "')
        slow.settimeout(10)
        assert slow.recv(4096).startswith(b"HTTP/1.1 408")


def test_two_thousand_idle_connections_keep_nobody_out(explorer_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4_000:
        pytest.skip(f"this machine allows a process {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_000), hard))
    host, port = explorer_server.url.removeprefix("http://").split(":")
    cookie = f"{explorer_server.cookie['name']}={explorer_server.cookie['value']}"
    with ExitStack() as idle:
        held = [
            idle.enter_context(socket.create_connection((host, int(port)))) for _ in range(2_000)
        ]
        asked = Request(f"{explorer_server.url}/api/runs", headers={"Cookie": cookie})
        with urlopen(asked, timeout=20) as answer:
            assert answer.status == 200
        held[0].settimeout(30)
        assert held[0].recv(1) == b""  # it hangs up on those that ask nothing
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_behind_a_proxy_guessing_is_slowed_down_for_who_guesses(explorer_place):
    client = client_of(explorer_place, signed_in=False, tls=True)

    def guess(address):
        headers = {"X-Forwarded-For": f"10.9.9.9, {address}"}
        return client.http.get("/?token=wrong", headers=headers).status_code

    assert [guess("192.0.2.1") for _ in range(11)] == [401] * 10 + [429]
    assert guess("192.0.2.2") == 401
    # Without a proxy nobody may say where they are.
    bare = client_of(explorer_place, signed_in=False)
    told = [
        bare.http.get("/?token=wrong", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(11)
    ]
    assert told[-1] == 429


def reached(trace):
    """Addresses of the internet that a trace of system calls connects or sends to."""
    return re.findall(r"(?:connect|sendto|sendmsg)\([^\n]*(sin6?_addr[^\n]*)", trace)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_it_connects_to_nothing(explorer_place, tmp_path):
    traced = ["strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o"]
    # The judge sees a connection where there is one.
    control = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    subprocess.run([*traced, tmp_path / "control", sys.executable, "-c", control], check=True)
    assert len(reached((tmp_path / "control").read_text())) == 1

    command = [sys.executable, "-m", "lockstep", "explore", *explorer_place.arguments]
    with subprocess.Popen(
        [*traced, str(tmp_path / "trace"), *command, "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            address = process.stdout.readline().removeprefix("open ").strip()
            base, _, query = address.partition("/?")
            crawl(base, query)
        finally:
            process.terminate()
    assert reached((tmp_path / "trace").read_text()) == []


def crawl(base, query):
    """Asks for whatever can be asked for with the first cluster and its first account."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as door:
        door.sendall(f"GET /?{query} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        cookie = re.search(rb"set-cookie: ([^;]+)", door.recv(8192))[1].decode()

    def ask(path):
        with urlopen(Request(base + path, headers={"Cookie": cookie}), timeout=60) as answer:
            return answer.read().decode()

    paths = json.loads(ask("/api/openapi.json"))["paths"]
    first = json.loads(ask("/api/runs/latest/clusters/C-0001/members"))["rows"]
    a, b = (quote(row["account_id"], safe="") for row in first[:2])
    values = {"run": "latest", "cluster": "C-0001", "case_id": "1"}
    queries = f"?id={a}&a=latest&b=latest&account={a}&other={b}&q={a}"
    asked = 0
    for path, methods in paths.items():
        if "get" in methods:
            try:
                ask(path.format(**values) + ("?" + f"a={a}&b={b}" if "edge" in path else queries))
                asked += 1
            except HTTPError as refused:
                assert refused.code < 500
    assert asked > 15
    ask("/")
