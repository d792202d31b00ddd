// Turns the columns that the server sends into those that are drawn.
import type { Events } from "../state/events";
import type { Drawn, SentDrawn, SentEvents } from "./model";

export function drawnOf({ graph, layers, totalVertices, totalEdges }: SentDrawn): Drawn {
  return {
    graph: {
      ids: graph.ids,
      x: Float32Array.from(graph.x),
      y: Float32Array.from(graph.y),
      strength: Float32Array.from(graph.strength),
      mark: Uint8Array.from(graph.mark),
      group: Uint8Array.from(graph.group),
      source: Uint32Array.from(graph.source),
      target: Uint32Array.from(graph.target),
      weight: Float32Array.from(graph.weight),
      layer: Uint8Array.from(graph.layer),
    },
    layers,
    totalVertices,
    totalEdges,
  };
}

/** Co-actions whose accounts are numbered as in the graph; those that it leaves out come behind. */
export function eventsOf(sent: SentEvents, graphIds: readonly string[]): Events {
  const ids = [...graphIds];
  const place = new Map(ids.map((id, vertex) => [id, vertex]));
  const moved = Uint32Array.from(sent.ids, (id) => {
    const known = place.get(id);
    if (known !== undefined) return known;
    place.set(id, ids.length);
    return ids.push(id) - 1;
  });
  const numbered = (ends: ArrayLike<number>): Uint32Array => Uint32Array.from(ends, (vertex) => moved[vertex]);
  return { ...sent, ids, source: numbered(sent.source), target: numbered(sent.target) };
}
