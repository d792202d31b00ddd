import type { Tally } from "../api/model";
import { useLedger } from "../api/resources";
import { count, day, shortened } from "../format";
import { LinkButton } from "../parts/code_button";
import { Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { useTitle } from "../state/title";
import { setQuery, usePlace } from "../router";
import { first } from "../url";

const BY = ["wave", "month", "source", "reason"] as const;

/** What people decided elsewhere and recorded here: waves of suspension, and what followed them. */
export function LedgerView() {
  useTitle("Ledger");
  const { query } = usePlace();
  const by = BY.find((each) => each === first(query, "by")) ?? "wave";
  const ledger = useLedger(by);
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <h1>Suspension ledger</h1>
          <p class="soft">What people decided, and when; recorded here, done elsewhere. Lockstep suspends nobody.</p>
        </div>
        <LinkButton />
      </div>
      <Loaded resource={ledger} what="the ledger">
        {({ summary, tallies }) => (
          <>
            <section class="panel" aria-label="Figures">
              <dl class="figures">
                <div><dt>accounts suspended so far</dt><dd>{count(summary.suspended)}</dd></div>
                <div><dt>still in force</dt><dd>{count(summary.in_force)}</dd></div>
                <div><dt>appeals running</dt><dd>{count(summary.appealed)}</dd></div>
                <div><dt>reinstated</dt><dd>{count(summary.reinstated)}</dd></div>
              </dl>
            </section>
            <section class="panel" aria-label="Tally">
              <header>
                <h2>By</h2>
                <div class="row">
                  {BY.map((each) => (
                    <button key={each} type="button" aria-pressed={each === by} onClick={() => setQuery({ by: each === "wave" ? [] : [each] })}>{each}</button>
                  ))}
                </div>
              </header>
              <Waves rows={tallies} />
              <Table caption={`Ledger by ${by}`} columns={columnsFor(by)} rows={tallies} rowKey={(row) => row.name}
                file={`ledger-by-${by}`} origin={["Lockstep ledger"]}
                empty={<p>Nothing is recorded yet: <code>lockstep ledger record STORE wave.csv</code></p>} />
            </section>
          </>
        )}
      </Loaded>
    </div>
  );
}

/** The running total as steps: 125,000, then 235,000 more, make 360,000. */
function Waves({ rows }: { rows: readonly Tally[] }) {
  if (rows.length < 2) return null;
  const most = Math.max(1, ...rows.map((row) => row.running_total));
  const wide = 480 / rows.length;
  return (
    <svg class="chart" viewBox="0 0 500 126" role="img" style={{ maxWidth: "720px" }}
      aria-label={`Accounts suspended so far: ${rows.map((row) => `${row.name} ${count(row.running_total)}`).join(", ")}`}>
      <path class="axis" d="M10,92H490" />
      {rows.map((row, place) => {
        const high = (80 * row.running_total) / most;
        const own = Math.min(high, (80 * row.suspended) / most);
        const x = 10 + place * wide + 3;
        return (
          <g key={row.name}>
            <rect class="bar off" x={x} y={92 - high + own} width={wide - 6} height={high - own} />
            <rect class="bar" x={x} y={92 - high} width={wide - 6} height={own} />
            <text x={x + wide / 2 - 3} y={106} text-anchor="middle">{count(row.running_total)}</text>
            <text x={x + wide / 2 - 3} y={121} text-anchor="middle">{shortened(row.name, 20)}</text>
          </g>
        );
      })}
    </svg>
  );
}

function columnsFor(by: string): readonly Column<Tally>[] {
  return [
    { key: "name", title: by, value: (row) => row.name, cell: (row) => <Name id={row.name} longest={40} /> },
    { key: "suspended", title: "Suspended", number: true, value: (row) => row.suspended, cell: (row) => count(row.suspended) },
    { key: "running", title: "Running total", number: true, value: (row) => row.running_total, cell: (row) => count(row.running_total) },
    { key: "appealed", title: "Appealed", number: true, value: (row) => row.appealed, cell: (row) => count(row.appealed) },
    { key: "reinstated", title: "Reinstated", number: true, value: (row) => row.reinstated, cell: (row) => count(row.reinstated) },
    { key: "in_force", title: "In force", number: true, value: (row) => row.in_force, cell: (row) => count(row.in_force) },
    { key: "first", title: "First", value: (row) => row.first_s, file: (row) => day(row.first_s), cell: (row) => day(row.first_s) },
    { key: "last", title: "Last", value: (row) => row.last_s, file: (row) => day(row.last_s), cell: (row) => day(row.last_s) },
  ];
}
