// A graph as columns: vertex i is ids[i] at (x[i], y[i]), edge e joins source[e] and target[e].

export interface GraphData {
  readonly ids: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly strength: Float32Array;
  /** What a vertex stands out by; its shape tells it too. */
  readonly mark: Uint8Array;
  /** Community by size, from 0; OTHERS for those without a colour of their own. */
  readonly group: Uint8Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly weight: Float32Array;
  /** Index of the only layer of an edge, or SEVERAL. */
  readonly layer: Uint8Array;
}

export const SEVERAL = 6;
export const OTHERS = 7;
export const MARKS = ["account", "near a referred account", "known group", "kept", "joined", "left"] as const;

/** Whether a picture has several communities, so that colours tell them apart. */
export function isGrouped(graph: GraphData): boolean {
  return graph.group.some((group) => group !== graph.group[0]);
}

export function groupName(group: number): string {
  return group === OTHERS ? "no part" : `part ${group + 1}`;
}

/** For each vertex its neighbours, the strongest tie first: list[start[v]..start[v + 1]]. */
export interface Neighbours {
  readonly start: Uint32Array;
  readonly list: Uint32Array;
  readonly edge: Uint32Array;
}

export function neighboursOf(graph: GraphData): Neighbours {
  const n = graph.ids.length;
  const start = new Uint32Array(n + 1);
  for (const ends of [graph.source, graph.target]) {
    for (const vertex of ends) start[vertex + 1] += 1;
  }
  for (let v = 0; v < n; ++v) start[v + 1] += start[v];
  const next = start.slice();
  const list = new Uint32Array(2 * graph.source.length);
  const edge = new Uint32Array(list.length);
  // Edges in falling order of weight, so that each list comes out sorted.
  const order = Uint32Array.from(graph.source.keys()).sort(
    (a, b) => graph.weight[b] - graph.weight[a] || a - b,
  );
  for (const e of order) {
    const [a, b] = [graph.source[e], graph.target[e]];
    edge[next[a]] = e;
    list[next[a]++] = b;
    edge[next[b]] = e;
    list[next[b]++] = a;
  }
  return { start, list, edge };
}
