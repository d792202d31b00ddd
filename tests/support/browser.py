"""A headless browser on a running explorer, for tests."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

__all__ = ["AXE", "SHOTS", "Screen", "browser", "expect", "explorer", "screen_of", "serious_faults"]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

ROOT = Path(__file__).parents[2]
AXE = ROOT / "bindings/explorer/node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "build/explorer-shots"
CHROMIUM = Path("/usr/bin/chromium")


class Server:
    """A running `lockstep explore`, and a session that is open on it."""

    def __init__(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "lockstep", "explore", *arguments]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("open "):
            assert self.process.stderr is not None
            raise AssertionError(f"explore said {line!r}: {self.process.stderr.read()}")
        parts = urlsplit(line.removeprefix("open ").strip())
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.cookie = self._signed_in(parts.netloc, f"/?{parts.query}")

    def _signed_in(self, host: str, path: str) -> dict[str, str]:
        """The cookie of the one session that the printed address opens."""
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("GET", path)
        name, value = connection.getresponse().headers["Set-Cookie"].split(";")[0].split("=", 1)
        connection.close()
        return {"name": name, "value": value, "url": self.url}

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def explorer(*arguments: str) -> Iterator[Server]:
    """A server of its own for the arguments of `lockstep explore`."""
    server = Server(list(arguments))
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def browser() -> Iterator[object]:
    """Chromium without a window; the test is skipped where it is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is missing (apt-get install chromium)")
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


class Screen:
    """A page, and all that went wrong on it."""

    def __init__(self, page, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("dialog", self._dialog)

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.type}: {message.text}")

    def _asked(self, request) -> None:
        parts = urlsplit(request.url)
        own = f"{parts.scheme}://{parts.netloc}" == self.url
        if not own and parts.scheme not in ("data", "blob"):
            self.faults.append(f"asked another host: {request.url}")

    def _dialog(self, dialog) -> None:
        self.faults.append(f"a script spoke: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Goes to an address, and waits until nothing is being read any more."""
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        self.page.locator("main > *").first.wait_for()
        self.page.locator("main .skeleton").first.wait_for(state="detached")
        # What a view does after it is painted, and the picture that follows from it.
        self.page.evaluate(
            """async () => { for (let frame = 0; frame < 5; ++frame)
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))); }"""
        )

    @property
    def path(self) -> str:
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)


@contextmanager
def screen_of(opened, server: Server, **options) -> Iterator[Screen]:
    """A fresh window of 1280 x 720, signed in."""
    context = opened.new_context(viewport={"width": 1280, "height": 720}, **options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_cookies([server.cookie])
    try:
        yield Screen(context.new_page(), server.url)
    finally:
        context.close()


def serious_faults(page) -> list[str]:
    """What axe calls serious or critical; the page must have been opened without its policy."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {' '.join(fault['nodes'][0]['html'].split())[:200]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
