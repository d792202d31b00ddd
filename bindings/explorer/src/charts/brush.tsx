import { brushX, type D3BrushEvent } from "d3-brush";
import { select } from "d3-selection";
import { useEffect, useRef } from "preact/hooks";
import { duration, span } from "../format";

export type Span = readonly [number, number];

interface BrushProps {
  readonly whole: Span;
  readonly chosen: Span | null;
  readonly choose: (span: Span | null, settled: boolean) => void;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A span of time dragged with the pointer; BrushFields does the same by keys. */
export function Brush({ whole, chosen, choose, left, right, top, bottom }: BrushProps) {
  const group = useRef<SVGGElement>(null);
  const latest = useRef(choose);
  latest.current = choose;
  const [from, to] = whole;
  const place = (time: number): number => left + ((time - from) / Math.max(1, to - from)) * (right - left);
  useEffect(() => {
    if (!group.current) return;
    const time = (x: number): number => from + ((x - left) / Math.max(1, right - left)) * (to - from);
    const told = (event: D3BrushEvent<unknown>): void => {
      if (!event.sourceEvent) return;
      const picked = event.selection as [number, number] | null;
      latest.current(picked && [Math.floor(time(picked[0])), Math.ceil(time(picked[1]))], event.type === "end");
    };
    const brush = brushX<unknown>().extent([[left, top], [right, bottom]]).on("brush end", told);
    const selection = select<SVGGElement, unknown>(group.current);
    selection.call(brush);
    selection.call(brush.move, chosen ? [place(chosen[0]), place(chosen[1])] : null);
  }, [left, right, top, bottom, from, to]);
  useEffect(() => {
    if (!group.current) return;
    const brush = brushX<unknown>().extent([[left, top], [right, bottom]]);
    select<SVGGElement, unknown>(group.current).call(brush.move, chosen ? [place(chosen[0]), place(chosen[1])] : null);
  }, [chosen?.[0], chosen?.[1]]);
  return <g ref={group} class="brush" />;
}

/** Moves the chosen span by its own length, or takes a tenth of the whole where none is chosen. */
export function stepped(whole: Span, chosen: Span | null, way: 1 | -1): Span {
  const [from, to] = whole;
  const length = chosen ? chosen[1] - chosen[0] : Math.max(1, Math.round((to - from) / 10));
  const start = chosen ? chosen[0] + way * length : way > 0 ? from : to - length;
  const kept = Math.min(Math.max(start, from), Math.max(from, to - length));
  return [kept, Math.min(to, kept + length)];
}

export function BrushFields(props: {
  whole: Span;
  chosen: Span | null;
  choose: (span: Span | null, settled: boolean) => void;
}) {
  const { whole, chosen, choose } = props;
  const [from, to] = chosen ?? whole;
  const step = Math.max(1, Math.round((whole[1] - whole[0]) / 400));
  const value = (event: Event): number => Number((event.currentTarget as HTMLInputElement).value);
  return (
    <div class="brush-fields">
      <button type="button" onClick={() => choose(stepped(whole, chosen, -1), true)} title="Earlier ([)">Earlier</button>
      <button type="button" onClick={() => choose(stepped(whole, chosen, 1), true)} title="Later (])">Later</button>
      <label>
        from
        <input type="range" min={whole[0]} max={whole[1]} step={step} value={from} aria-valuetext={span(from, from)}
          onInput={(event) => choose([Math.min(value(event), to), to], false)}
          onChange={(event) => choose([Math.min(value(event), to), to], true)} />
      </label>
      <label>
        to
        <input type="range" min={whole[0]} max={whole[1]} step={step} value={to} aria-valuetext={span(to, to)}
          onInput={(event) => choose([from, Math.max(value(event), from)], false)}
          onChange={(event) => choose([from, Math.max(value(event), from)], true)} />
      </label>
      {chosen && <button type="button" onClick={() => choose(null, true)}>Whole time</button>}
      <span class="soft small">{span(from, to)} ({duration(to - from)})</span>
    </div>
  );
}
