"""The documentation site builds without a warning, leads to what is there, and needs no network."""

import html.parser
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import lockstep as ls

ROOT = Path(__file__).resolve().parents[1]


class Links(html.parser.HTMLParser):
    """What a page leads to, what it loads, and the places in it."""

    def __init__(self, page):
        super().__init__()
        self.leads, self.loads, self.places = [], [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])
        elif tag in ("img", "script", "source") and given.get("src"):
            self.loads.append(given["src"])
        elif tag == "link" and "stylesheet" in given.get("rel", ""):
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    config = ROOT / "bindings" / "docs" / "mkdocs.yml"
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", config, "-d", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_pages_load_nothing_from_elsewhere_and_lead_to_what_is_there(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 15
    read = {page: Links(page) for page in pages}
    for page, links in read.items():
        if page.name == "404.html":  # its addresses begin at the root of a server
            continue
        for address in links.loads:
            assert not urlsplit(address).netloc, f"{page.name} loads {address}"
            assert (page.parent / urlsplit(address).path).exists(), f"{page.name} loads {address}"
        if page.name == "search.html":
            continue
        for address in links.leads:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.exists(), f"{page.name} leads to {address}"
            if parts.fragment and target in read:
                assert unquote(parts.fragment) in read[target].places, f"{page.name}: {address}"


def test_figures_are_drawn(site):
    names = {path.stem for path in (site / "figures").glob("*.png")}
    assert names == {"overview", "timeline", "graph", "lags", "takedown", "calibration"}
    for path in (site / "figures").glob("*.png"):
        assert path.stat().st_size > 8_000


def test_every_public_function_is_in_the_reference(site):
    text = "".join(page.read_text() for page in (site / "reference").glob("*.html"))
    for name in ls.__all__:
        value = getattr(ls, name)
        if callable(value) and value.__module__.startswith("lockstep.") and name[0].islower():
            assert f'id="{value.__module__}.{name}"' in text, name


def test_the_code_of_the_tutorial_runs(tmp_path, monkeypatch):
    page = ROOT / "bindings" / "docs" / "pages" / "tutorial.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    known: dict = {}
    for block in blocks:
        exec(block, known)
    assert known["run"].clusters.num_rows == 6
    assert known["run"].why("user_00871", "user_01610").num_rows > 5
