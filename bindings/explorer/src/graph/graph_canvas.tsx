import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { download } from "../csv";
import { count, plural, shortened, visible } from "../format";
import { accountText } from "../state/masking";
import { onTheme } from "../state/theme";
import { groupName, isGrouped, MARKS, neighboursOf, type GraphData } from "./data";
import { Stage } from "./stage";
import { sceneAsSvg } from "./svg_export";

interface GraphCanvasProps {
  readonly graph: GraphData;
  readonly title: string;
  readonly edges: Uint8Array | null;
  readonly vertices: Uint8Array | null;
  readonly picked: ReadonlySet<number>;
  readonly pick: (vertices: readonly number[], more: boolean) => void;
  readonly open?: (vertex: number) => void;
  readonly low?: boolean;
  readonly what?: string;
  /** What a click does, in words. */
  readonly hint?: string;
  readonly tools?: ComponentChildren;
}

declare global {
  interface Window {
    /** The stage drawn last, which the bench reads its timings from. */
    lockstepStage?: Stage;
  }
}

export function GraphCanvas(props: GraphCanvasProps) {
  const { graph, title, edges, vertices, picked, what = "account" } = props;
  const named = what === "account" ? accountText : shortened;
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | null>(null);
  const before = useRef(-1);
  const [hovered, setHovered] = useState(-1);
  const [blank, setBlank] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  const ties = useMemo(() => neighboursOf(graph), [graph]);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const made = Stage.on(canvas.current, {
      hover: setHovered,
      pick: (chosen, more) => latest.current.pick(chosen, more),
      open: (vertex) => latest.current.open?.(vertex),
      label: (name) => named(name, 24),
    });
    if (made === null) {
      setBlank(true);
      return undefined;
    }
    stage.current = made;
    window.lockstepStage = made;
    const stop = onTheme(() => made.repaint());
    return () => {
      stop();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    setHovered(-1);
    stage.current?.show(graph);
  }, [graph]);
  useEffect(() => stage.current?.mark({ edges, vertices, picked, hovered }), [graph, edges, vertices, picked, hovered]);

  const describe = (vertex: number): string => {
    const [from, to] = [ties.start[vertex], ties.start[vertex + 1]];
    const strongest = [...ties.list.subarray(from, Math.min(to, from + 3))].map((other) => named(graph.ids[other], 24));
    const mark = graph.mark[vertex] > 0 ? `, ${MARKS[graph.mark[vertex]]}` : "";
    const part = isGrouped(graph) ? `, ${groupName(graph.group[vertex])}` : "";
    return `${what} ${named(graph.ids[vertex], 48)}${mark}${part}: ${plural(to - from, "tie")}${
      strongest.length > 0 ? `, the strongest to ${strongest.join(", ")}` : ""}`;
  };
  const said = hovered >= 0
    ? describe(hovered)
    : picked.size > 0
      ? `${count(picked.size)} of ${plural(graph.ids.length, what)} picked`
      : `${plural(graph.ids.length, what)}, ${plural(graph.source.length, "tie")}. ${props.hint ?? "Click picks, Shift adds or frames, double click opens; arrow keys walk along ties."}`;

  const walk = (way: 1 | -1, across: boolean): void => {
    const n = graph.ids.length;
    if (n === 0) return;
    const base = hovered >= 0 ? hovered : [...picked][0] ?? 0;
    if (hovered < 0) return look(base);
    const from = ties.start[base];
    const many = ties.start[base + 1] - from;
    // Along: to the strongest tie and back to others; across: through all vertices in order.
    if (across || many === 0) return look((base + way + n) % n);
    const next = way > 0 ? ties.list[from] : ties.list[from + many - 1];
    return look(next === before.current && many > 1 ? ties.list[from + 1] : next);
  };
  const look = (vertex: number): void => {
    before.current = hovered;
    setHovered(vertex);
    stage.current?.centre(vertex);
  };
  const press = (event: KeyboardEvent): void => {
    const acts: Record<string, () => void> = {
      ArrowRight: () => walk(1, false),
      ArrowLeft: () => walk(-1, false),
      ArrowDown: () => walk(1, true),
      ArrowUp: () => walk(-1, true),
      Enter: () => hovered >= 0 && props.pick([hovered], event.shiftKey),
      Escape: () => props.pick([], false),
      "+": () => stage.current?.zoomBy(1.4),
      "-": () => stage.current?.zoomBy(1 / 1.4),
      "0": () => stage.current?.fit(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const saveSvg = (): void => {
    const now = stage.current?.currentScene();
    if (now) {
      const text = sceneAsSvg(now.scene, now.shown, now.move, now.width, now.height, title);
      download(`${title}.svg`, "image/svg+xml", text);
    }
  };
  const savePng = async (): Promise<void> => {
    const picture = await stage.current?.picture();
    if (picture) download(`${title}.png`, "image/png", picture);
  };
  return (
    <div class="canvas">
      <canvas ref={canvas} tabIndex={0} role="img" class={props.low ? "low" : undefined} onKeyDown={press}
        aria-label={`Graph of ${visible(title)}: ${plural(graph.ids.length, what)} and ${plural(graph.source.length, "tie")}; the tables hold the same`} />
      {blank && <p class="note">This browser draws no pictures. The tables hold all that would be in it.</p>}
      <div class="tools">
        {props.tools}
        <button type="button" aria-label="Nearer" title="Nearer (+)" onClick={() => stage.current?.zoomBy(1.4)}>+</button>
        <button type="button" aria-label="Farther" title="Farther (-)" onClick={() => stage.current?.zoomBy(1 / 1.4)}>{"\u2212"}</button>
        <button type="button" title="Whole picture (0)" onClick={() => stage.current?.fit()}>Fit</button>
        <button type="button" title="Save as a picture" onClick={() => void savePng()}>PNG</button>
        <button type="button" title="Save as a drawing that scales" onClick={saveSvg}>SVG</button>
      </div>
      <p class="said" aria-live="polite">{said}</p>
    </div>
  );
}
