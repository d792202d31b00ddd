import { scaleLinear, scaleUtc } from "d3-scale";
import { decimal, tick } from "../format";

export type Scale = (value: number) => number;

/** Ticks of moments given in seconds, along the lower edge. */
export function TimeAxis(props: { from_s: number; to_s: number; left: number; right: number; y: number; grid?: number }) {
  const { from_s, to_s, left, right, y, grid = 0 } = props;
  const scale = scaleUtc([new Date(from_s * 1000), new Date(to_s * 1000)], [left, right]);
  const ticks = scale.ticks(Math.max(2, Math.floor((right - left) / 110)));
  return (
    <g aria-hidden="true">
      <path class="axis" d={`M${left},${y}H${right}`} />
      {ticks.map((time) => {
        const x = scale(time);
        return (
          <g key={time.getTime()}>
            {grid > 0 && <path class="rule" d={`M${x},${y - grid}V${y}`} />}
            <path class="axis" d={`M${x},${y}v4`} />
            <text x={x} y={y + 16} text-anchor="middle">{tick(time)}</text>
          </g>
        );
      })}
    </g>
  );
}

export function NumberAxis(props: { from: number; to: number; left: number; right: number; y: number; unit?: string }) {
  const { from, to, left, right, y, unit = "" } = props;
  const scale = scaleLinear([from, to], [left, right]);
  return (
    <g aria-hidden="true">
      <path class="axis" d={`M${left},${y}H${right}`} />
      {scale.ticks(Math.max(2, Math.floor((right - left) / 70))).map((value) => (
        <g key={value}>
          <path class="axis" d={`M${scale(value)},${y}v4`} />
          <text x={scale(value)} y={y + 16} text-anchor="middle">{decimal(value)}{unit}</text>
        </g>
      ))}
    </g>
  );
}

/** Two or three ticks up the left edge, with rules across. */
export function UpAxis(props: { to: number; left: number; right: number; top: number; bottom: number; whole?: boolean; written?: (value: number) => string }) {
  const { to, left, right, top, bottom, whole = false, written = (value) => decimal(value) } = props;
  const scale = scaleLinear([0, to], [bottom, top]);
  return (
    <g aria-hidden="true">
      {scale.ticks(3).filter((value) => !whole || Number.isInteger(value)).map((value) => (
        <g key={value}>
          <path class="rule" d={`M${left},${scale(value)}H${right}`} />
          <text x={left - 6} y={scale(value) + 4} text-anchor="end">{written(value)}</text>
        </g>
      ))}
    </g>
  );
}
