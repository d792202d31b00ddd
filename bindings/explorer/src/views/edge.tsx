import { useMemo } from "preact/hooks";
import type { EdgeDetail, EdgeLayer, Meeting, RunInfo } from "../api/model";
import { useEdge } from "../api/resources";
import { Lanes } from "../charts/timeline";
import { useWidth } from "../charts/use_width";
import { count, decimal, duration, moment, plural, probability } from "../format";
import { CodeButton, LinkButton } from "../parts/code_button";
import { AccountName, Name } from "../parts/name";
import { Empty, Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { edgeCode } from "../python";
import { wholeSpan, type Events } from "../state/events";
import { useTitle } from "../state/title";
import { first, href, type Query } from "../url";
import { WhyNot } from "./why_not";
import { accountName, accountText } from "../state/masking";

/** Why two accounts are tied: the tests, and every meeting. */
export function EdgeView({ run, query }: { run: RunInfo; query: Query }) {
  const [a, b] = [first(query, "a"), first(query, "b")];
  useTitle("Why are they tied?");
  if (a === undefined || b === undefined) return <Asking />;
  return <Between run={run} a={a} b={b} />;
}

function Asking() {
  return (
    <Empty>
      <p>Pick two accounts in a cluster's graph, then ask why they are tied; or put <code>?a=…&b=…</code> behind this address.</p>
    </Empty>
  );
}

function Between({ run, a, b }: { run: RunInfo; a: string; b: string }) {
  const edge = useEdge(run.run_id, a, b);
  const account = (id: string) => <a href={href({ view: "account", run: run.run_id }, { id: [id] })}><AccountName id={id} longest={40} /></a>;
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <p class="crumbs">Why are they tied?</p>
          <h1>{account(a)} and {account(b)}</h1>
        </div>
        <div class="row"><LinkButton /><CodeButton code={edgeCode(run.folder, a, b)} /></div>
      </div>
      <Loaded resource={edge} what="the tie and its co-actions">
        {(data) => (data.layers.length === 0 ? <NoTie run={run} a={a} b={b} /> : <Tied run={run} data={data} />)}
      </Loaded>
    </div>
  );
}

function NoTie({ run, a, b }: { run: RunInfo; a: string; b: string }) {
  return (
    <section class="panel">
      <h2>They have no tie in this run</h2>
      <p>No kind of action ties them beyond chance at a false discovery rate of {run.options.fdr}.</p>
      <WhyNot run={run.run_id} account={a} other={b} />
    </section>
  );
}

function Tied({ run, data }: { run: RunInfo; data: EdgeDetail }) {
  const cluster = data.layers.find((row) => row.cluster_id !== null)?.cluster_id;
  const strongest = [...data.layers].sort((x, y) => y.objects - x.objects)[0];
  const window_s = run.layers[strongest.layer]?.window_s;
  return (
    <>
      <p class="sentence">
        They acted on <a href="#meetings">{plural(strongest.objects, "same object")}</a> within {duration(window_s)} of each
        other ({strongest.layer}), where chance would give two accounts so active, on objects so popular,{" "}
        <a href="#tests">{decimal(strongest.expected, 3)}</a>. So much or more comes by chance with probability{" "}
        <a href="#tests">{probability(strongest.combined_log10_p ?? strongest.log10_p, strongest.p_value)}</a>.
        {cluster && <> Both are in <a class="nowrap" href={href({ view: "cluster", run: run.run_id, cluster, tab: "graph" }, { sel: [data.a, data.b] })}>{cluster}</a>.</>}
      </p>
      <section class="panel" id="tests" aria-labelledby="tests-head">
        <header><h2 id="tests-head">The tests</h2></header>
        <Table caption="Tests by kind of action" columns={LAYERS} rows={data.layers} rowKey={(row) => row.layer}
          file="tie-tests" origin={origin(run, data)} />
        {data.layers[0].common !== null && (
          <p>
            Of {plural(data.layers[0].common, "object")} that both acted on at any time, they met on{" "}
            {count(data.layers[0].met ?? 0)}, where others there would on {decimal(data.layers[0].timing_expected)}; p{" "}
            {probability(data.layers[0].timing_log10_p)}.
          </p>
        )}
      </section>
      <Meetings run={run} data={data} />
    </>
  );
}

function origin(run: RunInfo, data: EdgeDetail): string[] {
  return [`Lockstep run ${run.run_id}, tie of ${accountName(data.a)} and ${accountName(data.b)}`, "Co-action, not guilt"];
}

function Meetings({ run, data }: { run: RunInfo; data: EdgeDetail }) {
  return (
    <section class="panel" id="meetings" aria-labelledby="meetings-head">
      <header>
        <h2 id="meetings-head">Co-actions</h2>
        <span class="soft">
          {data.evidence_total > data.evidence.length && `the rarest ${count(data.evidence.length)} of `}
          {plural(data.evidence_total, "row")}; the rarer the object and the shorter the time, the more it says
        </span>
      </header>
      {data.evidence.length > 0 && <PairLines data={data} />}
      <Table caption="Co-actions of the two" columns={columnsFor(data)} rows={data.evidence}
        rowKey={(row) => `${row.layer} ${row.object_id}`} sort={{ key: "actions", down: false }} file="tie-co-actions"
        origin={origin(run, data)} />
    </section>
  );
}

const BOTH = [0, 1];

/** The two accounts one above the other: their ticks stand together. */
function PairLines({ data }: { data: EdgeDetail }) {
  const [box, width] = useWidth<HTMLDivElement>(900);
  const events = useMemo(() => pairEvents(data), [data]);
  return (
    <div ref={box}>
      <Lanes events={events} ids={events.ids} lanes={BOTH} shown={wholeSpan(events)} width={width} />
    </div>
  );
}

export function pairEvents({ a, b, evidence }: EdgeDetail): Events {
  const objects = [...new Set(evidence.map((row) => row.object_id))];
  const layers = [...new Set(evidence.map((row) => row.layer))];
  const place = new Map(objects.map((object, at) => [object, at]));
  return {
    ids: [a, b],
    source: evidence.map((row) => (row.source === a ? 0 : 1)),
    target: evidence.map((row) => (row.target === a ? 0 : 1)),
    object: evidence.map((row) => place.get(row.object_id) ?? 0),
    layer: evidence.map((row) => layers.indexOf(row.layer)),
    sourceTime: evidence.map((row) => row.source_time_s),
    targetTime: evidence.map((row) => row.target_time_s),
    objects,
    objectActions: null,
    layers,
    total: evidence.length,
  };
}

const LAYERS: readonly Column<EdgeLayer>[] = [
  { key: "layer", title: "Kind", value: (row) => row.layer, cell: (row) => <Name id={row.layer} /> },
  { key: "objects", title: "Shared objects", number: true, value: (row) => row.objects },
  { key: "expected", title: "Expected by chance", number: true, value: (row) => row.expected, cell: (row) => decimal(row.expected, 3) },
  {
    key: "p", title: "p", number: true, help: "How often chance alone gives as many or more",
    value: (row) => row.log10_p ?? Math.log10(row.p_value), file: (row) => row.p_value,
    cell: (row) => probability(row.log10_p, row.p_value),
  },
  {
    key: "combined", title: "p, all kinds", number: true, help: "Cauchy combination over the kinds in which both were active",
    value: (row) => row.combined_log10_p, file: (row) => row.combined_p_value, cell: (row) => probability(row.combined_log10_p, row.combined_p_value),
  },
  {
    key: "q", title: "q", number: true, help: "False discovery rate at which the tie is still listed",
    value: (row) => row.q_value, cell: (row) => decimal(row.q_value, 4),
  },
  { key: "weight", title: "Weight", number: true, value: (row) => row.weight, cell: (row) => decimal(row.weight, 1) },
];

function columnsFor(data: EdgeDetail): readonly Column<Meeting>[] {
  const timeOf = (row: Meeting, id: string): number => (row.source === id ? row.source_time_s : row.target_time_s);
  return [
    { key: "object", title: "On what", value: (row) => row.object_id, cell: (row) => <Name id={row.object_id} longest={60} /> },
    { key: "layer", title: "Kind", value: (row) => row.layer, cell: (row) => <Name id={row.layer} /> },
    ...[data.a, data.b].map((id, end): Column<Meeting> => ({
      key: `time-${end}`, title: `${accountText(id, 18)}, UTC`, value: (row) => timeOf(row, id),
      file: (row) => moment(timeOf(row, id)), cell: (row) => <span class="nowrap">{moment(timeOf(row, id))}</span>,
    })),
    {
      key: "lag", title: "Apart", number: true, value: (row) => Math.abs(row.lag_s), cell: (row) => duration(Math.abs(row.lag_s)),
    },
    {
      key: "actions", title: "Actions on it", number: true, help: "By anybody: how common the object is",
      value: (row) => row.object_actions, cell: (row) => count(row.object_actions),
    },
  ];
}
