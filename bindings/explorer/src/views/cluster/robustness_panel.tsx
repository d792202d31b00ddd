import { useMemo, useState } from "preact/hooks";
import type { Drawn, Robustness, TiedPairs } from "../../api/model";
import { useDrawn, useRobustness } from "../../api/resources";
import { count, decimal, duration, plural } from "../../format";
import type { GraphData } from "../../graph/data";
import { GraphCanvas } from "../../graph/graph_canvas";
import { Loaded } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import { setQuery } from "../../router";
import { first, type Query } from "../../url";

const NOBODY: ReadonlySet<number> = new Set();
const OWN_WINDOW = 1;

/** The same accounts within other windows, and beside it what chance makes of their very actions. */
export function RobustnessPanel({ run, cluster, query }: { run: string; cluster: string; query: Query }) {
  const seed = Math.max(1, Number.parseInt(first(query, "seed") ?? "1", 10) || 1);
  const tried = useRobustness(run, cluster, seed);
  const both = useDrawn(run, cluster);
  return (
    <section class="panel wide" aria-labelledby="robust-head">
      <header>
        <h2 id="robust-head">Other windows, and times shuffled</h2>
        {tried.state === "ready" && <HeldBadge tried={tried.data} />}
      </header>
      <Loaded resource={both} what="the graph" lines={6}>
        {({ drawn }) => (
          <Loaded resource={tried} what="the shuffled times" lines={6}>
            {(data) => <Dial tried={data} drawn={drawn} cluster={cluster} />}
          </Loaded>
        )}
      </Loaded>
    </section>
  );
}

function HeldBadge({ tried }: { tried: Robustness }) {
  const held = tried.holds.filter(Boolean).length;
  return (
    <span class={2 * held >= tried.holds.length ? "badge good" : "badge warn"}>
      held in {held} of {tried.holds.length} settings
    </span>
  );
}

function Dial({ tried, drawn, cluster }: { tried: Robustness; drawn: Drawn; cluster: string }) {
  const own = Math.max(0, tried.factors.indexOf(OWN_WINDOW));
  const [setting, setSetting] = useState(own);
  const real = useMemo(() => tiedIn(drawn.graph, tried, tried.real, setting), [drawn, tried, setting]);
  const shuffled = useMemo(() => tiedIn(drawn.graph, tried, tried.shuffled, setting), [drawn, tried, setting]);
  const window = duration(tried.window_s[setting]);
  return (
    <div class="stack">
      <div class="row">
        <label class="grow">
          Window: <strong>{window}</strong>{setting === own && ", the run's own"}
          <input type="range" min={0} max={tried.factors.length - 1} value={setting} aria-valuetext={window}
            onInput={(event) => setSetting(Number(event.currentTarget.value))} />
        </label>
        <button type="button" onClick={() => setQuery({ seed: [String(tried.seed + 1)] })}>Shuffle again</button>
      </div>
      <p aria-live="polite">
        As it was: <strong>{plural(tried.pairs[setting], "pair")}</strong> tied,{" "}
        {count(tried.largest_component[setting])} of {plural(tried.ids.length, "account")} connected. Times shuffled:{" "}
        <strong>{decimal(tried.shuffled_pairs[setting], 1)}</strong> pairs,{" "}
        {decimal(tried.shuffled_component[setting], 1)} connected, in the mean.
      </p>
      <div class="twins">
        <figure>
          <figcaption>As it was</figcaption>
          <GraphCanvas graph={real} title={`${cluster} within ${window}`} edges={null} vertices={null} picked={NOBODY} pick={nothing} low hint="Arrow keys walk along ties." />
        </figure>
        <figure>
          <figcaption>Times shuffled, number {count(tried.seed)}</figcaption>
          <GraphCanvas graph={shuffled} title={`${cluster} within ${window}, times shuffled`} edges={null} vertices={null} picked={NOBODY} pick={nothing} low hint="Arrow keys walk along ties." />
        </figure>
      </div>
      <p class="soft small">
        {tried.ids.length < tried.members_total && `Of the ${count(tried.ids.length)} most firmly tied of ${plural(tried.members_total, "account")}. `}
        Shuffled: each account keeps its objects and its hours, and which it did when is dealt out anew. Here a pair is
        tied where it meets often enough; nothing is tested. A setting holds where half of the accounts are connected
        and shuffled times tie at most half as many pairs.
      </p>
      <Table caption="Ties by window" rows={rowsOf(tried)} columns={COLUMNS} rowKey={(row) => String(row.window_s)}
        file={`${cluster}-windows`} origin={[`Lockstep, cluster ${cluster}`]} pageSize={12} selected={(row) => row.setting === setting} />
    </div>
  );
}

function nothing(): void {}

/** The accounts where the cluster's picture has them, with the ties of a setting. */
function tiedIn(graph: GraphData, tried: Robustness, ties: TiedPairs, setting: number): GraphData {
  const n = tried.ids.length;
  const places = new Map(graph.ids.map((id, vertex) => [id, vertex]));
  const from = Uint32Array.from(tried.ids, (id) => places.get(id) ?? 0);
  const kept = [...ties.setting.keys()].filter((tie) => ties.setting[tie] <= setting);
  return {
    ids: tried.ids,
    x: Float32Array.from(from, (vertex) => graph.x[vertex]),
    y: Float32Array.from(from, (vertex) => graph.y[vertex]),
    strength: Float32Array.from(from, (vertex) => graph.strength[vertex]),
    mark: new Uint8Array(n),
    group: new Uint8Array(n),
    source: Uint32Array.from(kept, (tie) => ties.source[tie]),
    target: Uint32Array.from(kept, (tie) => ties.target[tie]),
    weight: new Float32Array(kept.length).fill(1),
    layer: new Uint8Array(kept.length),
  };
}

interface SettingRow {
  readonly setting: number;
  readonly window_s: number;
  readonly pairs: number;
  readonly largest: number;
  readonly shuffledPairs: number;
  readonly shuffledLargest: number;
  readonly holds: boolean;
}

function rowsOf(tried: Robustness): SettingRow[] {
  return tried.window_s.map((window_s, setting) => ({
    setting,
    window_s,
    pairs: tried.pairs[setting],
    largest: tried.largest_component[setting],
    shuffledPairs: tried.shuffled_pairs[setting],
    shuffledLargest: tried.shuffled_component[setting],
    holds: tried.holds[setting],
  }));
}

const COLUMNS: readonly Column<SettingRow>[] = [
  { key: "window", title: "Window", number: true, value: (row) => row.window_s, cell: (row) => duration(row.window_s) },
  { key: "pairs", title: "Pairs tied", number: true, value: (row) => row.pairs },
  { key: "largest", title: "Connected", number: true, value: (row) => row.largest },
  { key: "shuffled", title: "Pairs, shuffled", number: true, value: (row) => row.shuffledPairs, cell: (row) => decimal(row.shuffledPairs, 1) },
  { key: "shuffledLargest", title: "Connected, shuffled", number: true, value: (row) => row.shuffledLargest, cell: (row) => decimal(row.shuffledLargest, 1) },
  { key: "holds", title: "Holds", value: (row) => (row.holds ? "yes" : "no") },
];
