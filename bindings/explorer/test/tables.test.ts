import { describe, expect, it } from "vitest";
import { csvCell, csvText } from "../src/csv";
import { edgeCode, pythonString } from "../src/python";
import { sortRows } from "../src/parts/table";

describe("CSV", () => {
  it("runs nothing in a spreadsheet and keeps every cell apart", () => {
    expect(csvCell("=cmd|' /C calc'!A0")).toBe("'=cmd|' /C calc'!A0");
    expect(csvCell("+1")).toBe("'+1");
    expect(csvCell("@x")).toBe("'@x");
    expect(csvCell(-3)).toBe("-3");
    expect(csvCell('a"b,c')).toBe('"a""b,c"');
    expect(csvCell("line\nbreak")).toBe('"line\nbreak"');
    expect(csvCell(null)).toBe("");
  });

  it("says where the rows come from", () => {
    expect(csvText(["run R\nx"], ["a", "b"], [[1, "y"]])).toBe("# run R x\r\na,b\r\n1,y\r\n");
  });
});

describe("Python", () => {
  it("quotes any id so that it stays one string", () => {
    expect(pythonString('a"b\\')).toBe('"a\\"b\\\\"');
    expect(pythonString("\n\u202e\u{1f600}")).toBe('"\\u000a\\u202e\\U0001f600"');
    expect(edgeCode("/runs/R", "a", "b").split("\n").length).toBeLessThanOrEqual(6);
  });
});

describe("sorting", () => {
  const columns = [{ key: "n", title: "n", value: (row: { n: number | null }) => row.n }];
  it("is stable, by number, and leaves what is missing last both ways", () => {
    const rows = [{ n: 10 }, { n: null }, { n: 9 }, { n: 10 }];
    expect(sortRows(rows, columns, { key: "n", down: false })).toEqual([rows[2], rows[0], rows[3], rows[1]]);
    expect(sortRows(rows, columns, { key: "n", down: true })).toEqual([rows[0], rows[3], rows[2], rows[1]]);
  });
});
