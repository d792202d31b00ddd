import { useMemo } from "preact/hooks";
import { count, plural, span as written } from "../../format";
import { Name } from "../../parts/name";
import { setQuery } from "../../router";
import { inForce } from "../../state/events";
import { Cut, type Linked } from "./graph_tab";
import { EvidenceTable, rowsOf } from "./evidence_table";

/** Every co-action as a row, kept to the chosen time, accounts and object. */
export function EvidenceTab(props: Linked) {
  const { run, cluster, events, picked, span, choose, origin, object } = props;
  const rows = useMemo(
    () => rowsOf(events, inForce(events, { span, object, picked })),
    [events, span, picked, object],
  );
  return (
    <section class="panel" aria-labelledby="rows-head">
      <header>
        <h2 id="rows-head">Co-actions</h2>
        <span class="soft" aria-live="polite">{count(rows.length)} of {plural(events.source.length, "co-action")}</span>
        {events.total > events.source.length && <Cut shown={events.source.length} total={events.total} />}
        <div class="tools">
          {span && <button type="button" onClick={() => choose(null, true)}>{written(...span)} {"\u00d7"}</button>}
          {picked.size > 0 && (
            <button type="button" onClick={() => setQuery({ sel: [] })}>{plural(picked.size, "picked account")} {"\u00d7"}</button>
          )}
          {object !== null && (
            <button type="button" onClick={() => setQuery({ object: [] })}><Name id={events.objects[object]} longest={30} /> {"\u00d7"}</button>
          )}
        </div>
      </header>
      <EvidenceTable run={run} caption={`Co-actions of ${cluster}`} rows={rows} file={`${cluster}-co-actions`} origin={origin} />
    </section>
  );
}
