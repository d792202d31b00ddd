import { decimal } from "../format";
import { NumberAxis, UpAxis } from "./axis";
import { useWidth } from "./use_width";

/** Counts between edges, beside what chance would give there; `mark` is a value to point at. */
export function Histogram(props: {
  edges: readonly number[];
  counts: readonly number[];
  expected?: readonly number[];
  mark?: { value: number; label: string };
  unit?: string;
  said: string;
  height?: number;
}) {
  const { edges, counts, expected, mark, unit, said, height = 190 } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [left, right, top, bottom] = [44, width - 10, 14, height - 26];
  const from = edges[0] ?? 0;
  const to = edges[edges.length - 1] ?? 1;
  const most = Math.max(1e-9, ...counts, ...(expected ?? []));
  const x = (value: number): number => left + ((value - from) / Math.max(1e-9, to - from)) * (right - left);
  const y = (value: number): number => bottom - (value / most) * (bottom - top);
  const line = expected
    ?.map((value, bin) => `${bin === 0 ? "M" : "L"}${x(edges[bin])},${y(value)}H${x(edges[bin + 1])}`)
    .join("");
  return (
    <div ref={box}>
      <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
        <UpAxis to={most} left={left} right={right} top={top} bottom={bottom} />
        {counts.map((value, bin) => (
          <rect key={bin} class="bar" x={x(edges[bin]) + 0.5} y={y(value)}
            width={Math.max(1, x(edges[bin + 1]) - x(edges[bin]) - 1)} height={bottom - y(value)}>
            <title>{`${decimal(edges[bin])} to ${decimal(edges[bin + 1])}${unit ?? ""}: ${decimal(value)}`}</title>
          </rect>
        ))}
        {line && <path class="null" d={line} />}
        {mark && (
          <>
            <path class="observed" d={`M${x(mark.value)},${top}V${bottom}`} />
            <text x={x(mark.value) + (x(mark.value) > width / 2 ? -6 : 6)} y={top + 8}
              text-anchor={x(mark.value) > width / 2 ? "end" : "start"}>{mark.label}</text>
          </>
        )}
        <NumberAxis from={from} to={to} left={left} right={right} y={bottom} unit={unit} />
      </svg>
    </div>
  );
}
