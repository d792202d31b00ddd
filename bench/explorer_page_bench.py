#!/usr/bin/env python3
"""How soon a cluster's graph is on the screen, and how it follows the hand that moves it.

    .venv/bin/python bench/explorer_page_bench.py

Headless Chromium without a graphics processor, on the built pages; the server's answers are made
up here, so that the page alone is measured. JSON lines by size of the graph: milliseconds from
the call of the address to the first picture, how many of them after the answer was there, and
between pictures while it is dragged. Verified: every vertex is in the scene, and the middle of
one has its colour on the canvas, before and after.
"""

from __future__ import annotations

import json
import statistics
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

STATIC = Path(__file__).parents[1] / "bindings/lockstep/explorer/static"
SIZES = ((1_500, 6_000), (5_000, 20_000), (50_000, 200_000))
TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg+xml"}
ROW = {
    "cluster_id": "C-0001", "lasting_id": None, "change": None, "network": None, "tied_to": [],
    "rank": 1, "density": 0.1, "score": 9.0, "layers": ["post"], "objects": 900,
    "median_lag_s": 5.0, "median_objects": 4.0, "median_expected": 0.1, "first_s": 1_600_000_000,
    "last_s": 1_600_500_000, "groups": [], "explained": 0.0, "synchrony": 0.9,
    "control_percentile": None, "control_synchrony": None, "control_pool": None,
    "stability": None, "insufficient": None, "top_objects": [], "reason": "", "spark": [1] * 24,
}  # fmt: skip


def drawing(n: int, m: int) -> dict[str, Any]:
    """A graph of twelve crowds, and a meeting on each of its edges."""
    draw = np.random.default_rng(n)
    crowd = np.sort(draw.integers(0, 12, n))
    at = (draw.random((12, 2)) * 3)[crowd] + draw.normal(0, 0.25, (n, 2))
    source = draw.integers(0, n, m)
    target = np.clip(source + draw.integers(1, max(2, n // 12), m), 0, n - 1)
    times = 1_600_000_000 + draw.integers(0, 500_000, m)
    graph = {
        "ids": [f"account {vertex}" for vertex in range(n)],
        "x": at[:, 0].tolist(),
        "y": at[:, 1].tolist(),
        "strength": np.sort(draw.exponential(1, n))[::-1].tolist(),
        "mark": [0] * n,
        "group": np.minimum(crowd, 7).tolist(),
        "source": source.tolist(),
        "target": target.tolist(),
        "weight": draw.exponential(1, m).tolist(),
        "layer": draw.integers(0, 3, m).tolist(),
    }
    events = {
        "ids": graph["ids"],
        "source": graph["source"],
        "target": graph["target"],
        "object": draw.integers(0, 900, m).tolist(),
        "layer": [0] * m,
        "sourceTime": times.tolist(),
        "targetTime": (times + 5).tolist(),
        "objects": [f"object {number}" for number in range(900)],
        "layers": ["post"],
        "objectActions": [9] * 900,
        "total": m,
    }
    layers = ["post", "retweet", "share_url"]
    drawn = {"graph": graph, "layers": layers, "totalVertices": n, "totalEdges": m}
    return {"drawn": drawn, "events": events}


def answers(n: int, m: int) -> dict[str, Any]:
    """What the page asks for, by path."""
    row = {**ROW, "members": n, "edges": m}
    run = {"run_id": "R", "folder": "R", "options": {"fdr": 0.05}, "finished_s": 4e9, "layers": {}}
    features = {"ledger": False, "cases": False}
    return {
        "/api/meta": {"version": "", "read_only": True, "features": features},
        "/api/runs": [{"run_id": "R"}],
        "/api/runs/R": run,
        "/api/runs/R/clusters": {"rows": [row], "matching": 1, "total": 1},
        "/api/runs/R/clusters/C-0001": {
            "row": row, "remarks": [], "members": [], "members_total": n, "window_s": 60,
            "resembling": [], "resembling_total": 0,
        },
        "/api/runs/R/clusters/C-0001/graph": drawing(n, m),
    }  # fmt: skip


def serve(told: dict[str, Any]) -> ThreadingHTTPServer:
    """A server on this machine that gives the pages and the answers."""
    bodies = {path: json.dumps(answer).encode() for path, answer in told.items()}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            file = STATIC / path.lstrip("/")
            file = file if file.is_file() else STATIC / "index.html"
            kind = "application/json" if path in bodies else TYPES[file.suffix[1:]]
            body = bodies[path] if path in bodies else file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def verified(page: Any, n: int) -> bool:
    """Whether all vertices are there, and the strongest is drawn where it should be."""
    return page.evaluate(
        """(n) => {
          const {scene, move} = window.lockstepStage.currentScene();
          const canvas = document.querySelector('canvas');
          const ratio = canvas.width / canvas.clientWidth;
          const at = [scene.x[0] * move.k + move.x, scene.y[0] * move.k + move.y];
          const [x, y] = at.map((value) => value * ratio);
          const seen = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
          const want = scene.palette.marks[0].match(/[0-9a-f]{2}/g).map((two) => parseInt(two, 16));
          return scene.graph.ids.length === n && want.every((value, i) => value === seen[i]);
        }""",
        n,
    )


def dragged(page: Any) -> list[float]:
    """Milliseconds between frames while the picture follows the pointer."""
    box = page.locator("canvas").bounding_box()
    page.evaluate(
        """() => { window.frames_ms = []; let last = performance.now();
        const next = () => { const now = performance.now(); window.frames_ms.push(now - last);
          last = now; window.asked = requestAnimationFrame(next); }; next(); }"""
    )
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(x + 2 * step, y + step)
    page.mouse.up()
    frames = page.evaluate("() => { cancelAnimationFrame(window.asked); return window.frames_ms; }")
    page.wait_for_timeout(500)  # the whole picture, once the hand is still
    return frames[1:]


def main() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for n, m in SIZES:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            server = serve(answers(n, m))
            page.goto(f"http://127.0.0.1:{server.server_port}/r/R/c/C-0001/graph")
            page.wait_for_function("window.lockstepStage?.firstAt > 0", timeout=120_000)
            first_ms = page.evaluate("window.lockstepStage.firstAt")
            answered_ms = page.evaluate(
                "performance.getEntriesByType('resource')"
                ".find((entry) => entry.name.endsWith('/graph')).responseEnd"
            )
            page.wait_for_timeout(1000)
            right = verified(page, n)
            frames = dragged(page)
            right = right and verified(page, n)
            line = {
                "case": "page",
                "n": n,
                "m": m,
                "first_picture_ms": round(first_ms),
                "of_it_after_the_answer_ms": round(first_ms - answered_ms),
                "drag_median_ms": round(statistics.median(frames), 1),
                "drag_p95_ms": round(sorted(frames)[int(0.95 * len(frames))], 1),
                "verified": right,
            }
            print(json.dumps(line), flush=True)
            page.close()
            server.shutdown()
        chromium.close()


if __name__ == "__main__":
    main()
