"""The widget's script in a real browser: it draws, and what is clicked is picked."""

import base64
import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

from lockstep import widget as widget_module
from lockstep.widget import GraphWidget

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here")

PAGE = """<!doctype html><html><body><div id="w" style="width:800px"></div><pre id="out"></pre>
<script type="module">
import widget from "./widget.js";
const state = STATE;
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
for (const name of ["positions", "edges", "widths"]) state[name] = bytes(state[name]);
const heard = {};
const saved = [];
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; heard["change:" + name]?.(); },
  save_changes: () => saved.push([...state.selected_numbers]),
  on: (name, call) => { heard[name] = call; },
  off: (name) => { delete heard[name]; },
};
const el = document.getElementById("w");
const stop = widget.render({ model, el });
const canvas = el.querySelector("canvas");
const at = new Float32Array(state.positions.buffer);
function click(i, shiftKey) {
  const box = canvas.getBoundingClientRect();
  const side = Math.min(canvas.clientWidth, state.height) - 40;
  const options = {
    clientX: box.left + canvas.clientWidth / 2 + (at[2 * i] - 0.5) * side,
    clientY: box.top + state.height / 2 + (at[2 * i + 1] - 0.5) * side,
    pointerId: 1, shiftKey, bubbles: true,
  };
  canvas.setPointerCapture = () => {};
  canvas.dispatchEvent(new PointerEvent("pointerdown", options));
  canvas.dispatchEvent(new PointerEvent("pointerup", options));
}
const blue = () => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) {
    count += pixels[i] === 0 && pixels[i + 1] === 0x72 && pixels[i + 2] === 0xb2;
  }
  return count;
};
const drawn = blue();
click(2, false); click(0, true); click(2, true); click(1, false);
const status = el.querySelector("[aria-live]").textContent;
canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -400, clientX: 300, clientY: 200 }));
const label = canvas.getAttribute("aria-label");
stop();
document.getElementById("out").textContent =
  JSON.stringify({ saved, drawn, status, label, heard: Object.keys(heard) });
</script></body></html>"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the page says after a few clicks, and the widget it was made from."""
    made = GraphWidget.of(
        ["<b>one</b>", "two", "three", "four"],
        [
            {"source": "<b>one</b>", "target": "two", "weight": 3.0},
            {"source": "two", "target": "three", "weight": 1.0},
            {"source": "three", "target": "four", "weight": 2.0},
        ],
        title="C-0001",
        height=400,
    )
    state = {name: getattr(made, name) for name in ("title", "height", "names")}
    state |= {
        name: base64.b64encode(getattr(made, name)).decode()
        for name in ("positions", "edges", "widths")
    }
    folder = tmp_path_factory.mktemp("widget")
    text = json.dumps({**state, "selected_numbers": []}).replace("<", "\\u003c")
    (folder / "index.html").write_text(PAGE.replace("STATE", text))
    shutil.copy(Path(widget_module.__file__).with_name("widget.js"), folder)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
        page = f"http://127.0.0.1:{server.server_port}/index.html"
        done = subprocess.run(
            [*command, "--virtual-time-budget=5000", page],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    finally:
        server.shutdown()
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr
    assert found[1], done.stdout + done.stderr
    return made, json.loads(
        found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )


def test_clicks_pick_and_come_back(told):
    _, said = told
    assert said["saved"] == [[2], [0, 2], [0], [1], []]
    assert said["status"].startswith("1 of 4 picked")


def test_vertices_are_drawn_and_named_for_those_who_cannot_see_them(told):
    made, said = told
    assert said["drawn"] > 4 * 40, "four discs of five pixels' radius"
    assert said["label"] == "C-0001: 4 accounts, 3 edges"
    widths = np.frombuffer(made.widths, np.float32)
    assert widths.tolist() == sorted(widths.tolist())


def test_it_lets_go_when_it_is_closed(told):
    _, said = told
    assert said["heard"] == []
