import { describe, expect, it } from "vitest";
import { binned } from "../src/charts/bins";
import { stepped } from "../src/charts/brush";
import { inForce, marksOf, wholeSpan, type Events } from "../src/state/events";
import { faultOf } from "../src/api/fetching";

const events: Events = {
  ids: ["a", "b", "c"],
  source: [0, 1, 0],
  target: [1, 2, 2],
  object: [0, 0, 1],
  layer: [0, 0, 0],
  sourceTime: [100, 200, 300],
  targetTime: [110, 190, 320],
  objects: ["x", "y"],
  objectActions: null,
  layers: ["retweet"],
  total: 3,
};
const graph = {
  ids: ["a", "b", "c"],
  x: new Float32Array(3),
  y: new Float32Array(3),
  strength: new Float32Array(3),
  mark: new Uint8Array(3),
  group: new Uint8Array(3),
  source: Uint32Array.of(0, 1, 0),
  target: Uint32Array.of(1, 2, 2),
  weight: new Float32Array(3),
  layer: new Uint8Array(3),
};

function kept(span: readonly [number, number] | null, picked: number[] = [], object: number | null = null): number[] {
  return inForce(events, { span, object, picked: new Set(picked) });
}

describe("a brushed span", () => {
  it("keeps events of which either action lies in it", () => {
    expect(wholeSpan(events)).toEqual([100, 320]);
    expect(kept(null)).toEqual([0, 1, 2]);
    expect(kept([105, 190])).toEqual([0, 1]);
    expect(kept([311, 400])).toEqual([2]);
    expect(kept([400, 500])).toEqual([]);
  });

  it("marks the same events on edges and vertices", () => {
    const { edges, vertices } = marksOf(graph, events, { span: [105, 130], object: null });
    expect([...(edges ?? [])]).toEqual([1, 0, 0]);
    expect([...(vertices ?? [])]).toEqual([1, 1, 0]);
    expect(marksOf(graph, events, { span: null, object: null }).edges).toBeNull();
  });

  it("of one picked account keeps all it did, of several what they did together", () => {
    expect(kept(null, [0])).toEqual([0, 2]);
    expect(kept(null, [0, 1])).toEqual([0]);
  });

  it("goes together with a chosen object", () => {
    expect(kept(null, [], 0)).toEqual([0, 1]);
    expect(kept([105, 130], [], 0)).toEqual([0]);
    expect([...(marksOf(graph, events, { span: null, object: 1 }).edges ?? [])]).toEqual([0, 0, 1]);
  });

  it("moves by its own length and stays inside", () => {
    expect(stepped([0, 100], null, 1)).toEqual([0, 10]);
    expect(stepped([0, 100], [0, 10], 1)).toEqual([10, 20]);
    expect(stepped([0, 100], [95, 100], 1)).toEqual([95, 100]);
    expect(stepped([0, 100], [5, 15], -1)).toEqual([0, 10]);
  });
});

it("bins keep every value once", () => {
  expect(binned([0, 1, 5, 10, 11], 0, 10, 5)).toEqual([2, 0, 1, 0, 1]);
});

it("a fault is read in every form it comes", () => {
  expect(faultOf(404, { error: { what: "w", why: "y", next: "n", request_id: "r" } }, "h").requestId).toBe("r");
  expect(faultOf(404, { detail: "gone" }, "h")).toMatchObject({ what: "gone", requestId: "h" });
  expect(faultOf(500, null, "h").what).toContain("500");
});
