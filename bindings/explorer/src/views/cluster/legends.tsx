import type { Drawn } from "../../api/model";
import { count } from "../../format";
import { groupName, isGrouped, MARKS, OTHERS, SEVERAL, type GraphData } from "../../graph/data";
import { Name } from "../../parts/name";

const SHAPES = [
  "M13,7A6,6 0 1 1 1,7A6,6 0 1 1 13,7Z",
  "M7,0L14,7L7,14L0,7Z",
  "M1,1H13V13H1Z",
  "M13,7A6,6 0 1 1 1,7A6,6 0 1 1 13,7Z",
  "M7,1L14,13H0Z",
  "M7,13L14,1H0Z",
];

/** The shapes that are in the picture; shape and colour say the same. */
export function MarkLegend({ graph }: { graph: GraphData }) {
  const there = MARKS.map((name, mark) => ({ name, mark })).filter(({ mark }) => graph.mark.includes(mark));
  return (
    <ul class="legend" aria-label="Shapes">
      {there.map(({ name, mark }) => (
        <li key={name}>
          <svg viewBox="0 0 14 14" aria-hidden="true"><path class={isGrouped(graph) ? "m3" : `m${mark}`} d={SHAPES[mark]} /></svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** The communities of the picture; each entry picks its accounts, for those who tell no colours apart. */
export function GroupLegend({ graph, pick }: { graph: GraphData; pick: (vertices: readonly number[]) => void }) {
  if (!isGrouped(graph)) return null;
  const sizes = new Map<number, number>();
  for (const group of graph.group) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const of = (wanted: number): number[] => [...graph.group.keys()].filter((vertex) => graph.group[vertex] === wanted);
  return (
    <ul class="legend" aria-label="Parts by Leiden, told by colour">
      {[...sizes].sort((a, b) => a[0] - b[0]).map(([group, size]) => (
        <li key={group}>
          <button type="button" class="plain" title={group === OTHERS ? "Pick the smaller parts" : "Pick its accounts"} onClick={() => pick(of(group))}>
            <svg viewBox="0 0 14 14" aria-hidden="true"><path class={`g${group}`} d={SHAPES[0]} /></svg>
            {group === OTHERS ? "smaller parts" : groupName(group)} ({count(size)})
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The kinds of action that ties in the picture have. */
export function LayerLegend({ drawn }: { drawn: Drawn }) {
  const there = new Set(drawn.graph.layer);
  const named = drawn.layers.slice(0, SEVERAL).flatMap((name, layer) => (there.has(layer) ? { name, layer } : []));
  return (
    <ul class="legend" aria-label="Colours of ties">
      {named.map(({ name, layer }) => (
        <li key={layer}>
          <svg viewBox="0 0 14 14" aria-hidden="true"><rect class={`k${layer}`} y="5" width="14" height="4" /></svg>
          <Name id={name} />
        </li>
      ))}
      {there.has(SEVERAL) && (
        <li>
          <svg viewBox="0 0 14 14" aria-hidden="true"><rect class="k6" y="5" width="14" height="4" /></svg>
          several kinds
        </li>
      )}
    </ul>
  );
}
