// A canvas that shows a graph and follows the reader's hand.
import { select } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior } from "d3-zoom";
import { isGrouped, type GraphData } from "./data";
import { fitted, type Move } from "./frame";
import { GridIndex } from "./grid";
import { paletteOf } from "./palette";
import { drawScene, radii, type Scene, type Shown } from "./renderer";

export interface StageEvents {
  hover(vertex: number): void;
  pick(vertices: readonly number[], more: boolean): void;
  open?(vertex: number): void;
  label(name: string): string;
}

const MARGIN = 36;
const REACH = 14;
/** A full picture that takes longer than this is moved as a picture while the hand is down. */
const SLOW_MS = 24;
const NOTHING: Shown = { edges: null, vertices: null, picked: new Set(), hovered: -1 };

export class Stage {
  private readonly still = document.createElement("canvas");
  private readonly zoomer: ZoomBehavior<HTMLCanvasElement, unknown>;
  private readonly watcher: ResizeObserver;
  private scene: Scene | null = null;
  private graph: GraphData | null = null;
  private grid: GridIndex | null = null;
  private shown: Shown = NOTHING;
  private move: Move = { k: 1, x: 0, y: 0 };
  private stillMove: Move = this.move;
  private width = 0;
  private height = 0;
  private lastCost = 0;
  private moving = false;
  private queued = 0;
  private settle = 0;
  private frame: { from: [number, number]; to: [number, number] } | null = null;
  /** For the bench: milliseconds that each picture took, and when the first was done. */
  readonly costs: number[] = [];
  firstAt = 0;

  /** A stage on a canvas; null where the browser draws none. */
  static on(canvas: HTMLCanvasElement, events: StageEvents): Stage | null {
    const pen = canvas.getContext("2d", { alpha: false });
    return pen === null ? null : new Stage(canvas, pen, events);
  }

  private constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly pen: CanvasRenderingContext2D,
    private readonly events: StageEvents,
  ) {
    this.zoomer = zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([0.3, 40])
      .filter((event: MouseEvent) => !event.button && !(event.shiftKey && event.type === "mousedown"))
      .on("start", () => (this.moving = true))
      .on("zoom", (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.move = { k: event.transform.k, x: event.transform.x, y: event.transform.y };
        this.queue();
      })
      .on("end", () => {
        clearTimeout(this.settle);
        this.settle = window.setTimeout(() => {
          this.moving = false;
          this.queue();
        }, 90);
      });
    select(canvas).call(this.zoomer).on("dblclick.zoom", null);
    canvas.addEventListener("pointermove", this.onMove);
    canvas.addEventListener("pointerleave", this.onLeave);
    canvas.addEventListener("pointerdown", this.onDown);
    canvas.addEventListener("pointerup", this.onUp);
    canvas.addEventListener("click", this.onClick);
    canvas.addEventListener("dblclick", this.onDouble);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(canvas);
  }

  show(graph: GraphData): void {
    this.graph = graph;
    this.resize();
  }

  mark(shown: Shown): void {
    this.shown = shown;
    this.queue();
  }

  /** After a change of colours. */
  repaint(): void {
    if (this.scene) this.scene = { ...this.scene, palette: paletteOf(this.canvas) };
    this.queue();
  }

  fit(): void {
    select(this.canvas).call(this.zoomer.transform, zoomIdentity);
  }

  zoomBy(factor: number): void {
    select(this.canvas).call(this.zoomer.scaleBy, factor);
  }

  centre(vertex: number): void {
    if (!this.scene) return;
    const [x, y] = this.onScreen(vertex);
    const inside = x > 20 && y > 20 && x < this.width - 20 && y < this.height - 20;
    if (!inside) select(this.canvas).call(this.zoomer.translateTo, this.scene.x[vertex], this.scene.y[vertex]);
  }

  onScreen(vertex: number): [number, number] {
    if (!this.scene) return [0, 0];
    const { k, x, y } = this.move;
    return [this.scene.x[vertex] * k + x, this.scene.y[vertex] * k + y];
  }

  picture(): Promise<Blob | null> {
    this.drawAll();
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }

  currentScene(): { scene: Scene; shown: Shown; move: Move; width: number; height: number } | null {
    const { scene, shown, move, width, height } = this;
    return scene ? { scene, shown, move, width, height } : null;
  }

  destroy(): void {
    this.watcher.disconnect();
    cancelAnimationFrame(this.queued);
    clearTimeout(this.settle);
    select(this.canvas).on(".zoom", null);
  }

  private resize(): void {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    if (this.width === 0 || this.height === 0 || !this.graph) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    const { x, y } = fitted(this.graph.x, this.graph.y, this.width, this.height, MARGIN);
    this.grid = new GridIndex(x, y);
    this.scene = {
      graph: this.graph,
      x,
      y,
      radius: radii(this.graph.strength),
      palette: paletteOf(this.canvas),
      label: this.events.label,
      grouped: isGrouped(this.graph),
    };
    this.zoomer.extent([[0, 0], [this.width, this.height]]);
    this.drawAll();
  }

  private queue(): void {
    if (this.queued !== 0) return;
    this.queued = requestAnimationFrame(() => {
      this.queued = 0;
      if (this.moving && this.lastCost > SLOW_MS) this.drawMoved();
      else this.drawAll();
    });
  }

  private drawAll(): void {
    if (!this.scene || this.width === 0) return;
    const began = performance.now();
    const ratio = this.canvas.width / this.width;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const view = { left: 0, top: 0, right: this.width, bottom: this.height };
    drawScene(this.pen, this.scene, this.shown, this.move, view, this.moving);
    this.drawFrame();
    this.lastCost = performance.now() - began;
    this.costs.push(this.lastCost);
    this.firstAt ||= performance.now();
    if (this.lastCost > SLOW_MS) this.keepStill();
  }

  private keepStill(): void {
    this.still.width = this.canvas.width;
    this.still.height = this.canvas.height;
    this.still.getContext("2d")?.drawImage(this.canvas, 0, 0);
    this.stillMove = this.move;
  }

  private drawMoved(): void {
    if (!this.scene) return;
    const began = performance.now();
    const ratio = this.canvas.width / this.width;
    const k = this.move.k / this.stillMove.k;
    const x = this.move.x - this.stillMove.x * k;
    const y = this.move.y - this.stillMove.y * k;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.fillStyle = this.scene.palette.paper;
    this.pen.fillRect(0, 0, this.width, this.height);
    this.pen.drawImage(this.still, x, y, this.width * k, this.height * k);
    this.costs.push(performance.now() - began);
  }

  private drawFrame(): void {
    if (!this.frame || !this.scene) return;
    const [x0, y0] = this.frame.from;
    const [x1, y1] = this.frame.to;
    this.pen.strokeStyle = this.scene.palette.picked;
    this.pen.lineWidth = 1.5;
    this.pen.strokeRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
  }

  private at(event: MouseEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private world([x, y]: [number, number]): [number, number] {
    return [(x - this.move.x) / this.move.k, (y - this.move.y) / this.move.k];
  }

  private under(event: MouseEvent): number {
    const [x, y] = this.world(this.at(event));
    return this.grid?.nearest(x, y, REACH / this.move.k) ?? -1;
  }

  private readonly onMove = (event: PointerEvent): void => {
    if (this.frame) {
      this.frame.to = this.at(event);
      this.queue();
    } else if (event.buttons === 0) {
      const vertex = this.under(event);
      if (vertex !== this.shown.hovered) this.events.hover(vertex);
    }
  };

  private readonly onLeave = (): void => {
    if (this.shown.hovered >= 0) this.events.hover(-1);
  };

  private readonly onDown = (event: PointerEvent): void => {
    if (!event.shiftKey || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.frame = { from: this.at(event), to: this.at(event) };
  };

  private readonly onUp = (event: PointerEvent): void => {
    const { frame } = this;
    if (!frame || !this.grid) return;
    this.frame = null;
    frame.to = this.at(event);
    const [x0, y0] = this.world(frame.from);
    const [x1, y1] = this.world(frame.to);
    if (Math.hypot(frame.to[0] - frame.from[0], frame.to[1] - frame.from[1]) > 5) {
      const found = this.grid.inside(
        Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1));
      this.framed = true;
      this.events.pick(found, true);
    }
    this.queue();
  };

  private framed = false;

  private readonly onClick = (event: MouseEvent): void => {
    if (event.defaultPrevented) return;
    if (this.framed) {
      this.framed = false;
      return;
    }
    const vertex = this.under(event);
    this.events.pick(vertex < 0 ? [] : [vertex], event.shiftKey);
  };

  private readonly onDouble = (event: MouseEvent): void => {
    const vertex = this.under(event);
    if (vertex >= 0) this.events.open?.(vertex);
    else this.fit();
  };
}
