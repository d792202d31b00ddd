import type { ClusterDetail, RunInfo } from "../../api/model";
import { useCluster, useClusters, useDrawn, useMeta } from "../../api/resources";
import { ChangeBadge } from "../../parts/change_badge";
import { CodeButton, LinkButton } from "../../parts/code_button";
import { Name } from "../../parts/name";
import { Loaded } from "../../parts/states";
import { clusterCode } from "../../python";
import { go } from "../../router";
import { usePicked, useSpan } from "../../state/selection";
import { useShortcuts } from "../../state/shortcuts";
import { useTitle } from "../../state/title";
import { CLUSTER_TABS, first, href, type ClusterTab, type Query } from "../../url";
import { CasePanel } from "../case_panel";
import { ResemblingMembers } from "../returners";
import { ChanceTab } from "./chance_tab";
import { EvidenceTab } from "./evidence_tab";
import { GraphTab } from "./graph_tab";
import { HarmlessTwin } from "./harmless_twin";
import { HistoryTab } from "./history_tab";
import { MembersTab } from "./members_tab";
import { Sentence } from "./sentence";
import { TakedownTab } from "./takedown_tab";

const TITLES: Record<ClusterTab, string> = {
  graph: "Graph and timeline",
  evidence: "Co-actions",
  members: "Members",
  chance: "Chance",
  takedown: "Takedown what-if",
  history: "History",
};

const CODE: Record<ClusterTab, string> = {
  graph: "plot()",
  evidence: "evidence.to_pandas()",
  members: "members.to_pandas()",
  chance: "lags()",
  takedown: "pairs.to_pandas()",
  history: "summary",
};

interface ClusterProps {
  readonly run: RunInfo;
  readonly cluster: string;
  readonly tab: ClusterTab;
  readonly query: Query;
}

export function ClusterView({ run, cluster, tab, query }: ClusterProps) {
  useTitle(`${cluster}, ${TITLES[tab]}`);
  const detail = useCluster(run.run_id, cluster);
  return (
    <div class="stack">
      <Loaded resource={detail} what={`cluster ${cluster}`} lines={8}>
        {(data) => (
          <>
            <Head run={run} detail={data} tab={tab} query={query} />
            <Tab run={run} detail={data} tab={tab} query={query} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Head({ run, detail, tab, query }: { run: RunInfo; detail: ClusterDetail; tab: ClusterTab; query: Query }) {
  const { row } = detail;
  const meta = useMeta();
  const keep: Query = { t: query.t ?? [], sel: query.sel ?? [], object: query.object ?? [] };
  return (
    <header>
      <p class="crumbs"><a href={href({ view: "clusters", run: run.run_id })}>Clusters</a> / {row.cluster_id}</p>
      <div class="row apart">
        <div class="row">
          <h1>{row.cluster_id}</h1>
          {row.lasting_id && <span class="badge" title="Name that it keeps from night to night">{row.lasting_id}</span>}
          <ChangeBadge change={row.change} />
          {row.layers.map((layer) => <span key={layer} class="badge"><Name id={layer} /></span>)}
          {row.insufficient && <span class="badge warn">little data</span>}
          {row.groups.map((group) => <span key={group} class="badge good">known: <Name id={group} /></span>)}
        </div>
        <div class="row">
          <Steps run={run.run_id} cluster={row.cluster_id} tab={tab} />
          <LinkButton />
          <CodeButton code={clusterCode(run.folder, row.cluster_id, CODE[tab])} />
        </div>
      </div>
      <Sentence run={run.run_id} row={row} window_s={detail.window_s} />
      <HarmlessTwin row={row} />
      <ResemblingMembers run={run.run_id} detail={detail} />
      {detail.remarks.length > 0 && (
        <details class="note" open={row.insufficient !== null || row.groups.length > 0}>
          <summary><strong>What to hold against it</strong> before it is believed ({detail.remarks.length})</summary>
          {detail.remarks.map((remark) => <p key={remark}>{remark}</p>)}
        </details>
      )}
      {meta.state === "ready" && meta.data.features.cases && <CasePanel run={run.run_id} cluster={row.cluster_id} />}
      <nav class="tabs" aria-label="Parts of the cluster">
        {CLUSTER_TABS.map((each) => (
          <a key={each} href={href({ view: "cluster", run: run.run_id, cluster: row.cluster_id, tab: each }, keep)}
            aria-current={each === tab ? "page" : undefined}>{TITLES[each]}</a>
        ))}
      </nav>
    </header>
  );
}

/** To the clusters before and after it, by rank. */
function Steps({ run, cluster, tab }: { run: string; cluster: string; tab: ClusterTab }) {
  const clusters = useClusters(run);
  const rows = clusters.state === "ready" ? [...clusters.data.rows].sort((a, b) => a.rank - b.rank) : [];
  const place = rows.findIndex((row) => row.cluster_id === cluster);
  const to = (way: number): void => {
    const next = rows[place + way];
    if (place >= 0 && next) go({ view: "cluster", run, cluster: next.cluster_id, tab });
  };
  useShortcuts({ j: () => to(1), k: () => to(-1) });
  return (
    <span class="row">
      <button type="button" disabled={place <= 0} title="Cluster before (k)" onClick={() => to(-1)}>Previous</button>
      <button type="button" disabled={place < 0 || place === rows.length - 1} title="Next cluster (j)" onClick={() => to(1)}>Next</button>
    </span>
  );
}

function Tab({ run, detail, tab, query }: { run: RunInfo; detail: ClusterDetail; tab: ClusterTab; query: Query }) {
  const cluster = detail.row.cluster_id;
  const origin = [`Lockstep run ${run.run_id}, cluster ${cluster}`, "Co-action, not guilt"];
  switch (tab) {
    case "members":
      return <MembersTab run={run.run_id} cluster={cluster} chosen={query.sel ?? []} origin={origin} />;
    case "chance":
      return <ChanceTab run={run} detail={detail} query={query} />;
    case "takedown":
      return <TakedownTab run={run.run_id} cluster={cluster} chosen={query.sel ?? []} origin={origin} />;
    case "history":
      return <HistoryTab run={run.run_id} detail={detail} />;
    default:
      return <LinkedTab run={run.run_id} detail={detail} tab={tab} query={query} origin={origin} />;
  }
}

function LinkedTab(props: { run: string; detail: ClusterDetail; tab: "graph" | "evidence"; query: Query; origin: readonly string[] }) {
  const { run, detail, tab, query, origin } = props;
  const cluster = detail.row.cluster_id;
  const both = useDrawn(run, cluster);
  const ids = both.state === "ready" ? both.data.events.ids : [];
  const picked = usePicked(query, ids);
  const [span, choose] = useSpan(query);
  return (
    <Loaded resource={both} what="its graph and co-actions" lines={12}>
      {({ drawn, events }) => {
        const place = events.objects.indexOf(first(query, "object") ?? "");
        const object = place < 0 ? null : place;
        const linked = { run, cluster, drawn, events, picked, span, choose, object, origin };
        return tab === "graph" ? <GraphTab {...linked} /> : <EvidenceTab {...linked} />;
      }}
    </Loaded>
  );
}
