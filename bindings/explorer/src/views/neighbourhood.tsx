import { useState } from "preact/hooks";
import { useNeighbourhood } from "../api/resources";
import { count, plural } from "../format";
import { GraphCanvas } from "../graph/graph_canvas";
import { AccountName } from "../parts/name";
import { Loaded } from "../parts/states";
import { go } from "../router";
import { changed } from "../state/selection";
import { href } from "../url";
import { GroupLegend, LayerLegend, MarkLegend } from "./cluster/legends";

const STEP = 25;
const MOST = 500;

/** An account and those it is most firmly tied to; more of them are asked for, never poured in. */
export function Neighbourhood({ run, id, total }: { run: string; id: string; total: number }) {
  const [most, setMost] = useState(STEP);
  const around = useNeighbourhood(run, id, most);
  const more = Math.min(STEP, MOST - most, total - most);
  return (
    <section class="panel" aria-labelledby="around-head">
      <header>
        <h2 id="around-head">Around it</h2>
        <span class="soft">{total > most ? `the ${count(most)} firmest of ${plural(total, "tie")}` : plural(total, "tie")}</span>
        {more > 0 && (
          <div class="tools">
            <button type="button" onClick={() => setMost(most + more)}>{count(more)} more of {count(total - most)}</button>
          </div>
        )}
      </header>
      <Loaded resource={around} what="its neighbourhood" lines={6}>
        {(drawn) => <Picture key={most} run={run} id={id} drawn={drawn} />}
      </Loaded>
    </section>
  );
}

function Picture({ run, id, drawn }: { run: string; id: string; drawn: Parameters<typeof LayerLegend>[0]["drawn"] }) {
  const { graph } = drawn;
  const [picked, setPicked] = useState<ReadonlySet<number>>(() => new Set([0]));
  const others = [...picked].filter((vertex) => vertex > 0).map((vertex) => graph.ids[vertex]);
  return (
    <>
      <GraphCanvas graph={graph} title="neighbourhood" edges={null} vertices={null} picked={picked} low
        pick={(vertices, more) => setPicked(changed(picked, vertices, more))}
        open={(vertex) => go({ view: "account", run }, { id: [graph.ids[vertex]] })} />
      <div class="row apart">
        <MarkLegend graph={graph} />
        <LayerLegend drawn={drawn} />
      </div>
      <GroupLegend graph={graph} pick={(vertices) => setPicked(new Set(vertices))} />
      {others.length === 1 && (
        <p class="row">
          <a class="button" href={href({ view: "account", run }, { id: [others[0]] })}>Open <AccountName id={others[0]} /></a>
          <a class="button" href={href({ view: "edge", run }, { a: [id], b: [others[0]] })}>Why are they tied?</a>
        </p>
      )}
    </>
  );
}
