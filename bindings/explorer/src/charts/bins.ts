/** Counts of values in `many` equal parts of [from, to]; what lies outside is not counted. */
export function binned(values: ArrayLike<number>, from: number, to: number, many: number): number[] {
  const counts = new Array<number>(many).fill(0);
  const width = Math.max(to - from, 1e-9) / many;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    if (value < from || value > to) continue;
    counts[Math.min(many - 1, Math.floor((value - from) / width))] += 1;
  }
  return counts;
}
