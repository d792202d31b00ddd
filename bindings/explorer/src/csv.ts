// Tables as files. A spreadsheet must show a hostile id, not run it.

export type Cell = string | number | boolean | null | undefined;

export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const guarded = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) || guarded !== guarded.trim()
    ? `"${guarded.replace(/"/g, '""')}"`
    : guarded;
}

/** Rows as shown, below lines that say where they come from. */
export function csvText(origin: readonly string[], header: readonly string[], rows: readonly Cell[][]): string {
  const notes = origin.map((line) => `# ${line.replace(/[\r\n]+/g, " ")}`);
  const lines = [header, ...rows].map((row) => row.map(csvCell).join(","));
  return `${[...notes, ...lines].join("\r\n")}\r\n`;
}

export function download(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
