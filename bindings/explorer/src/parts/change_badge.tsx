const WORDS: Record<string, string> = {
  born: "new",
  returned: "returned",
  grown: "grown",
  shrunk: "shrunk",
  changed: "other members",
  merged: "merged",
  split: "split",
  same: "as before",
  gone: "gone",
};

export function changeWord(change: string): string {
  return WORDS[change] ?? change;
}

/** What became of a cluster since the night before. */
export function ChangeBadge({ change }: { change: string | null }) {
  if (change === null) return null;
  const kind = change === "returned" ? "badge warn" : change === "born" || change === "grown" ? "badge new" : "badge";
  return <span class={kind}>{changeWord(change)}</span>;
}
