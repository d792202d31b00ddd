import { describe, expect, it } from "vitest";
import { CLUSTER_TABS, formatPath, formatQuery, formatSpan, href, parsePath, parseQuery, parseSpan, type Route } from "../src/url";

const HOSTILE = ["a,b", "50% off", "x&y=z", "<img src=x>", "\u202eevil", "a+b c", "#?/", "\u{1f600}", "%2C", "a=b"];

describe("addresses", () => {
  it("hold any id, commas and all", () => {
    const query = { sel: HOSTILE, id: [HOSTILE[0]] };
    expect(parseQuery(formatQuery(query))).toEqual(query);
  });

  it("read back every view as it was", () => {
    const routes: Route[] = [
      { view: "tonight", run: "2026-11-23-9f3c" },
      { view: "clusters", run: "2026-11-23-9f3c" },
      ...CLUSTER_TABS.map((tab) => ({ view: "cluster", run: "R", cluster: "C-0001", tab }) as Route),
      { view: "account", run: "R" },
      { view: "edge", run: "R" },
      { view: "referrals", run: "R" },
      { view: "compare", run: "A", other: "B" },
    ];
    for (const route of routes) expect(parsePath(formatPath(route))).toEqual(route);
  });

  it("name what no view has", () => {
    for (const path of ["/r/R/nonsense", "/x", "/r/R/c/C-0001/nonsense"]) expect(parsePath(path).view).toBe("missing");
    expect(parsePath("/").view).toBe("tonight");
    expect(parsePath("/ledger").view).toBe("ledger");
  });

  it("do not fall over a broken escape", () => {
    expect(parseQuery("?id=%E0%A4")).toEqual({ id: ["%E0%A4"] });
    expect(parsePath("/r/%E0%A4/clusters")).toEqual({ view: "clusters", run: "%E0%A4" });
  });

  it("keep a span of time to the second", () => {
    expect(formatSpan(1_700_000_000, 1_700_003_600)).toBe("2023-11-14T22:13:20Z..2023-11-14T23:13:20Z");
    expect(parseSpan(formatSpan(1_700_000_000, 1_700_003_600))).toEqual([1_700_000_000, 1_700_003_600]);
    for (const bad of [undefined, "", "x..y", "2023-11-14T23:13:20Z..2023-11-14T22:13:20Z"]) expect(parseSpan(bad)).toBeNull();
  });

  it("leave out keys without a value", () => {
    expect(href({ view: "clusters", run: "R" }, { sort: [], q: ["a"] })).toBe("/r/R/clusters?q=a");
  });
});
