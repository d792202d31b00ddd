import { useState } from "preact/hooks";
import { useAudit, type AuditLine } from "../api/cases";
import { count, moment, plural } from "../format";
import { Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";

/** What was done by whom, each line bound to the one before it; for leads. */
export function AuditPanel() {
  const [before, setBefore] = useState<number | null>(null);
  const audit = useAudit(before);
  return (
    <section class="panel" aria-labelledby="audit-head">
      <header><h2 id="audit-head">Audit log</h2></header>
      <Loaded resource={audit} what="the audit log">
        {(page) => (
          <>
            {page.problems.length === 0
              ? <p><span class="badge good">whole</span> Each of the {plural(page.total, "line")} still fits the one before it.</p>
              : page.problems.map((problem) => <p key={problem} class="note warn">{problem}</p>)}
            <Table caption="Audit log" columns={COLUMNS} rows={page.entries} rowKey={(row) => String(row.sequence)}
              file="audit" origin={["Lockstep audit log"]} pageSize={25}
              tools={(
                <>
                  {before !== null && <button type="button" onClick={() => setBefore(null)}>Newest lines</button>}
                  {page.next_before !== null && (
                    <button type="button" onClick={() => setBefore(page.next_before)}>Lines before {count(page.next_before)}</button>
                  )}
                </>
              )} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const COLUMNS: readonly Column<AuditLine>[] = [
  { key: "sequence", title: "Line", number: true, value: (row) => row.sequence },
  { key: "time", title: "When, UTC", value: (row) => row.time_s, file: (row) => moment(row.time_s), cell: (row) => <span class="nowrap">{moment(row.time_s)}</span> },
  { key: "actor", title: "Who", value: (row) => row.actor, cell: (row) => <Name id={row.actor} /> },
  { key: "action", title: "What", value: (row) => row.action, cell: (row) => <Name id={row.action} /> },
  { key: "detail", title: "Detail", value: (row) => row.detail, cell: (row) => <Name id={row.detail} longest={80} /> },
  { key: "hash", title: "Hash", value: (row) => row.hash, cell: (row) => <Name id={row.hash} longest={14} /> },
];
