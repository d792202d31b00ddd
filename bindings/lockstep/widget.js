// Canvas 2D: on machines without a graphics processor it draws many times faster than WebGL does.
const PALETTE = { edge: "#b8c4d0", vertex: "#0072b2", picked: "#d55e00", text: "#333", back: "#fff" };

function view(buffer, Type) {
  const bytes = buffer instanceof DataView ? buffer.buffer.slice(
    buffer.byteOffset, buffer.byteOffset + buffer.byteLength) : buffer;
  return new Type(bytes);
}

function render({ model, el }) {
  const height = model.get("height");
  const names = model.get("names");
  const at = view(model.get("positions"), Float32Array);
  const edges = view(model.get("edges"), Uint32Array);
  const widths = view(model.get("widths"), Float32Array);

  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label",
    `${model.get("title")}: ${names.length} accounts, ${widths.length} edges`);
  canvas.style.cssText = `width:100%;height:${height}px;border:1px solid #ccc;touch-action:none`;
  const status = document.createElement("div");
  status.setAttribute("aria-live", "polite");
  status.style.cssText = "font:13px sans-serif;min-height:1.4em;color:#333";
  el.append(canvas, status);

  let scale = 1;
  let left = 0;
  let top = 0;
  let hovered = -1;

  const size = () => Math.min(canvas.clientWidth, height) - 40;
  const place = (i) => [
    canvas.clientWidth / 2 + (at[2 * i] - 0.5) * size() * scale + left,
    height / 2 + (at[2 * i + 1] - 0.5) * size() * scale + top,
  ];

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = PALETTE.back;
    pen.fillRect(0, 0, canvas.clientWidth, height);
    pen.strokeStyle = PALETTE.edge;
    // One path a width: a call for each edge would be slow.
    for (let step = 0; step < 5; ++step) {
      pen.lineWidth = 0.4 + step / 2;
      pen.beginPath();
      for (let e = 0; e < widths.length; ++e) {
        if (Math.min(4, Math.floor(widths[e] * 5)) !== step) continue;
        pen.moveTo(...place(edges[2 * e]));
        pen.lineTo(...place(edges[2 * e + 1]));
      }
      pen.stroke();
    }
    const picked = new Set(model.get("selected_numbers"));
    for (let i = 0; i < names.length; ++i) {
      const [x, y] = place(i);
      pen.fillStyle = picked.has(i) ? PALETTE.picked : PALETTE.vertex;
      pen.beginPath();
      if (picked.has(i)) pen.rect(x - 6, y - 6, 12, 12);
      else pen.arc(x, y, i === hovered ? 7 : 5, 0, 2 * Math.PI);
      pen.fill();
      if (i === hovered || picked.has(i) || names.length <= 40) {
        pen.fillStyle = PALETTE.text;
        pen.font = "11px sans-serif";
        pen.fillText(names[i].length > 24 ? names[i].slice(0, 23) + "\u2026" : names[i], x + 8, y - 6);
      }
    }
    status.textContent = picked.size
      ? `${picked.size} of ${names.length} picked`
      : `${names.length} accounts, ${widths.length} edges; click to pick, Shift for more, ` +
        "drag to move, wheel to zoom, double click to fit";
  }

  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    let best = -1;
    let least = 12;
    for (let i = 0; i < names.length; ++i) {
      const [x, y] = place(i);
      const away = Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y);
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  function pick(number, more) {
    const picked = new Set(more ? model.get("selected_numbers") : []);
    if (picked.has(number)) picked.delete(number);
    else if (number >= 0) picked.add(number);
    model.set("selected_numbers", [...picked].sort((a, b) => a - b));
    model.save_changes();
  }

  let held = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held = { x: event.clientX, y: event.clientY, moved: false };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null) {
      const now = nearest(event);
      if (now !== hovered) {
        hovered = now;
        draw();
      }
      return;
    }
    const [x, y] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(x, y) < 4) return;
    left += x;
    top += y;
    held = { x: event.clientX, y: event.clientY, moved: true };
    draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held !== null && !held.moved) pick(nearest(event), event.shiftKey);
    held = null;
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY / 400);
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left - canvas.clientWidth / 2;
    const y = event.clientY - box.top - height / 2;
    left = x + (left - x) * factor;
    top = y + (top - y) * factor;
    scale *= factor;
    draw();
  }, { passive: false });
  canvas.addEventListener("dblclick", () => {
    [scale, left, top] = [1, 0, 0];
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") pick(-1, false);
    else if (step !== undefined) hovered = (hovered + step + names.length) % names.length;
    else if (event.key === "Enter" && hovered >= 0) pick(hovered, event.shiftKey);
    else return;
    event.preventDefault();
    draw();
  });

  model.on("change:selected_numbers", draw);
  const watcher = new ResizeObserver(draw);
  watcher.observe(canvas);
  draw();
  return () => {
    watcher.disconnect();
    model.off("change:selected_numbers", draw);
  };
}

export default { render };
