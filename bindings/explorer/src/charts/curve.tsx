import { curveStepAfter, line } from "d3-shape";
import { decimal, percent } from "../format";
import { NumberAxis, UpAxis } from "./axis";
import { useWidth } from "./use_width";

export interface Curve {
  readonly name: string;
  readonly shape: "line" | "null" | "doubt";
  readonly shares: readonly number[];
}

/** Shares after each removal; `at` accounts are taken away. */
export function Curves(props: { curves: readonly Curve[]; removed: readonly number[]; at: number; height?: number }) {
  const { curves, removed, at, height = 240 } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [left, right, top, bottom] = [48, width - 12, 12, height - 40];
  const last = Math.max(1, removed[removed.length - 1] ?? 1);
  const x = (value: number): number => left + (value / last) * (right - left);
  const y = (value: number): number => bottom - value * (bottom - top);
  const path = line<number>((_, i) => x(removed[i]), (value) => y(value)).curve(curveStepAfter);
  const said = curves
    .map((curve) => `${curve.name}: ${percent(curve.shares[Math.min(at, curve.shares.length - 1)])}`)
    .join("; ");
  return (
    <div ref={box}>
      <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`With ${decimal(at)} taken away: ${said}`}>
        <UpAxis to={1} left={left} right={right} top={top} bottom={bottom} written={percent} />
        {curves.map((curve) => (
          <path key={curve.name} class={curve.shape} d={path([...curve.shares]) ?? ""} />
        ))}
        <path class="observed" d={`M${x(removed[Math.min(at, removed.length - 1)] ?? 0)},${top}V${bottom}`} />
        <NumberAxis from={0} to={last} left={left} right={right} y={bottom} />
        <text x={(left + right) / 2} y={height - 4} text-anchor="middle">accounts taken away</text>
      </svg>
    </div>
  );
}
