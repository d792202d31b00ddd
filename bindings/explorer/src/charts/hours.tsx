import { count } from "../format";

/** Actions by hour of the day, UTC. */
export function Hours({ counts, whose }: { counts: readonly number[]; whose: string }) {
  const most = Math.max(1, ...counts);
  const busiest = counts.indexOf(Math.max(...counts));
  const said = `Actions of ${whose} by hour of the day, UTC; most, ${count(counts[busiest] ?? 0)}, from ${busiest}:00`;
  return (
    <svg class="chart hours" viewBox="0 0 500 110" role="img" aria-label={said}>
      {counts.map((value, hour) => {
        const high = (76 * value) / most;
        return (
          <g key={hour}>
            <rect class="bar" x={4 + hour * 20.5} y={86 - high} width={18} height={high}>
              <title>{`${hour}:00 to ${hour}:59 UTC: ${count(value)}`}</title>
            </rect>
            {hour % 3 === 0 && <text x={13 + hour * 20.5} y={103} text-anchor="middle">{hour}</text>}
          </g>
        );
      })}
      <path class="axis" d="M4,86H496" />
    </svg>
  );
}
