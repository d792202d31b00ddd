import { describe, expect, it } from "vitest";
import { fitted } from "../src/graph/frame";
import { GridIndex } from "../src/graph/grid";
import { neighboursOf } from "../src/graph/data";

/** Repeatable numbers in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("grid index", () => {
  it("finds what looking at every vertex finds", () => {
    for (let seed = 1; seed <= 50; ++seed) {
      const next = numbers(seed);
      const n = 1 + Math.floor(next() * 300);
      const x = Float32Array.from({ length: n }, () => next() * 800);
      const y = Float32Array.from({ length: n }, () => next() * (seed % 3 === 0 ? 0 : 500));
      const grid = new GridIndex(x, y);
      for (let asked = 0; asked < 20; ++asked) {
        const [px, py, radius] = [next() * 900 - 50, next() * 600 - 50, next() * 60];
        let best = -1;
        let least = radius * radius;
        for (let i = 0; i < n; ++i) {
          const away = (x[i] - px) ** 2 + (y[i] - py) ** 2;
          if (away < least) [best, least] = [i, away];
        }
        expect(grid.nearest(px, py, radius), `seed ${seed}`).toBe(best);
        const box = [...x.keys()].filter((i) => x[i] >= px && x[i] <= px + 100 && y[i] >= py && y[i] <= py + 80);
        expect(grid.inside(px, py, px + 100, py + 80), `seed ${seed}`).toEqual(box);
      }
    }
  });

  it("bears no vertex, one vertex and one place for all", () => {
    expect(new GridIndex(new Float32Array(0), new Float32Array(0)).nearest(0, 0, 10)).toBe(-1);
    expect(new GridIndex(Float32Array.of(3), Float32Array.of(4)).nearest(0, 0, 5.1)).toBe(0);
    expect(new GridIndex(new Float32Array(9).fill(1), new Float32Array(9).fill(1)).nearest(1, 1, 1)).toBe(0);
  });
});

describe("fit", () => {
  it("is not shrunk by a few that lie far away", () => {
    const x = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e6 : i % 100));
    const y = Float32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10));
    const placed = fitted(x, y, 800, 600, 40);
    const inside = [...placed.x.keys()].filter((i) => placed.x[i] >= 0 && placed.x[i] <= 800);
    expect(inside.length).toBeGreaterThanOrEqual(980);
    expect(Math.max(...[...placed.y])).toBeGreaterThan(500);
  });

  it("puts one vertex in the middle", () => {
    const placed = fitted(Float32Array.of(7), Float32Array.of(7), 800, 600, 40);
    expect([placed.x[0], placed.y[0]]).toEqual([400, 300]);
  });
});

describe("neighbours", () => {
  it("come strongest first, from both ends", () => {
    const graph = {
      ids: ["a", "b", "c"],
      x: new Float32Array(3),
      y: new Float32Array(3),
      strength: new Float32Array(3),
      mark: new Uint8Array(3),
      group: new Uint8Array(3),
      source: Uint32Array.of(0, 1, 0),
      target: Uint32Array.of(1, 2, 2),
      weight: Float32Array.of(1, 3, 2),
      layer: new Uint8Array(3),
    };
    const ties = neighboursOf(graph);
    expect([...ties.list.subarray(ties.start[0], ties.start[1])]).toEqual([2, 1]);
    expect([...ties.list.subarray(ties.start[1], ties.start[2])]).toEqual([2, 0]);
    expect([...ties.list.subarray(ties.start[2], ties.start[3])]).toEqual([1, 0]);
  });
});
