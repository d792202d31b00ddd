import { useCases, dispositionWords, type CaseRow } from "../api/cases";
import { useMeta } from "../api/resources";
import { moment, plural } from "../format";
import { LinkButton } from "../parts/code_button";
import { Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { setQuery, usePlace } from "../router";
import { useTitle } from "../state/title";
import { first, href } from "../url";
import { AuditPanel } from "./audit";

const STATES = ["open", "proposed", "signed"] as const;

/** Every case, and what waits for whom. */
export function CasesView() {
  useTitle("Cases");
  const { query } = usePlace();
  const state = first(query, "state");
  const cases = useCases();
  const meta = useMeta();
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <h1>Cases</h1>
          <p class="soft">What was decided, by whom and why. A proposal counts once a second person has signed it; no step acts on any account.</p>
        </div>
        <LinkButton />
      </div>
      <section class="panel" aria-label="Cases">
        <Loaded resource={cases} what="the cases">
          {(list) => {
            const rows = list.cases.filter((row) => state === undefined || row.state === state);
            return (
              <>
                <header class="row">
                  <button type="button" aria-pressed={state === undefined} onClick={() => setQuery({ state: [] })}>all</button>
                  {STATES.map((each) => (
                    <button key={each} type="button" aria-pressed={state === each} onClick={() => setQuery({ state: [each] })}>{each}</button>
                  ))}
                  <span class="soft" aria-live="polite">{plural(rows.length, "case")}{list.total > list.cases.length && `; the latest ${list.cases.length} of ${list.total}`}</span>
                </header>
                <Table caption="Cases" columns={COLUMNS} rows={rows} rowKey={(row) => String(row.case_id)}
                  sort={{ key: "last", down: true }} file="cases" origin={["Lockstep cases"]}
                  empty={<p>No case here. Open one from a cluster, under <strong>Decision</strong>.</p>} />
              </>
            );
          }}
        </Loaded>
      </section>
      {meta.state === "ready" && meta.data.role === "lead" && <AuditPanel />}
    </div>
  );
}

const COLUMNS: readonly Column<CaseRow>[] = [
  { key: "case", title: "Case", number: true, value: (row) => row.case_id },
  {
    key: "cluster", title: "Cluster", value: (row) => row.cluster_id,
    cell: (row) => <a href={href({ view: "cluster", run: row.run_id, cluster: row.cluster_id, tab: "graph" })}>{row.cluster_id}</a>,
  },
  { key: "run", title: "Run", value: (row) => row.run_id },
  { key: "members", title: "Accounts", number: true, value: (row) => row.members },
  { key: "state", title: "State", value: (row) => row.state, cell: (row) => <span class={row.state === "signed" ? "badge good" : row.state === "proposed" ? "badge new" : "badge"}>{row.state}</span> },
  { key: "disposition", title: "Disposition", value: (row) => row.disposition, cell: (row) => (row.disposition ? dispositionWords(row.disposition) : "\u2013") },
  { key: "proposed", title: "Proposed by", value: (row) => row.proposed_by, cell: (row) => (row.proposed_by ? <Name id={row.proposed_by} /> : "\u2013") },
  { key: "signed", title: "Signed by", value: (row) => row.signed_by, cell: (row) => (row.signed_by ? <Name id={row.signed_by} /> : "\u2013") },
  { key: "assignee", title: "In the hands of", value: (row) => row.assignee, cell: (row) => (row.assignee ? <Name id={row.assignee} /> : "\u2013") },
  { key: "last", title: "Last change, UTC", value: (row) => row.last_s, file: (row) => moment(row.last_s), cell: (row) => moment(row.last_s, false) },
];
