import { useMemo, useRef } from "preact/hooks";
import type { Drawn } from "../../api/model";
import { api } from "../../api/resources";
import { Timeline } from "../../charts/timeline";
import type { Span } from "../../charts/brush";
import { stepped } from "../../charts/brush";
import { count, plural } from "../../format";
import { GraphCanvas } from "../../graph/graph_canvas";
import { neighboursOf } from "../../graph/data";
import { go } from "../../router";
import { inForce, marksOf, wholeSpan, type Events } from "../../state/events";
import { changed, putPicked } from "../../state/selection";
import { usePainted } from "../../state/painted";
import { Skeleton } from "../../parts/states";
import { useShortcuts } from "../../state/shortcuts";
import { EvidenceTable, rowsOf } from "./evidence_table";
import { GroupLegend, LayerLegend, MarkLegend } from "./legends";
import { ObjectList } from "./object_list";
import { SelectionPanel, strongestAround } from "./selection_panel";

const LANES = 24;

export interface Linked {
  readonly run: string;
  readonly cluster: string;
  readonly drawn: Drawn;
  readonly events: Events;
  readonly picked: ReadonlySet<number>;
  readonly span: Span | null;
  readonly choose: (span: Span | null, settled: boolean) => void;
  /** Index of the chosen object. */
  readonly object: number | null;
  readonly origin: readonly string[];
}

/** Graph, timeline and table, each showing what was chosen in the others. */
export function GraphTab({ run, cluster, drawn, events, picked, span, choose, object, origin }: Linked) {
  const { graph } = drawn;
  const timeline = useRef<HTMLElement>(null);
  const painted = usePainted();
  const ties = useMemo(() => neighboursOf(graph), [graph]);
  const marks = useMemo(() => marksOf(graph, events, { span, object }), [graph, events, span, object]);
  const kept = useMemo(() => inForce(events, { span, object, picked }), [events, span, object, picked]);
  const rows = useMemo(() => (painted ? rowsOf(events, kept) : []), [events, kept, painted]);
  const lanes = useMemo(() => lanesOf(drawn, picked), [drawn, picked]);
  const pick = (vertices: readonly number[], more: boolean): void =>
    putPicked(changed(picked, vertices, more), events.ids);
  useShortcuts({
    "[": () => choose(stepped(wholeSpan(events), span, -1), true),
    "]": () => choose(stepped(wholeSpan(events), span, 1), true),
    t: () => timeline.current?.scrollIntoView({ block: "center" }),
    e: () => pick(strongestAround(ties, drawn, picked).slice(0, 25), true),
    w: () => {
      const [a, b] = [...picked].map((vertex) => events.ids[vertex]);
      if (picked.size === 2) go({ view: "edge", run }, { a: [a], b: [b] });
    },
    Escape: () => putPicked(new Set(), events.ids),
  });
  const told = `${count(kept.length)} of ${plural(events.source.length, "co-action")}`;
  return (
    <div class="stack">
      <div class="desk">
        <section class="panel" aria-label="Graph">
          <TooBig drawn={drawn} />
          <GraphCanvas graph={graph} title={cluster} edges={marks.edges} vertices={marks.vertices} picked={picked}
            pick={pick} open={(vertex) => go({ view: "account", run }, { id: [graph.ids[vertex]] })} />
          <div class="row apart">
            <MarkLegend graph={graph} />
            <LayerLegend drawn={drawn} />
          </div>
          <GroupLegend graph={graph} pick={(vertices) => pick(vertices, false)} />
          <p class="small">
            Save the graph for Gephi or NetworkX:{" "}
            {["gexf", "graphml"].map((form) => (
              <>
                <a href={api(["runs", run, "clusters", cluster, "file"], { form })} download={`${cluster}.${form}`}>{form}</a>{" "}
              </>
            ))}
          </p>
        </section>
        <div class="stack">
          <SelectionPanel run={run} drawn={drawn} ids={events.ids} ties={ties} picked={picked} shown={kept.length} />
          <ObjectList events={events} kept={kept} chosen={object} />
        </div>
      </div>
      <section class="panel" ref={timeline} aria-labelledby="timeline-head">
        <header>
          <h2 id="timeline-head">Who acted when</h2>
          <span class="soft" id="in-force" aria-live="polite">{told}</span>
          {events.total > events.source.length && <Cut shown={events.source.length} total={events.total} />}
        </header>
        {!painted && <Skeleton what="the timeline" />}
        {painted && <Timeline events={events} ids={events.ids} lanes={lanes} chosen={span} choose={choose} />}
        {lanes.length < (picked.size || graph.ids.length) && (
          <p class="soft small">Lines of the {count(lanes.length)} strongest accounts; pick others in the graph to see theirs.</p>
        )}
      </section>
      <section class="panel" aria-labelledby="rows-head">
        <header>
          <h2 id="rows-head">Co-actions behind it</h2>
          <span class="soft">{told}</span>
        </header>
        {painted && <EvidenceTable run={run} caption={`Co-actions of ${cluster}`} rows={rows} file={`${cluster}-co-actions`}
          origin={origin} pageSize={10} />}
      </section>
    </div>
  );
}

function lanesOf(drawn: Drawn, picked: ReadonlySet<number>): number[] {
  const { ids, strength } = drawn.graph;
  const vertices = picked.size > 0 ? [...picked] : [...ids.keys()];
  return vertices.sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0) || a - b).slice(0, LANES);
}

export function TooBig({ drawn }: { drawn: Drawn }) {
  const { graph, totalVertices, totalEdges } = drawn;
  const [n, m] = [graph.ids.length, graph.source.length];
  if (n >= totalVertices && m >= totalEdges) return null;
  return (
    <div class="note">
      <p>
        {plural(totalVertices, "account")} and {plural(totalEdges, "tie")}: the picture shows the {count(n)} most firmly tied
        and {plural(m, "tie")} between them. The tables have all.
      </p>
    </div>
  );
}

export function Cut({ shown, total }: { shown: number; total: number }) {
  return <span class="badge warn">first {count(shown)} of {count(total)}; all are in evidence.parquet</span>;
}
