import { describe, expect, it } from "vitest";
import { decimal, duration, hasUnseen, percent, plural, probability, shortened, visible } from "../src/format";

describe("figures", () => {
  it("are short and right", () => {
    expect(decimal(0)).toBe("0");
    expect(decimal(1234.5)).toBe("1,235");
    expect(decimal(0.0001)).toBe("1.0e\u22124");
    expect(decimal(null)).toBe("\u2013");
    expect(percent(0.123)).toBe("12%");
    expect(percent(0.0012)).toBe("0.12%");
    expect(plural(1, "account")).toBe("1 account");
    expect(plural(4210, "account")).toBe("4,210 accounts");
    expect(duration(41)).toBe("41 s");
    expect(duration(5400)).toBe("90 min");
    expect(duration(86_400)).toBe("24 h");
  });

  it("keep probabilities that a double cannot hold", () => {
    expect(probability(-400.3)).toBe("5 \u00d7 10\u207b\u2074\u2070\u00b9");
    expect(probability(-1)).toBe("0.1");
    expect(probability(null, 0.02)).toBe("0.02");
    expect(probability(null)).toBe("\u2013");
  });
});

describe("names from outside", () => {
  it("show what cannot be seen", () => {
    expect(visible("a\u202eb")).toBe("a\\u{202E}b");
    expect(visible("a\u200bb")).toBe("a\\u{200B}b");
    expect(visible("a\u0000b\nc")).toBe("a\\u{0000}b\\u{000A}c");
    expect(visible("a\u00a0b")).toBe("a\\u{00A0}b");
    expect(visible("\ud800x")).toBe("\\u{D800}x");
    expect(visible("Zo\u00eb \u0631 \u{1f600}")).toBe("Zo\u00eb \u0631 \u{1f600}");
    expect(hasUnseen("plain")).toBe(false);
    expect(hasUnseen("pl\u2066ain")).toBe(true);
  });

  it("are cut in the middle, between characters", () => {
    expect(shortened("short")).toBe("short");
    const cut = shortened("x".repeat(10_000), 28);
    expect(cut).toHaveLength(28);
    expect(shortened("begin" + "x".repeat(100) + "end", 20)).toMatch(/^begin.*\u2026.*end$/);
    expect(shortened("\u{1f600}".repeat(100), 10)).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });
});
