import { useMemo, useState } from "preact/hooks";
import type { ClusterRow, RunInfo } from "../api/model";
import { useClusters, useMap } from "../api/resources";
import { Spark } from "../charts/spark";
import { count, decimal, duration, moment, percent, plural } from "../format";
import { GraphCanvas } from "../graph/graph_canvas";
import { ChangeBadge, changeWord } from "../parts/change_badge";
import { CodeButton, LinkButton } from "../parts/code_button";
import { Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, sortRows, type Column, type Sort } from "../parts/table";
import { tableCode } from "../python";
import { go, setQuery } from "../router";
import { useShortcuts } from "../state/shortcuts";
import { useTitle } from "../state/title";
import { first, href, type Query } from "../url";

const NOBODY = new Set<number>();

export function ClustersView({ run, query }: { run: RunInfo; query: Query }) {
  useTitle(`Clusters of ${run.run_id}`);
  const clusters = useClusters(run.run_id);
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <h1>Clusters</h1>
          <p class="soft">Groups of accounts that act in concert beyond chance, the strongest co-action first.</p>
        </div>
        <div class="row"><LinkButton /><CodeButton code={tableCode(run.folder, "clusters")} /></div>
      </div>
      <Loaded resource={clusters} what="the clusters" lines={10}>
        {({ rows, total }) => (rows.length === 0 ? <None run={run} /> : <List run={run} rows={rows} total={total} query={query} />)}
      </Loaded>
    </div>
  );
}

function None({ run }: { run: RunInfo }) {
  return (
    <section class="panel">
      <h2>No group acts in concert beyond chance</h2>
      <p>
        {count(run.coordination.testable)} pairs of accounts could have been tested; at a false discovery rate of{" "}
        {run.options.fdr} no cluster remains. That is a finding too: on logs without concert it is what one sees.
      </p>
    </section>
  );
}

function sortOf(query: Query): Sort {
  const [key, way] = (first(query, "sort") ?? "rank.up").split(".");
  return { key, down: way === "down" };
}

function List({ run, rows, total, query }: { run: RunInfo; rows: readonly ClusterRow[]; total: number; query: Query }) {
  const [at, setAt] = useState(0);
  const columns = useMemo(() => columnsFor(run.run_id), [run.run_id]);
  const sort = sortOf(query);
  const kept = useMemo(() => filtered(rows, query), [rows, query]);
  const sorted = useMemo(() => sortRows(kept, columns, sort), [kept, columns, sort.key, sort.down]);
  const now = sorted[Math.min(at, sorted.length - 1)];
  const step = (way: number): void => {
    const next = Math.max(0, Math.min(sorted.length - 1, at + way));
    setAt(next);
    const row = document.querySelector(`[data-row="${sorted[next]?.cluster_id ?? ""}"]`);
    row?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => now && go({ view: "cluster", run: run.run_id, cluster: now.cluster_id, tab: "graph" }),
  });
  const map = first(query, "show") === "map";
  return (
    <section class="panel" aria-label="Clusters">
      <header>
        <Filters rows={rows} query={query} />
        <span class="soft" aria-live="polite">{count(kept.length)} of {plural(rows.length, "cluster")}</span>
        {total > rows.length && <span class="badge warn">the first {count(rows.length)} of {count(total)} by rank</span>}
        <div class="tools">
          <button type="button" aria-pressed={!map} onClick={() => setQuery({ show: [] })}>List</button>
          <button type="button" aria-pressed={map} onClick={() => setQuery({ show: ["map"] })}>Map</button>
        </div>
      </header>
      {map && <ClusterMap run={run} kept={kept} />}
      <Table caption="Clusters" columns={columns} rows={kept} rowKey={(row) => row.cluster_id} sort={sort}
        onSort={(next) => setQuery({ sort: [`${next.key}.${next.down ? "down" : "up"}`] }, false)}
        current={now?.cluster_id} file={`clusters-${run.run_id}`} origin={[`Lockstep clusters of run ${run.run_id}`]}
        pageSize={100} empty={<p>No cluster is like that. <button type="button" onClick={() => setQuery({ q: [], kind: [], change: [] })}>Show all</button></p>} />
    </section>
  );
}

function filtered(rows: readonly ClusterRow[], query: Query): readonly ClusterRow[] {
  const text = (first(query, "q") ?? "").toLowerCase();
  const kind = first(query, "kind");
  const change = first(query, "change");
  return rows.filter((row) => {
    if (kind && !row.layers.includes(kind)) return false;
    if (change && row.change !== change) return false;
    if (text === "") return true;
    const words = [row.cluster_id, row.lasting_id ?? "", row.reason, ...row.top_objects, ...row.groups];
    return words.some((word) => word.toLowerCase().includes(text));
  });
}

function Filters({ rows, query }: { rows: readonly ClusterRow[]; query: Query }) {
  const kinds = [...new Set(rows.flatMap((row) => row.layers))].sort();
  const changes = [...new Set(rows.flatMap((row) => row.change ?? []))].sort();
  const put = (key: string, value: string): void => setQuery({ [key]: value === "" ? [] : [value] }, false);
  return (
    <div class="row">
      <input type="text" aria-label="Filter by id, object or words" placeholder="Filter: id, object, words"
        value={first(query, "q") ?? ""} onInput={(event) => put("q", event.currentTarget.value)} />
      {kinds.length > 1 && (
        <select aria-label="Kind of action" value={first(query, "kind") ?? ""} onChange={(event) => put("kind", event.currentTarget.value)}>
          <option value="">all kinds of action</option>
          {kinds.map((kind) => <option key={kind} value={kind}>{kind}</option>)}
        </select>
      )}
      {changes.length > 0 && (
        <select aria-label="What changed" value={first(query, "change") ?? ""} onChange={(event) => put("change", event.currentTarget.value)}>
          <option value="">whatever changed</option>
          {changes.map((change) => <option key={change} value={change}>{changeWord(change)}</option>)}
        </select>
      )}
    </div>
  );
}

function ClusterMap({ run, kept }: { run: RunInfo; kept: readonly ClusterRow[] }) {
  const map = useMap(run.run_id);
  const there = useMemo(() => new Set(kept.map((row) => row.cluster_id)), [kept]);
  const open = (cluster: string): void => go({ view: "cluster", run: run.run_id, cluster, tab: "graph" });
  return (
    <Loaded resource={map} what="the map of clusters">
      {(drawn) => (
        <GraphCanvas graph={drawn.graph} title={`clusters-${run.run_id}`} what="cluster" low hint="Click opens; arrow keys walk, Enter opens." edges={null} picked={NOBODY}
          vertices={Uint8Array.from(drawn.graph.ids, (id) => Number(there.has(id)))}
          pick={([vertex]) => vertex !== undefined && open(drawn.graph.ids[vertex])} />
      )}
    </Loaded>
  );
}

function columnsFor(run: string): readonly Column<ClusterRow>[] {
  return [
    { key: "rank", title: "Rank", number: true, value: (row) => row.rank },
    {
      key: "cluster", title: "Cluster", value: (row) => row.cluster_id,
      cell: (row) => (
        <>
          <a href={href({ view: "cluster", run, cluster: row.cluster_id, tab: "graph" })}>{row.cluster_id}</a>
          {row.lasting_id && row.lasting_id !== row.cluster_id && <div class="soft small">{row.lasting_id}</div>}
        </>
      ),
    },
    {
      key: "change", title: "Change", help: "Since the night before", value: (row) => row.change,
      cell: (row) => <ChangeBadge change={row.change} />,
    },
    {
      key: "spark", title: "Over time", file: null, value: (row) => Math.max(0, ...row.spark),
      cell: (row) => <Spark counts={row.spark} said={`Co-actions of ${row.cluster_id} over time`} />,
    },
    { key: "members", title: "Accounts", number: true, value: (row) => row.members, cell: (row) => count(row.members) },
    {
      key: "objects", title: "Objects", number: true, help: "Distinct objects on which members met",
      value: (row) => row.objects, cell: (row) => count(row.objects),
    },
    {
      key: "lag", title: "Apart", number: true, help: "Median seconds between two members on one object",
      value: (row) => row.median_lag_s, cell: (row) => duration(row.median_lag_s),
    },
    {
      key: "shared", title: "Shared", number: true, help: "Objects that a pair shares (median), and what chance would give it",
      value: (row) => row.median_objects,
      cell: (row) => <>{decimal(row.median_objects, 1)}<div class="soft small">chance {decimal(row.median_expected)}</div></>,
    },
    { key: "score", title: "Score", number: true, help: "Half of a member's mean strength; ranks what to read first, no probability",
      value: (row) => row.score, cell: (row) => decimal(row.score, 1) },
    {
      key: "control", title: "Control", number: true,
      help: "Percentile of its synchrony among random groups as large and as active; near 50 is nothing special",
      value: (row) => row.control_percentile,
      cell: (row) => (row.control_percentile === null ? "\u2013" : decimal(row.control_percentile, 0)),
    },
    { key: "stability", title: "Stability", number: true, help: "How much comes back when its objects are drawn anew",
      value: (row) => row.stability, cell: (row) => percent(row.stability) },
    {
      key: "last", title: "Last met, UTC", value: (row) => row.last_s, file: (row) => moment(row.last_s),
      cell: (row) => <span class="nowrap" title={moment(row.last_s)}>{moment(row.last_s).slice(0, 10)}</span>,
    },
    {
      key: "note", title: "Remarks", help: "What to hold against it", file: (row) => [...row.groups, row.insufficient ?? ""].join("; "),
      value: (row) => row.insufficient ?? row.groups.join("; "),
      cell: (row) => (
        <>
          {row.dismissed_case != null && <span class="badge good">like case {row.dismissed_case}, dismissed</span>}
          {row.insufficient && <span class="badge warn" title={row.insufficient}>little data</span>}
          {row.groups.map((group) => <span key={group} class="badge good"><Name id={group} longest={20} /></span>)}
        </>
      ),
    },
  ];
}
