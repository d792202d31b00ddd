import type { ClusterDetail, Lags, RunInfo } from "../../api/model";
import { useLags } from "../../api/resources";
import { Histogram } from "../../charts/histogram";
import { count, decimal, duration, plural } from "../../format";
import { Loaded } from "../../parts/states";
import type { Query } from "../../url";
import { ControlPanel } from "./control_panel";
import { RobustnessPanel } from "./robustness_panel";

/** What the same activity would give without any concert. */
export function ChanceTab({ run, detail, query }: { run: RunInfo; detail: ClusterDetail; query: Query }) {
  const lags = useLags(run.run_id, detail.row.cluster_id);
  return (
    <div class="grid">
      <section class="panel" aria-labelledby="lags-head">
        <header><h2 id="lags-head">How far apart they acted</h2></header>
        <Loaded resource={lags} what="the lags">{(data) => <LagChart lags={data} />}</Loaded>
      </section>
      <section class="panel" aria-labelledby="expected-head">
        <header><h2 id="expected-head">What a pair shares</h2></header>
        <Shared detail={detail} />
      </section>
      <ControlPanel row={detail.row} />
      <RobustnessPanel run={run.run_id} cluster={detail.row.cluster_id} query={query} />
    </div>
  );
}

function LagChart({ lags }: { lags: Lags }) {
  const seen = lags.observed.reduce((a, b) => a + b, 0);
  const chance = lags.expected?.reduce((a, b) => a + b, 0);
  const times = chance !== undefined && chance > 0 ? seen / chance : null;
  return (
    <>
      <Histogram edges={lags.edges_s} counts={lags.observed} expected={lags.expected ?? undefined} unit=" s"
        said={`${count(seen)} co-actions by the seconds between them${chance === undefined ? "" : `; chance would give ${decimal(chance, 1)}`}`} />
      <p>
        Bars: {plural(seen, "co-action")} of members, by the seconds between the two.
        {chance !== undefined && <> Dashed: what chance would give, <strong>{decimal(chance, 1)}</strong> in all.</>}
        {times !== null && times >= 2 && <> That is {decimal(times, times < 10 ? 1 : 0)} times as many as chance gives.</>}
      </p>
    </>
  );
}

function Shared({ detail }: { detail: ClusterDetail }) {
  const { row } = detail;
  const most = Math.max(row.median_objects ?? 0, row.median_expected ?? 0, 1e-9);
  const bar = (value: number | null): number => (300 * (value ?? 0)) / most;
  return (
    <>
      <svg class="chart scaled" viewBox="0 0 500 74" role="img"
        aria-label={`A pair shares ${decimal(row.median_objects, 1)} objects in the middle; chance would give ${decimal(row.median_expected)}`}>
        <text x={96} y={22} text-anchor="end">seen</text>
        <rect class="bar" x={104} y={8} width={Math.max(2, bar(row.median_objects))} height={20} />
        <text x={112 + bar(row.median_objects)} y={22}>{decimal(row.median_objects, 1)}</text>
        <text x={96} y={58} text-anchor="end">by chance</text>
        <rect class="m1" x={104} y={44} width={Math.max(2, bar(row.median_expected))} height={20} />
        <text x={112 + bar(row.median_expected)} y={58}>{decimal(row.median_expected, 3)}</text>
      </svg>
      <p>
        The median pair of members shares {decimal(row.median_objects, 1)} objects within {duration(detail.window_s)}. Two
        accounts so active, on objects so popular, would share {decimal(row.median_expected, 3)} by chance.
      </p>
    </>
  );
}
