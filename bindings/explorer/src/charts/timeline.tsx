import { useMemo } from "preact/hooks";
import { plural, shortened, span as written } from "../format";
import { wholeSpan, type Events } from "../state/events";
import { UpAxis, TimeAxis } from "./axis";
import { binned } from "./bins";
import { Brush, BrushFields, type Span } from "./brush";
import { useWidth } from "./use_width";
import { accountText } from "../state/masking";

const HIGH = 96;
const LANE = 16;
const NAMES = 150;
const COLOURS = 5;

interface TimelineProps {
  readonly events: Events;
  readonly ids: readonly string[];
  /** Accounts that get a lane, in order. */
  readonly lanes: readonly number[];
  readonly chosen: Span | null;
  readonly choose: (span: Span | null, settled: boolean) => void;
}

/** Co-actions over all time, to be brushed, and below who acted when within what was brushed. */
export function Timeline({ events, ids, lanes, chosen, choose }: TimelineProps) {
  const whole = useMemo(() => wholeSpan(events), [events]);
  const [box, width] = useWidth<HTMLDivElement>(900);
  return (
    <div ref={box}>
      <Overview events={events} whole={whole} chosen={chosen} choose={choose} width={width} />
      <BrushFields whole={whole} chosen={chosen} choose={choose} />
      <Lanes events={events} ids={ids} lanes={lanes} shown={chosen ?? whole} width={width} />
    </div>
  );
}

function Overview(props: {
  events: Events;
  whole: Span;
  chosen: Span | null;
  choose: (span: Span | null, settled: boolean) => void;
  width: number;
}) {
  const { events, whole, chosen, choose, width } = props;
  const [left, right, top, bottom] = [44, width - 10, 8, HIGH - 24];
  const bins = Math.max(20, Math.min(160, Math.floor((right - left) / 7)));
  const counts = useMemo(() => binned(events.sourceTime, whole[0], whole[1], bins), [events, bins]);
  const most = Math.max(1, ...counts);
  const wide = (right - left) / bins;
  const said = `${plural(events.source.length, "co-action")} over time, ${written(...whole)}`;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${HIGH}`} height={HIGH} role="group" aria-label={said}>
      <UpAxis whole to={most} left={left} right={right} top={top} bottom={bottom} />
      {counts.map((value, bin) => {
        const from = whole[0] + (bin / bins) * (whole[1] - whole[0]);
        const to = whole[0] + ((bin + 1) / bins) * (whole[1] - whole[0]);
        const on = !chosen || (to >= chosen[0] && from <= chosen[1]);
        const high = value === 0 ? 0 : Math.max(1.5, (value / most) * (bottom - top));
        return (
          <rect key={bin} class={on ? "bar" : "bar off"} x={left + bin * wide} y={bottom - high}
            width={Math.max(1, wide - 1)} height={high} />
        );
      })}
      <TimeAxis from_s={whole[0]} to_s={whole[1]} left={left} right={right} y={bottom} />
      <Brush whole={whole} chosen={chosen} choose={choose} left={left} right={right} top={top} bottom={bottom} />
    </svg>
  );
}

/** The objects with the most co-actions; each has a colour, all others share one. */
export function mainObjects(events: Events): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < events.object.length; ++i) {
    counts.set(events.object[i], (counts.get(events.object[i]) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, COLOURS).map(([object]) => object);
}

/** A line each for some accounts, with a tick at each of their co-actions. */
export function Lanes(props: { events: Events; ids: readonly string[]; lanes: readonly number[]; shown: Span; width: number }) {
  const { events, ids, lanes, shown, width } = props;
  const main = useMemo(() => mainObjects(events), [events]);
  const [left, right] = [NAMES, width - 10];
  const high = lanes.length * LANE;
  const paths = useMemo(() => tickPaths(events, lanes, main, shown, left, right), [events, lanes, shown[0], shown[1], width]);
  return (
    <>
      <svg class="chart" viewBox={`0 0 ${width} ${high + 30}`} role="img"
        aria-label={`Moments of ${plural(lanes.length, "account")}, a line each; upright bars are moments that accounts share`}>
        {lanes.map((vertex, lane) => (
          <g key={vertex}>
            <path class="rule" d={`M${left},${lane * LANE + LANE / 2}H${right}`} />
            <text x={left - 8} y={lane * LANE + LANE / 2 + 4} text-anchor="end" direction="ltr">
              {accountText(ids[vertex], 20)}
            </text>
          </g>
        ))}
        {paths.map((d, colour) => d !== "" && <path key={colour} class={`tick k${colour === COLOURS ? 6 : colour}`} d={d} />)}
        <TimeAxis from_s={shown[0]} to_s={shown[1]} left={left} right={right} y={high + 6} />
      </svg>
      <ul class="legend" aria-label="Colours of the ticks">
        {main.map((object, colour) => (
          <li key={object}>
            <svg viewBox="0 0 14 14" aria-hidden="true"><rect class={`k${colour}`} width="14" height="14" rx="2" /></svg>
            <bdi class="name">{shortened(events.objects[object], 36)}</bdi>
          </li>
        ))}
        {events.objects.length > main.length && (
          <li>
            <svg viewBox="0 0 14 14" aria-hidden="true"><rect class="k6" width="14" height="14" rx="2" /></svg>
            other objects
          </li>
        )}
      </ul>
    </>
  );
}

/** One path a colour: thousands of ticks stay quick to draw. */
export function tickPaths(
  events: Events,
  lanes: readonly number[],
  main: readonly number[],
  [from, to]: Span,
  left: number,
  right: number,
): string[] {
  const lane = new Map(lanes.map((vertex, place) => [vertex, place]));
  const colour = new Map(main.map((object, place) => [object, place]));
  const parts: Set<string>[] = Array.from({ length: COLOURS + 1 }, () => new Set());
  const add = (vertex: number, time: number, object: number): void => {
    const place = lane.get(vertex);
    if (place === undefined || time < from || time > to) return;
    const x = Math.round((left + ((time - from) / Math.max(1, to - from)) * (right - left)) * 2) / 2;
    parts[colour.get(object) ?? COLOURS].add(`M${x},${place * LANE + 2}v${LANE - 4}`);
  };
  for (let i = 0; i < events.source.length; ++i) {
    add(events.source[i], events.sourceTime[i], events.object[i]);
    add(events.target[i], events.targetTime[i], events.object[i]);
  }
  return parts.map((part) => [...part].join(""));
}
