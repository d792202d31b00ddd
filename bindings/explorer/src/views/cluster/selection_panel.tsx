import { useMemo } from "preact/hooks";
import type { Neighbours } from "../../graph/data";
import { count, plural } from "../../format";
import { AccountName } from "../../parts/name";
import type { Drawn } from "../../api/model";
import { putPicked } from "../../state/selection";
import { href } from "../../url";

const MOST = 9;
const EXPANDED = 25;

interface PanelProps {
  readonly run: string;
  readonly drawn: Drawn;
  /** The graph's accounts, and behind them those that it leaves out. */
  readonly ids: readonly string[];
  readonly ties: Neighbours;
  readonly picked: ReadonlySet<number>;
  readonly shown: number;
}

/** What is picked, and what one can ask of it; with nothing picked, the strongest accounts. */
export function SelectionPanel({ run, drawn, ids, ties, picked, shown }: PanelProps) {
  const { graph } = drawn;
  const list = useMemo(() => {
    const vertices = picked.size > 0 ? [...picked] : [...graph.ids.keys()];
    return vertices.sort((a, b) => (graph.strength[b] ?? 0) - (graph.strength[a] ?? 0) || a - b);
  }, [picked, graph]);
  const choose = (next: ReadonlySet<number>): void => putPicked(next, ids);
  const two = picked.size === 2 ? [...picked].map((vertex) => ids[vertex]) : null;
  return (
    <section class="panel" aria-label="Picked accounts">
      <header>
        <h2>{picked.size > 0 ? `${count(picked.size)} picked` : "Strongest accounts"}</h2>
        {picked.size > 0 && (
          <div class="tools">
            <button type="button" class="plain" onClick={() => choose(new Set())}>Let go</button>
          </div>
        )}
      </header>
      <ul class="pick-list">
        {list.slice(0, MOST).map((vertex) => (
          <li key={vertex}>
            <button type="button" class="plain" aria-pressed={picked.has(vertex)} onClick={() => choose(new Set([vertex]))}>
              <AccountName id={ids[vertex]} longest={26} />
            </button>
            <span class="soft small nowrap">
              {vertex < graph.ids.length ? plural(ties.start[vertex + 1] - ties.start[vertex], "tie") : "not drawn"}
            </span>
          </li>
        ))}
      </ul>
      {list.length > MOST && <p class="soft small">and {count(list.length - MOST)} more: all are under Members.</p>}
      <div class="row">
        {two && (
          <a class="button" href={href({ view: "edge", run }, { a: [two[0]], b: [two[1]] })}>Why are they tied? (w)</a>
        )}
        {picked.size === 1 && <OneAccount run={run} id={ids[[...picked][0]]} />}
        {picked.size > 0 && <Expand drawn={drawn} ties={ties} picked={picked} choose={choose} />}
      </div>
      {picked.size > 0 && <p class="soft small" aria-live="polite">{plural(shown, "co-action")} shown for them below.</p>}
    </section>
  );
}

function OneAccount({ run, id }: { run: string; id: string }) {
  return <a class="button" href={href({ view: "account", run }, { id: [id] })}>Open account</a>;
}

function Expand(props: {
  drawn: Drawn;
  ties: Neighbours;
  picked: ReadonlySet<number>;
  choose: (next: ReadonlySet<number>) => void;
}) {
  const { drawn, ties, picked, choose } = props;
  const around = useMemo(() => strongestAround(ties, drawn, picked), [ties, picked]);
  if (around.length === 0) return null;
  const taken = around.slice(0, EXPANDED);
  const rest = around.length - taken.length;
  return (
    <button type="button" onClick={() => choose(new Set([...picked, ...taken]))}>
      Add {plural(taken.length, "neighbour")}{rest > 0 ? `, the strongest of ${count(around.length)}` : ""} (e)
    </button>
  );
}

/** Neighbours of the picked that are not picked themselves, by their strongest tie to them. */
export function strongestAround(ties: Neighbours, drawn: Drawn, picked: ReadonlySet<number>): number[] {
  const best = new Map<number, number>();
  for (const vertex of picked) {
    for (let place = ties.start[vertex]; place < ties.start[vertex + 1]; ++place) {
      const other = ties.list[place];
      if (picked.has(other)) continue;
      best.set(other, Math.max(best.get(other) ?? 0, drawn.graph.weight[ties.edge[place]]));
    }
  }
  return [...best].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([vertex]) => vertex);
}
