import { describe, expect, it } from "vitest";
import { drawnOf, eventsOf } from "../src/api/columns";
import { api } from "../src/api/resources";
import { mainObjects, tickPaths } from "../src/charts/timeline";
import { changed } from "../src/state/selection";
import { enough } from "../src/views/cluster/takedown_tab";
import { strongestAround } from "../src/views/cluster/selection_panel";
import { neighboursOf } from "../src/graph/data";

const sent = {
  ids: ["b", "c", "x"],
  source: [0, 1, 2],
  target: [1, 2, 0],
  object: [0, 1, 1],
  layer: [0, 0, 0],
  sourceTime: [10, 20, 30],
  targetTime: [11, 21, 31],
  objects: ["o", "p"],
  objectActions: [5, 6],
  layers: ["post"],
  total: 3,
};

describe("co-actions", () => {
  it("are numbered as the graph's accounts are, others behind them", () => {
    const events = eventsOf(sent, ["a", "c", "b"]);
    expect(events.ids).toEqual(["a", "c", "b", "x"]);
    const named = (ends: ArrayLike<number>): string[] => Array.from(ends, (vertex) => events.ids[vertex]);
    expect(named(events.source)).toEqual(["b", "c", "x"]);
    expect(named(events.target)).toEqual(["c", "x", "b"]);
  });

  it("give the objects with the most of them their own colours", () => {
    const events = eventsOf(sent, []);
    expect(mainObjects(events)).toEqual([1, 0]);
  });

  it("tick on the lines of both accounts, once a place, and only in the span", () => {
    const events = eventsOf(sent, []);
    const paths = tickPaths(events, [0], [0], [10, 30], 0, 20);
    expect(paths[0]).toBe("M0,2v12");
    expect(paths[5]).toBe("");
    const wide = tickPaths(events, [0, 1, 2], [], [10, 31], 0, 21);
    expect(wide[5].match(/M/g)).toHaveLength(6);
  });
});

describe("a graph", () => {
  const drawn = drawnOf({
    graph: { ids: ["a", "b", "c"], x: [0, 1, 2], y: [0, 0, 0], strength: [1, 1, 1], group: [0, 0, 7], mark: [0, 1, 2], source: [0, 1], target: [1, 2], weight: [2, 5], layer: [0, 6] },
    layers: ["post"],
    totalVertices: 9,
    totalEdges: 20,
  });

  it("keeps every column and says what was left out", () => {
    expect([...drawn.graph.weight]).toEqual([2, 5]);
    expect([...drawn.graph.mark]).toEqual([0, 1, 2]);
    expect([drawn.totalVertices, drawn.totalEdges]).toEqual([9, 20]);
  });

  it("grows by the strongest neighbours of what is picked", () => {
    const ties = neighboursOf(drawn.graph);
    expect(strongestAround(ties, drawn, new Set([1]))).toEqual([2, 0]);
    expect(strongestAround(ties, drawn, new Set([0, 1, 2]))).toEqual([]);
  });
});

describe("picking", () => {
  it("replaces, adds, and lets go of what is picked again", () => {
    expect([...changed(new Set([1]), [2], false)]).toEqual([2]);
    expect([...changed(new Set([1]), [2], true)]).toEqual([1, 2]);
    expect([...changed(new Set([1, 2]), [2], true)]).toEqual([1]);
    expect([...changed(new Set([1]), [1, 3], true)]).toEqual([1, 3]);
    expect([...changed(new Set([1]), [], false)]).toEqual([]);
  });
});

it("the fewest removals for a share of the weight are read off the curve", () => {
  const curve = { removed: [0, 1, 2], account_id: [null, "a", "b"], weight_left: [1, 0.4, 0.05], pairs_left: [1, 1, 0], largest_component: [1, 1, 0], may_not_belong: [0, 0, 1] };
  expect(enough(curve, 0.1)).toBe(2);
  expect(enough(curve, 0.01)).toBeNull();
});

it("ids never reach the path of an address unescaped", () => {
  expect(api(["runs", "a/b", "edge"], { a: "x&y", b: undefined, more: ["1", "2"] })).toBe("/api/runs/a%2Fb/edge?a=x%26y&more=1&more=2");
});
