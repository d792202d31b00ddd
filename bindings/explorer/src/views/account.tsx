import { useMemo, useState } from "preact/hooks";
import type { AccountDetail, Membership, Neighbour, RunInfo } from "../api/model";
import { useAccount, useClusters } from "../api/resources";
import { TimeAxis, UpAxis } from "../charts/axis";
import { binned } from "../charts/bins";
import { Hours } from "../charts/hours";
import { useWidth } from "../charts/use_width";
import { count, decimal, moment, percent, plural } from "../format";
import { ChangeBadge } from "../parts/change_badge";
import { CodeButton, LinkButton } from "../parts/code_button";
import { AccountName, Name } from "../parts/name";
import { Empty, Loaded } from "../parts/states";
import { Table, type Column } from "../parts/table";
import { accountCode } from "../python";
import { useTitle } from "../state/title";
import { first, href, type Query } from "../url";
import { Neighbourhood } from "./neighbourhood";
import { PathOf } from "./referrals";
import { WhyNot } from "./why_not";
import { accountName } from "../state/masking";

export function AccountView({ run, query }: { run: RunInfo; query: Query }) {
  const id = first(query, "id");
  useTitle("Account");
  if (id === undefined) {
    return <Empty><p>Search for an account above (<kbd>/</kbd>), by the beginning of its id.</p></Empty>;
  }
  return <Account key={id} run={run} id={id} />;
}

function Account({ run, id }: { run: RunInfo; id: string }) {
  const account = useAccount(run.run_id, id);
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <p class="crumbs">Account</p>
          <h1><AccountName id={id} longest={80} /></h1>
        </div>
        <div class="row"><LinkButton /><CodeButton code={accountCode(run.folder, id)} /></div>
      </div>
      <Loaded resource={account} what="the account" lines={9}>
        {(data) => <Parts run={run} data={data} />}
      </Loaded>
    </div>
  );
}

function Parts({ run, data }: { run: RunInfo; data: AccountDetail }) {
  const here = data.memberships.find((each) => each.run_id === run.run_id && each.cluster_id !== null);
  return (
    <>
      <p class="sentence">
        {here?.cluster_id
          ? <>In this run it is a member of <a href={href({ view: "cluster", run: run.run_id, cluster: here.cluster_id, tab: "graph" }, { sel: [data.account_id] })}>{here.cluster_id}</a>, tied to <a href="#neighbours">{plural(data.neighbours_total, "account")}</a>.</>
          : data.neighbours_total > 0
            ? <>It is in no cluster of this run, but tied to <a href="#neighbours">{plural(data.neighbours_total, "account")}</a>.</>
            : <>It is in no cluster of this run and tied to nobody beyond chance.</>}
      </p>
      <div class="grid">
        <Memberships rows={data.memberships} />
        <Said data={data} run={run.run_id} />
        {data.hours && (
          <section class="panel" aria-labelledby="hours-head">
            <header><h2 id="hours-head">By hour of the day, UTC</h2></header>
            <Hours counts={data.hours} whose="the account" />
          </section>
        )}
      </div>
      {data.actions && data.actions.total > 0 && <Actions actions={data.actions} id={data.account_id} />}
      {data.neighbours_total > 0 && <Neighbourhood run={run.run_id} id={data.account_id} total={data.neighbours_total} />}
      <section class="panel" id="neighbours" aria-labelledby="neighbours-head">
        <header>
          <h2 id="neighbours-head">Tied to</h2>
          <span class="soft">
            {data.neighbours_total > data.neighbours.length
              ? `the ${count(data.neighbours.length)} strongest of ${plural(data.neighbours_total, "account")}`
              : plural(data.neighbours_total, "account")}
          </span>
        </header>
        <Table caption="Accounts it is tied to" columns={neighbourColumns(run.run_id, data.account_id)} rows={data.neighbours}
          rowKey={(row) => row.account_id} file="neighbours" origin={[`Lockstep run ${run.run_id}, ties of ${accountName(data.account_id)}`]}
          pageSize={25} empty={<p>No tie passed the test.</p>} />
      </section>
      <AskWhyNot run={run.run_id} account={data.account_id} own={here?.cluster_id ?? null} />
    </>
  );
}

function Memberships({ rows }: { rows: readonly Membership[] }) {
  return (
    <section class="panel" aria-labelledby="nights-head">
      <header><h2 id="nights-head">Over the nights</h2></header>
      {rows.length === 0 ? <p class="soft">In no cluster of any night.</p> : (
        <table class="table">
          <thead><tr><th scope="col">Night</th><th scope="col">Cluster</th><th scope="col" class="number">Membership</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.run_id}>
                <td>{row.run_id}</td>
                <td>
                  {row.cluster_id
                    ? <a href={href({ view: "cluster", run: row.run_id, cluster: row.cluster_id, tab: "graph" })}>{row.cluster_id}</a>
                    : <span class="soft">none</span>}
                  {row.lasting_id && <span class="soft small"> {row.lasting_id}</span>} <ChangeBadge change={row.change} />
                </td>
                <td class="number">{percent(row.membership)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Said({ data, run }: { data: AccountDetail; run: string }) {
  return (
    <section class="panel" aria-labelledby="said-head">
      <header><h2 id="said-head">What was said of it</h2></header>
      {data.words.length === 0 && !data.candidate && <p class="soft">No referral, and nothing in the ledger.</p>}
      {data.words.length > 0 && (
        <ol class="history">
          {data.words.map((word) => (
            <li key={`${word.what} ${word.source} ${word.time_s}`}>
              <strong>{word.what}</strong> by <Name id={word.source} /> {word.time_s !== null && <span class="soft small">{moment(word.time_s, false)} UTC</span>}
              {word.detail !== "" && <div class="soft small"><Name id={word.detail} longest={200} /></div>}
            </li>
          ))}
        </ol>
      )}
      {data.candidate && (
        <p>
          Number {count(data.candidate.rank)} of the <a href={href({ view: "referrals", run })}>referral queue</a>, reached by{" "}
          <PathOf run={run} path={data.candidate.path} />.
        </p>
      )}
    </section>
  );
}

function Actions({ actions, id }: { actions: NonNullable<AccountDetail["actions"]>; id: string }) {
  const [box, width] = useWidth<HTMLDivElement>(900);
  const rows = useMemo(
    () => actions.time_s.map((time_s, i) => ({ i, time_s, object: actions.object[i], layer: actions.layer[i] })),
    [actions],
  );
  const from = Math.min(...actions.time_s);
  const to = Math.max(from + 1, ...actions.time_s);
  const [left, right] = [44, width - 10];
  const bins = Math.max(20, Math.min(160, Math.floor((right - left) / 7)));
  const counts = useMemo(() => binned(actions.time_s, from, to, bins), [actions, bins]);
  const most = Math.max(1, ...counts);
  return (
    <section class="panel" aria-labelledby="actions-head">
      <header>
        <h2 id="actions-head">What it did</h2>
        <span class="soft">
          {actions.total > rows.length ? `the last ${count(rows.length)} of ${plural(actions.total, "action")}` : plural(actions.total, "action")}
        </span>
      </header>
      <div ref={box}>
        <svg class="chart" viewBox={`0 0 ${width} 90`} role="img" aria-label="Its actions over time; the table below holds them">
          <UpAxis whole to={most} left={left} right={right} top={6} bottom={64} />
          {counts.map((value, bin) => (
            <rect key={bin} class="bar" x={left + (bin * (right - left)) / bins} y={64 - (58 * value) / most}
              width={Math.max(1, (right - left) / bins - 1)} height={(58 * value) / most} />
          ))}
          <TimeAxis from_s={from} to_s={to} left={left} right={right} y={64} />
        </svg>
      </div>
      <Table caption="Its actions" rows={rows} columns={ACTIONS} rowKey={(row) => String(row.i)} pageSize={15}
        sort={{ key: "time", down: true }} file="actions" origin={[`Lockstep, actions of ${accountName(id)}`]} />
    </section>
  );
}

interface ActionRow {
  readonly i: number;
  readonly time_s: number;
  readonly object: string;
  readonly layer: string;
}

const ACTIONS: readonly Column<ActionRow>[] = [
  { key: "time", title: "When, UTC", value: (row) => row.time_s, file: (row) => moment(row.time_s), cell: (row) => <span class="nowrap">{moment(row.time_s)}</span> },
  { key: "layer", title: "Kind", value: (row) => row.layer, cell: (row) => <Name id={row.layer} /> },
  { key: "object", title: "On what", value: (row) => row.object, cell: (row) => <Name id={row.object} longest={80} /> },
];

function neighbourColumns(run: string, id: string): readonly Column<Neighbour>[] {
  return [
    { key: "account", title: "Account", value: (row) => accountName(row.account_id), cell: (row) => <a href={href({ view: "account", run }, { id: [row.account_id] })}><AccountName id={row.account_id} longest={40} /></a> },
    { key: "weight", title: "Weight", number: true, help: "\u2212log10 p of the tie, at most 50", value: (row) => row.weight, cell: (row) => decimal(row.weight, 1) },
    { key: "layers", title: "Kinds", value: (row) => row.layers.join("; ") },
    { key: "cluster", title: "Cluster", value: (row) => row.cluster_id, cell: (row) => (row.cluster_id ? <a href={href({ view: "cluster", run, cluster: row.cluster_id, tab: "graph" })}>{row.cluster_id}</a> : "\u2013") },
    { key: "why", title: "Tie", file: null, value: () => "", cell: (row) => <a href={href({ view: "edge", run }, { a: [id], b: [row.account_id] })}>why<span class="hidden-text"> tied to <AccountName id={row.account_id} /></span></a> },
  ];
}

function AskWhyNot({ run, account, own }: { run: string; account: string; own: string | null }) {
  const clusters = useClusters(run);
  const [asked, setAsked] = useState("");
  if (clusters.state !== "ready") return null;
  const others = clusters.data.rows.filter((row) => row.cluster_id !== own);
  if (others.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="whynot-head">
      <header><h2 id="whynot-head">Why is it not in another cluster?</h2></header>
      <label>
        Cluster{" "}
        <select value={asked} onChange={(event) => setAsked(event.currentTarget.value)}>
          <option value="">choose one</option>
          {others.map((row) => <option key={row.cluster_id} value={row.cluster_id}>{row.cluster_id}</option>)}
        </select>
      </label>
      {asked !== "" && <WhyNot run={run} account={account} cluster={asked} />}
    </section>
  );
}
