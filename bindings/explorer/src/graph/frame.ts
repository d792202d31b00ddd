// Where things lie on the screen: positions of the server, fitted, then moved by the reader.

/** screen = k * world + (x, y), in CSS pixels. */
export interface Move {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Box of the middle 98% along each axis: a few far vertices must not shrink the picture. */
export function coreBox(x: Float32Array, y: Float32Array): Box {
  const [left, right] = middle(x);
  const [top, bottom] = middle(y);
  return { left, right, top, bottom };
}

function middle(values: Float32Array): [number, number] {
  if (values.length === 0) return [0, 1];
  const sorted = values.slice().sort();
  const skip = Math.floor(sorted.length / 100);
  return [sorted[skip], sorted[sorted.length - 1 - skip]];
}

/** Positions in CSS pixels of a picture that shows the box with a margin around it. */
export function fitted(
  x: Float32Array,
  y: Float32Array,
  width: number,
  height: number,
  margin: number,
): { x: Float32Array; y: Float32Array } {
  const box = coreBox(x, y);
  const room = [Math.max(1, width - 2 * margin), Math.max(1, height - 2 * margin)];
  const wide = box.right - box.left;
  const high = box.bottom - box.top;
  const scale = wide <= 0 && high <= 0
    ? 1
    : Math.min(wide > 0 ? room[0] / wide : Infinity, high > 0 ? room[1] / high : Infinity);
  const [midX, midY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return {
    x: x.map((value) => width / 2 + (value - midX) * scale),
    y: y.map((value) => height / 2 + (value - midY) * scale),
  };
}
