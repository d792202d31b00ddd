// The same view in a notebook: at most six lines that give the frame behind the page.

/** A Python string literal; ids are hostile, so nothing is left to quote itself. */
export function pythonString(text: string): string {
  const body = [...text]
    .map((char) => {
      const code = char.codePointAt(0) ?? 0;
      if (char === "\\" || char === '"') return `\\${char}`;
      if (code >= 0x20 && code < 0x7f) return char;
      if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
      return `\\U${code.toString(16).padStart(8, "0")}`;
    })
    .join("");
  return `"${body}"`;
}

export function openRun(folder: string): string {
  return `import lockstep as ls\n\nrun = ls.Run.open(${pythonString(folder)})  # in the folder of runs`;
}

export function clusterCode(folder: string, cluster: string, what: string): string {
  return `${openRun(folder)}\ncluster = run.cluster(${pythonString(cluster)})\ncluster.${what}`;
}

export function edgeCode(folder: string, a: string, b: string): string {
  return `${openRun(folder)}\nrun.why(${pythonString(a)}, ${pythonString(b)}).to_pandas()`;
}

export function tableCode(folder: string, table: string): string {
  return `${openRun(folder)}\nrun.${table}.to_pandas()`;
}

export function accountCode(folder: string, account: string): string {
  return [
    openRun(folder),
    `account = ${pythonString(account)}`,
    "pairs = run.pairs.to_pandas()",
    'pairs[(pairs["source"] == account) | (pairs["target"] == account)]',
  ].join("\n");
}
