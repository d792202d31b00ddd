// Draws a graph by Canvas 2D: one path a colour and width. Without a graphics processor this is
// ten times as fast as WebGL, and colours come out true.
import type { GraphData } from "./data";
import type { Box, Move } from "./frame";
import type { Palette } from "./palette";

export interface Shown {
  /** An edge has 1 where it is in force, e.g. within the brushed time; null: all are. */
  readonly edges: Uint8Array | null;
  readonly vertices: Uint8Array | null;
  readonly picked: ReadonlySet<number>;
  readonly hovered: number;
}

export interface Scene {
  readonly graph: GraphData;
  /** Positions in CSS pixels before the reader's move. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  readonly palette: Palette;
  readonly label: (name: string) => string;
  /** Whether colours tell communities; they tell marks otherwise, and shapes do always. */
  readonly grouped: boolean;
}

const WIDTHS = [0.6, 1.1, 1.9];
const MOST_LABELS = 40;

export function radii(strength: Float32Array): Float32Array {
  const most = strength.reduce((a, b) => Math.max(a, b), 0) || 1;
  const base = strength.length > 2000 ? 1.6 : strength.length > 400 ? 2.6 : 4.5;
  return strength.map((value) => base * (1 + 1.2 * Math.sqrt(Math.max(0, value) / most)));
}

export function drawScene(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  shown: Shown,
  move: Move,
  view: Box,
  quick: boolean,
): void {
  pen.fillStyle = scene.palette.paper;
  pen.fillRect(view.left, view.top, view.right - view.left, view.bottom - view.top);
  drawEdges(pen, scene, shown, move, view);
  drawVertices(pen, scene, shown, move, view);
  if (!quick) drawLabels(pen, scene, shown, move, view);
}

function drawEdges(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  shown: Shown,
  move: Move,
  view: Box,
): void {
  const { graph, palette } = scene;
  const most = graph.weight.reduce((a, b) => Math.max(a, b), 0) || 1;
  // Of one picked vertex all ties stand out, of several those among them.
  const several = shown.picked.size > 1;
  const touched = (e: number): boolean => {
    const [a, b] = [graph.source[e], graph.target[e]];
    if (a === shown.hovered || b === shown.hovered) return true;
    const [one, other] = [shown.picked.has(a), shown.picked.has(b)];
    return several ? one && other : one || other;
  };
  const marked = shown.picked.size > 0 || shown.hovered >= 0;
  const faint: number[] = [];
  const strong: number[] = [];
  const pale: number[][] = Array.from({ length: palette.layers.length * WIDTHS.length }, () => []);
  for (let e = 0; e < graph.source.length; ++e) {
    const within = shown.edges === null || shown.edges[e] === 1;
    if (!within) faint.push(e);
    else if (marked && touched(e)) strong.push(e);
    else {
      const step = Math.min(2, Math.floor((3 * graph.weight[e]) / most));
      pale[WIDTHS.length * graph.layer[e] + step].push(e);
    }
  }
  const at = new Segments(pen, scene, move, view);
  at.stroke(faint, palette.faint, WIDTHS[0]);
  pale.forEach((edges, bucket) => {
    const layer = Math.floor(bucket / WIDTHS.length);
    at.stroke(edges, palette.layers[layer], WIDTHS[bucket % WIDTHS.length]);
  });
  palette.strongLayers.forEach((colour, layer) => {
    at.stroke(strong.filter((e) => graph.layer[e] === layer), colour, WIDTHS[2]);
  });
}

class Segments {
  constructor(
    private readonly pen: CanvasRenderingContext2D,
    private readonly scene: Scene,
    private readonly move: Move,
    private readonly view: Box,
  ) {}

  stroke(edges: readonly number[], colour: string, width: number): void {
    if (edges.length === 0) return;
    const { pen, view, move } = this;
    const { graph, x, y } = this.scene;
    pen.beginPath();
    for (const e of edges) {
      const [a, b] = [graph.source[e], graph.target[e]];
      const x0 = x[a] * move.k + move.x;
      const y0 = y[a] * move.k + move.y;
      const x1 = x[b] * move.k + move.x;
      const y1 = y[b] * move.k + move.y;
      if (x0 < view.left && x1 < view.left) continue;
      if (x0 > view.right && x1 > view.right) continue;
      if (y0 < view.top && y1 < view.top) continue;
      if (y0 > view.bottom && y1 > view.bottom) continue;
      pen.moveTo(x0, y0);
      pen.lineTo(x1, y1);
    }
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
}

export function vertexColour({ graph, palette, grouped }: Scene, v: number): string {
  return grouped ? palette.groups[graph.group[v]] : palette.marks[graph.mark[v]];
}

/** Radius on the screen: grows with the zoom, but slower. */
export function screenRadius(radius: number, k: number): number {
  return radius * Math.max(0.6, Math.min(3, k ** 0.4));
}

function drawVertices(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  shown: Shown,
  move: Move,
  view: Box,
): void {
  const { graph, palette } = scene;
  const batches = new Map<string, number[]>();
  for (let v = 0; v < graph.ids.length; ++v) {
    const within = shown.vertices === null || shown.vertices[v] === 1;
    const colour = within ? vertexColour(scene, v) : palette.faint;
    const batch = batches.get(colour);
    if (batch) batch.push(v);
    else batches.set(colour, [v]);
  }
  for (const [colour, vertices] of batches) {
    pen.beginPath();
    for (const v of vertices) addShape(pen, scene, v, move, view, 0);
    pen.fillStyle = colour;
    pen.fill();
  }
  pen.beginPath();
  for (const v of shown.picked) addShape(pen, scene, v, move, view, 3);
  if (shown.hovered >= 0) addShape(pen, scene, shown.hovered, move, view, 2);
  pen.strokeStyle = palette.picked;
  pen.lineWidth = 2.5;
  pen.stroke();
}

function addShape(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  v: number,
  move: Move,
  view: Box,
  grow: number,
): void {
  if (v >= scene.x.length) return;
  const x = scene.x[v] * move.k + move.x;
  const y = scene.y[v] * move.k + move.y;
  const r = screenRadius(scene.radius[v], move.k) + grow;
  if (x + r < view.left || x - r > view.right || y + r < view.top || y - r > view.bottom) return;
  const mark = scene.graph.mark[v];
  if (mark === 1) {
    pen.moveTo(x, y - 1.35 * r);
    pen.lineTo(x + 1.35 * r, y);
    pen.lineTo(x, y + 1.35 * r);
    pen.lineTo(x - 1.35 * r, y);
    pen.closePath();
  } else if (mark === 2 || r < 1.8) {
    pen.rect(x - r, y - r, 2 * r, 2 * r);
  } else if (mark === 4 || mark === 5) {
    const up = mark === 4 ? r : -r;
    pen.moveTo(x, y - 1.3 * up);
    pen.lineTo(x + 1.2 * r, y + up);
    pen.lineTo(x - 1.2 * r, y + up);
    pen.closePath();
  } else {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
  }
}

function drawLabels(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  shown: Shown,
  move: Move,
  view: Box,
): void {
  const { graph, palette } = scene;
  const wanted = [
    ...(shown.hovered >= 0 ? [shown.hovered] : []),
    ...[...shown.picked].filter((v) => v < graph.ids.length).slice(0, MOST_LABELS),
    ...strongestIn(scene, shown, move, view),
  ];
  pen.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  const taken: Box[] = [];
  for (const v of new Set(wanted)) {
    const text = scene.label(graph.ids[v]);
    const r = screenRadius(scene.radius[v], move.k);
    const x = scene.x[v] * move.k + move.x + r + 4;
    const y = scene.y[v] * move.k + move.y;
    const box = { left: x - 2, right: x + pen.measureText(text).width + 2, top: y - 8, bottom: y + 8 };
    if (taken.some((other) => overlap(other, box))) continue;
    taken.push(box);
    pen.lineWidth = 3.5;
    pen.lineJoin = "round";
    pen.strokeStyle = palette.paper;
    pen.strokeText(text, x, y);
    pen.fillStyle = shown.picked.has(v) || v === shown.hovered ? palette.ink : palette.soft;
    pen.fillText(text, x, y);
  }
}

function strongestIn(scene: Scene, shown: Shown, move: Move, view: Box): number[] {
  const seen: number[] = [];
  for (let v = 0; v < scene.x.length; ++v) {
    if (shown.vertices !== null && shown.vertices[v] === 0) continue;
    const x = scene.x[v] * move.k + move.x;
    const y = scene.y[v] * move.k + move.y;
    if (x > view.left && x < view.right && y > view.top && y < view.bottom) seen.push(v);
  }
  const { strength } = scene.graph;
  return seen.sort((a, b) => strength[b] - strength[a] || a - b).slice(0, MOST_LABELS);
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
