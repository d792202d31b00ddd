import { useMemo } from "preact/hooks";
import { count, plural } from "../../format";
import { Name } from "../../parts/name";
import { setQuery } from "../../router";
import type { Events } from "../../state/events";

const MOST = 8;

/** On what they met, within what is chosen; a chosen object keeps graph and tables to it. */
export function ObjectList(props: { events: Events; kept: readonly number[]; chosen: number | null }) {
  const { events, kept, chosen } = props;
  const rows = useMemo(() => {
    const counts = new Map<number, number>();
    for (const i of kept) counts.set(events.object[i], (counts.get(events.object[i]) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }, [events, kept]);
  const choose = (object: number | null): void =>
    setQuery({ object: object === null ? [] : [events.objects[object]] });
  return (
    <section class="panel" aria-label="Objects">
      <header>
        <h2>On what</h2>
        {chosen !== null && (
          <div class="tools"><button type="button" class="plain" onClick={() => choose(null)}>All objects</button></div>
        )}
      </header>
      <ul class="pick-list">
        {rows.slice(0, MOST).map(([object, many]) => (
          <li key={object}>
            <button type="button" class="plain" aria-pressed={object === chosen} onClick={() => choose(object === chosen ? null : object)}>
              <Name id={events.objects[object]} longest={32} />
            </button>
            <span class="soft small nowrap">{count(many)}</span>
          </li>
        ))}
      </ul>
      {rows.length > MOST && <p class="soft small">and {plural(rows.length - MOST, "more object")} in the table below.</p>}
      {rows.length === 0 && <p class="soft small">No co-action in what is chosen.</p>}
    </section>
  );
}
