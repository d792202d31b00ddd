/** A tiny histogram of numbers or shares; `said` is what it shows, in words. */
export function Spark({ counts, said }: { counts: readonly number[]; said: string }) {
  const most = Math.max(0, ...counts) || 1;
  const wide = 110 / Math.max(1, counts.length);
  return (
    <svg class="spark" viewBox="0 0 110 24" role="img" aria-label={said} preserveAspectRatio="none">
      {counts.map((value, bin) => {
        const high = value === 0 ? 0 : Math.max(1.5, (22 * value) / most);
        return <rect key={bin} x={bin * wide} y={24 - high} width={Math.max(1, wide - 0.8)} height={high} />;
      })}
    </svg>
  );
}
