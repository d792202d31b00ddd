import type { ClusterRow } from "../../api/model";
import { decimal, percent } from "../../format";

const POOLS: Record<string, string> = {
  audience: "of other accounts that acted on its objects",
  all: "of any other accounts",
};

/** The organic control: what groups as large and as active do without being a cluster. */
export function ControlPanel({ row }: { row: ClusterRow }) {
  const compared = row.control_percentile !== null && row.synchrony !== null && row.control_synchrony !== null;
  return (
    <section class="panel" aria-labelledby="control-head">
      <header><h2 id="control-head">Beside ordinary groups</h2></header>
      {compared ? (
        <>
          <Dial at={row.control_percentile ?? 0} />
          <p>
            Of what two members both acted on, <strong>{percent(row.synchrony)}</strong> was within the window. In random
            groups {POOLS[row.control_pool ?? ""] ?? ""}, as large and as active, it is{" "}
            <strong>{percent(row.control_synchrony)}</strong> in the middle. The cluster is at percentile{" "}
            <strong>{decimal(row.control_percentile, 1)}</strong>: near 50 would be nothing special.
          </p>
        </>
      ) : (
        <p class="soft">
          No groups were drawn to compare it with{row.control_pool === "too few" ? ": there are too few other accounts" : ""}.
        </p>
      )}
      {row.stability !== null && (
        <p>
          When its objects are drawn anew, with replacement, <strong>{percent(row.stability)}</strong> of it comes back
          (mean Jaccard index with its like).
        </p>
      )}
    </section>
  );
}

function Dial({ at }: { at: number }) {
  const x = 10 + (480 * Math.max(0, Math.min(100, at))) / 100;
  return (
    <svg class="chart scaled" viewBox="0 0 500 46" role="img" aria-label={`Percentile ${decimal(at, 1)} of random groups`}>
      <path class="axis" d="M10,22H490" />
      {[0, 25, 50, 75, 100].map((tick) => (
        <g key={tick}>
          <path class="axis" d={`M${10 + 4.8 * tick},18v8`} />
          <text x={10 + 4.8 * tick} y={42} text-anchor="middle">{tick}</text>
        </g>
      ))}
      <path class="observed" d={`M${x},8V30`} />
      <circle cx={x} cy={10} r={5} class="m1" />
    </svg>
  );
}
