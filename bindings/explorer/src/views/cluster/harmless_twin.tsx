import type { ClusterRow } from "../../api/model";
import { percent, plural, visibleLines } from "../../format";

/** What somebody found of a cluster much like this one, so that nobody errs twice. */
export function HarmlessTwin({ row }: { row: ClusterRow }) {
  if (row.dismissed_case === null || row.dismissed_case === undefined) return null;
  return (
    <div class="note" role="note" aria-label="A dismissed case like it">
      <p>
        <strong>Much like a case that was dismissed</strong>: it has {plural(row.dismissed_shared ?? 0, "account")} in
        common with <a href="/cases">case {row.dismissed_case}</a> ({percent(row.dismissed_overlap)} of all in either).
      </p>
      {row.dismissed_note && <p class="words">{visibleLines(row.dismissed_note)}</p>}
    </div>
  );
}
