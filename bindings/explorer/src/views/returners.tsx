import { useMemo } from "preact/hooks";
import type { ClusterDetail, Returner, RunInfo } from "../api/model";
import { useReturners } from "../api/resources";
import { count, day, decimal, plural } from "../format";
import { AccountName, Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { accountName } from "../state/masking";
import { href } from "../url";
import { PathOf } from "./referrals";

/** New accounts that resemble suspended ones, with the entry of the ledger that each leads back to. */
export function ReturnersPanel({ run }: { run: RunInfo }) {
  const returners = useReturners(run.run_id);
  const columns = useMemo(() => columnsFor(run.run_id), [run.run_id]);
  return (
    <section class="panel" aria-labelledby="returners-head">
      <header><h2 id="returners-head">New accounts that resemble suspended ones</h2></header>
      <Loaded resource={returners} what="accounts that resemble suspended ones" lines={4}>
        {({ rows, new: fresh, suspended, alike }) => (fresh === null ? (
          <p class="soft">Nobody was suspended by the ledger when this run was made, so nobody was compared.</p>
        ) : (
          <>
            <p>
              Of {plural(fresh, "new account")}, compared with {plural(suspended ?? 0, "suspended one")},{" "}
              <strong>{count(alike ?? 0)}</strong> are to be looked at. A likeness is no proof that the same people are
              back: accounts of one interest resemble each other too.
            </p>
            {rows.length > 0 && (
              <Table caption="New accounts that resemble suspended ones" columns={columns} rows={rows}
                rowKey={(row) => row.account_id} file={`returners-${run.run_id}`} pageSize={20}
                origin={[`Lockstep run ${run.run_id}, new accounts that resemble suspended ones`]} />
            )}
          </>
        ))}
      </Loaded>
    </section>
  );
}

/** Of one cluster: which of its members came after a takedown and resemble whom it took. */
export function ResemblingMembers({ run, detail }: { run: string; detail: ClusterDetail }) {
  const { resembling, resembling_total: total } = detail;
  if (total === 0) return null;
  return (
    <details class="note" open>
      <summary>
        <strong>{plural(total, "member")}</strong> came after a takedown and {total === 1 ? "resembles" : "resemble"} suspended accounts
      </summary>
      <ul>
        {resembling.map((row) => (
          <li key={row.account_id}>
            <a href={href({ view: "account", run }, { id: [row.account_id] })}><AccountName id={row.account_id} /></a>{" "}
            resembles <Suspended run={run} row={row} />, {plural(row.shared, "thing")} shared
          </li>
        ))}
      </ul>
      {total > resembling.length && <p class="soft small">and {count(total - resembling.length)} more: see the referral queue.</p>}
    </details>
  );
}

function Suspended({ run, row }: { run: string; row: Returner }) {
  return (
    <>
      <a href={href({ view: "account", run }, { id: [row.resembles] })}><AccountName id={row.resembles} /></a>, suspended{" "}
      {day(row.suspended_s)}{row.wave && <> in wave <a href="/ledger"><Name id={row.wave} /></a></>}
    </>
  );
}

function columnsFor(run: string): readonly Column<Returner>[] {
  return [
    { key: "rank", title: "Rank", number: true, value: (row) => row.rank },
    {
      key: "account", title: "Account", value: (row) => accountName(row.account_id),
      cell: (row) => (
        <>
          <a href={href({ view: "account", run }, { id: [row.account_id] })}><AccountName id={row.account_id} /></a>{" "}
          {row.fresh ? <span class="badge">new</span> : !row.alike && <span class="soft small">likeness too small</span>}
        </>
      ),
    },
    { key: "first", title: "First seen", value: (row) => row.first_s, file: (row) => day(row.first_s), cell: (row) => <span class="nowrap">{day(row.first_s)}</span> },
    { key: "score", title: "Likeness", number: true, help: "0 to 1; no probability", value: (row) => row.score, cell: (row) => decimal(row.score) },
    { key: "resembles", title: "Resembles", value: (row) => accountName(row.resembles), cell: (row) => <Suspended run={run} row={row} /> },
    { key: "wave", title: "Wave", value: (row) => row.wave, cell: (row) => (row.wave ? <Name id={row.wave} /> : "\u2013") },
    { key: "closeness", title: "Close", number: true, help: "Personalised PageRank from suspended accounts, over the largest", value: (row) => row.closeness, cell: (row) => decimal(row.closeness) },
    { key: "similarity", title: "Similar", number: true, help: "Cosine of what both acted on and upon whom", value: (row) => row.similarity, cell: (row) => decimal(row.similarity) },
    {
      key: "shared", title: "What they share", number: false, value: (row) => row.shared,
      cell: (row) => (
        <>
          {row.path.length > 0 && <div><PathOf run={run} path={row.path} /></div>}
          {row.shared_objects.map((object) => <div key={object}><Name id={object} /></div>)}
          {row.shared_targets.map((target) => <div key={target}><AccountName id={target} /></div>)}
        </>
      ),
    },
  ];
}
