// Co-actions as columns, and which of them the reader's choice leaves in force.
import type { GraphData } from "../graph/data";
import type { Span } from "../charts/brush";

export interface Events {
  /** Accounts: those of the graph first, in its order, then those that it leaves out. */
  readonly ids: readonly string[];
  /** Index of an account in `ids`. */
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  readonly object: ArrayLike<number>;
  readonly layer: ArrayLike<number>;
  readonly sourceTime: ArrayLike<number>;
  readonly targetTime: ArrayLike<number>;
  readonly objects: readonly string[];
  /** Actions of anybody on each object, where known. */
  readonly objectActions: ArrayLike<number> | null;
  readonly layers: readonly string[];
  /** All there are, where `source` holds but the first of them. */
  readonly total: number;
}

/** First and last moment of all events; a second apart at least. */
export function wholeSpan(events: Events): Span {
  let [from, to] = [Infinity, -Infinity];
  for (const times of [events.sourceTime, events.targetTime]) {
    for (let i = 0; i < times.length; ++i) {
      from = Math.min(from, times[i]);
      to = Math.max(to, times[i]);
    }
  }
  return from > to ? [0, 1] : [from, Math.max(to, from + 1)];
}

/** What the reader chose to look at; null and nobody leave all in force. */
export interface Choice {
  readonly span: Span | null;
  /** Index of an object. */
  readonly object: number | null;
  readonly picked: ReadonlySet<number>;
}

/** Numbers of the events on the object of which either action lies in the span, and which touch the picked. */
export function inForce(events: Events, { span, object, picked }: Choice): number[] {
  const kept: number[] = [];
  for (let i = 0; i < events.source.length; ++i) {
    if (object !== null && events.object[i] !== object) continue;
    if (span && !within(events, i, span)) continue;
    if (picked.size > 0 && !touches(events, i, picked)) continue;
    kept.push(i);
  }
  return kept;
}

function within(events: Events, i: number, [from, to]: Span): boolean {
  const early = Math.min(events.sourceTime[i], events.targetTime[i]);
  const late = Math.max(events.sourceTime[i], events.targetTime[i]);
  return late >= from && early <= to;
}

// One picked account: whatever it did with others. Several: what they did among themselves.
function touches(events: Events, i: number, picked: ReadonlySet<number>): boolean {
  const both = Number(picked.has(events.source[i])) + Number(picked.has(events.target[i]));
  return picked.size === 1 ? both > 0 : both === 2;
}

const NOBODY: ReadonlySet<number> = new Set();
const MOST_VERTICES = 2 ** 26;
const pairKey = (a: number, b: number): number => Math.min(a, b) * MOST_VERTICES + Math.max(a, b);

/** For each edge and each vertex 1 where an event in force is on it, whoever is picked. */
export function marksOf(
  graph: GraphData,
  events: Events,
  { span, object }: Omit<Choice, "picked">,
): { edges: Uint8Array | null; vertices: Uint8Array | null } {
  if (span === null && object === null) return { edges: null, vertices: null };
  const n = graph.ids.length;
  const edges = new Uint8Array(graph.source.length);
  const vertices = new Uint8Array(n);
  const met = new Set<number>();
  for (const i of inForce(events, { span, object, picked: NOBODY })) {
    met.add(pairKey(events.source[i], events.target[i]));
    // A write past the end, for an account that the graph leaves out, is ignored.
    vertices[events.source[i]] = 1;
    vertices[events.target[i]] = 1;
  }
  for (let e = 0; e < edges.length; ++e) {
    edges[e] = Number(met.has(pairKey(graph.source[e], graph.target[e])));
  }
  return { edges, vertices };
}
