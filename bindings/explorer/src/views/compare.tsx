import { useMemo } from "preact/hooks";
import type { Evolved, RunInfo } from "../api/model";
import { useComparison, useRuns } from "../api/resources";
import { count, plural } from "../format";
import { ChangeBadge } from "../parts/change_badge";
import { LinkButton } from "../parts/code_button";
import { AccountName } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { go } from "../router";
import { useTitle } from "../state/title";
import { href } from "../url";

const MOST = 6;

/** What became of each cluster from one night to another: who stayed, joined and left. */
export function CompareView({ run, other }: { run: RunInfo; other: string }) {
  useTitle(`${run.run_id} and ${other}`);
  const runs = useRuns();
  const compared = useComparison(run.run_id, other);
  const columns = useMemo(() => columnsFor(run.run_id, other), [run.run_id, other]);
  const picker = (label: string, value: string, choose: (id: string) => void) => (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {runs.state === "ready" && runs.data.map((each) => <option key={each.run_id} value={each.run_id}>{each.run_id}</option>)}
      </select>
    </label>
  );
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <h1>Two nights compared</h1>
          <div class="row">
            {picker("before", run.run_id, (id) => go({ view: "compare", run: id, other }))}
            {picker("after", other, (id) => go({ view: "compare", run: run.run_id, other: id }))}
          </div>
        </div>
        <LinkButton />
      </div>
      <Loaded resource={compared} what="both nights" lines={8}>
        {({ rows, causes }) => (
          <>
            {causes.length > 0 && (
              <section class="panel" aria-labelledby="causes-head">
                <header><h2 id="causes-head">What differs between the runs</h2></header>
                <ul>{causes.map((cause) => <li key={cause}>{cause}</li>)}</ul>
              </section>
            )}
            <section class="panel" aria-label="Clusters in both nights">
              <p class="sentence">{summary(rows)}</p>
              <Table caption="Clusters in both nights" columns={columns} rows={rows} rowKey={(row) => row.lasting_id}
                file={`${run.run_id}-vs-${other}`} origin={[`Lockstep runs ${run.run_id} and ${other}`]} />
            </section>
          </>
        )}
      </Loaded>
    </div>
  );
}

function summary(rows: readonly Evolved[]): string {
  const joined = rows.reduce((sum, row) => sum + (row.change === "born" ? 0 : row.joined_total), 0);
  const left = rows.reduce((sum, row) => sum + (row.change === "gone" ? 0 : row.left_total), 0);
  const born = rows.filter((row) => row.change === "born").length;
  const gone = rows.filter((row) => row.change === "gone").length;
  return `${plural(rows.length, "cluster")}: ${count(born)} new, ${count(gone)} gone; in the others ${plural(joined, "account")} joined and ${count(left)} left.`;
}

/** What the accounts that came or went tell of why; the rest is in what differs between the runs. */
function whyOf(row: Evolved): string {
  const told: string[] = [];
  if (row.joined_by_new > 0) told.push(`${count(row.joined_by_new)} of ${count(row.joined_total)} joined by co-actions since`);
  if (row.left_by_age > 0) told.push(`${count(row.left_by_age)} of ${count(row.left_total)} left as theirs are too old to count`);
  const rest = row.joined_total - row.joined_by_new + row.left_total - row.left_by_age;
  if (rest > 0) told.push(`${plural(rest, "account")} by the tests, which came out otherwise`);
  return told.join("; ");
}

function columnsFor(before: string, after: string): readonly Column<Evolved>[] {
  const link = (run: string, id: string | null) =>
    id === null ? "\u2013" : <a href={href({ view: "cluster", run, cluster: id, tab: "graph" })}>{id}</a>;
  const names = (run: string, ids: readonly string[], total: number) => (
    <>
      {ids.slice(0, MOST).map((id) => <div key={id}><a href={href({ view: "account", run }, { id: [id] })}><AccountName id={id} longest={22} /></a></div>)}
      {total > MOST && <div class="soft small">and {count(total - MOST)} more</div>}
    </>
  );
  return [
    { key: "lasting", title: "Lasting name", value: (row) => row.lasting_id },
    { key: "change", title: "What became of it", value: (row) => row.change, cell: (row) => <ChangeBadge change={row.change} /> },
    { key: "before", title: "Before", value: (row) => row.previous_cluster_id, cell: (row) => link(before, row.previous_cluster_id) },
    { key: "after", title: "After", value: (row) => row.cluster_id, cell: (row) => link(after, row.cluster_id) },
    { key: "members_before", title: "Accounts before", number: true, value: (row) => row.members_before },
    { key: "members", title: "After", number: true, value: (row) => row.members },
    { key: "kept", title: "Kept", number: true, value: (row) => row.members - row.joined_total },
    {
      key: "joined", title: "Joined", number: true, value: (row) => row.joined_total,
      cell: (row) => names(after, row.joined, row.joined_total),
    },
    {
      key: "left", title: "Left", number: true, value: (row) => row.left_total,
      cell: (row) => names(before, row.left, row.left_total),
    },
    { key: "why", title: "Why", value: whyOf },
    { key: "others", title: "With", value: (row) => row.others.join("; ") },
  ];
}
