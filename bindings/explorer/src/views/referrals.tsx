import { useMemo } from "preact/hooks";
import type { Candidate, Partner, RunInfo } from "../api/model";
import { useReferrals } from "../api/resources";
import { count, decimal, percent, plural } from "../format";
import { CodeButton, LinkButton } from "../parts/code_button";
import { AccountName, Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { ReturnersPanel } from "./returners";
import { Table, type Column } from "../parts/table";
import { tableCode } from "../python";
import { useTitle } from "../state/title";
import { href } from "../url";
import { accountName } from "../state/masking";

const MOST_STEPS = 6;

/** Accounts that lie close to those whom partners referred, the closest first. */
export function ReferralsView({ run }: { run: RunInfo }) {
  useTitle("Referral queue");
  const referrals = useReferrals(run.run_id);
  const columns = useMemo(() => columnsFor(run.run_id), [run.run_id]);
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <h1>Referral queue</h1>
          <p class="soft">
            Nobody referred these accounts. They lie close to referred ones in the graph of co-action: a reason to look,
            no more.
          </p>
        </div>
        <div class="row"><LinkButton /><CodeButton code={tableCode(run.folder, "candidates")} /></div>
      </div>
      <Loaded resource={referrals} what="the referrals" lines={8}>
        {({ candidates, partners, total }) => (
          <>
            {partners.length > 0 && (
              <section class="panel" aria-labelledby="partners-head">
                <header><h2 id="partners-head">Partners</h2><span class="soft small">reliability: what became of their earlier referrals</span></header>
                <Table caption="Partners" columns={PARTNERS} rows={partners} rowKey={(row) => row.source} file="partners" origin={["Lockstep partners"]} />
              </section>
            )}
            <section class="panel" aria-labelledby="queue-head">
              <header>
                <h2 id="queue-head">To look at</h2>
                <span class="soft">{plural(candidates.length, "account")}{total > candidates.length && ` of ${count(total)}: the closest`}</span>
              </header>
              <Table caption="Accounts near referred ones" columns={columns} rows={candidates} rowKey={(row) => row.account_id}
                file={`candidates-${run.run_id}`} origin={[`Lockstep run ${run.run_id}, accounts near referred ones`]}
                empty={<p>No account lies near a referred one, or nothing was referred: <code>lockstep sweep STORE --referrals partners.csv</code></p>} />
            </section>
          </>
        )}
      </Loaded>
      <ReturnersPanel run={run} />
    </div>
  );
}

const PARTNERS: readonly Column<Partner>[] = [
  { key: "source", title: "Source", value: (row) => row.source, cell: (row) => <Name id={row.source} /> },
  { key: "referred", title: "Referred", number: true, value: (row) => row.referred },
  { key: "confirmed", title: "Confirmed", number: true, value: (row) => row.confirmed },
  { key: "rejected", title: "Rejected", number: true, value: (row) => row.rejected },
  { key: "open", title: "Open", number: true, value: (row) => row.open },
  { key: "reliability", title: "Reliability", number: true, value: (row) => row.reliability, cell: (row) => percent(row.reliability) },
];

/** A walk from a referred account to this one, each step a tie that can be asked about. */
export function PathOf({ run, path }: { run: string; path: readonly string[] }) {
  const shown = path.length > MOST_STEPS ? [...path.slice(0, 3), ...path.slice(-2)] : path;
  return (
    <>
      {shown.map((id, step) => (
        <span key={id}>
          {step > 0 && <a href={href({ view: "edge", run }, { a: [shown[step - 1]], b: [id] })} aria-label="why this step"> {"\u2192"} </a>}
          <a href={href({ view: "account", run }, { id: [id] })}><AccountName id={id} longest={18} /></a>
        </span>
      ))}
    </>
  );
}

function columnsFor(run: string): readonly Column<Candidate>[] {
  return [
    { key: "rank", title: "Rank", number: true, value: (row) => row.rank },
    {
      key: "account", title: "Account", value: (row) => accountName(row.account_id),
      cell: (row) => <a href={href({ view: "account", run }, { id: [row.account_id] })}><AccountName id={row.account_id} longest={32} /></a>,
    },
    {
      key: "score", title: "Closeness", number: true, help: "Personalised PageRank from the referred accounts",
      value: (row) => row.score, cell: (row) => decimal(row.score, 4),
    },
    {
      key: "cluster", title: "Cluster", value: (row) => row.cluster_id,
      cell: (row) => (row.cluster_id
        ? <a href={href({ view: "cluster", run, cluster: row.cluster_id, tab: "graph" }, { sel: [row.account_id] })}>{row.cluster_id}</a>
        : "\u2013"),
    },
    {
      key: "path", title: "Most probable way from a referred account", value: (row) => row.path.length,
      file: (row) => row.path.map(accountName).join(" > "), cell: (row) => <PathOf run={run} path={row.path} />,
    },
    { key: "sources", title: "Referred by", value: (row) => row.sources.join("; "), cell: (row) => row.sources.map((each) => <div key={each}><Name id={each} /></div>) },
    { key: "groups", title: "Known groups", value: (row) => row.groups.join("; ") },
  ];
}
