import type { ClusterRow } from "../../api/model";
import { count, decimal, duration, moment, plural } from "../../format";
import { formatSpan, href, type ClusterTab, type Query } from "../../url";

/** The sentence of record: the same words for every cluster; each figure leads to its rows. */
export function Sentence({ run, row, window_s }: { run: string; row: ClusterRow; window_s: number }) {
  const to = (tab: ClusterTab, query: Query = {}): string =>
    href({ view: "cluster", run, cluster: row.cluster_id, tab }, query);
  const whole = { t: [formatSpan(row.first_s, row.last_s)] };
  return (
    <p class="sentence">
      <a href={to("members")}>{plural(row.members, "account")}</a> are tied by{" "}
      <a href={to("graph")}>{plural(row.edges, "pair")}</a> that acted on the same objects within {duration(window_s)} of
      each other. The median pair shares{" "}
      <a href={to("evidence")}>{decimal(row.median_objects, 1)} objects</a>, where chance would give it{" "}
      <a href={to("chance")}>{decimal(row.median_expected)}</a>, and is{" "}
      <a href={to("chance")}>{duration(row.median_lag_s)}</a> apart. They met on{" "}
      <a href={to("evidence")}>{count(row.objects)} objects</a> from{" "}
      <a href={to("evidence", whole)}>{moment(row.first_s, false)} to {moment(row.last_s, false)} UTC</a>.
    </p>
  );
}
