import type { AlarmDetail, ClusterRow, RunInfo } from "../api/model";
import { useClusters, useRuns } from "../api/resources";
import { Spark } from "../charts/spark";
import { count, decimal, duration, percent, plural, span } from "../format";
import { ChangeBadge, changeWord } from "../parts/change_badge";
import { CodeButton, LinkButton } from "../parts/code_button";
import { Name } from "../parts/name";
import { Loaded } from "../parts/states";
import { openRun } from "../python";
import { useTitle } from "../state/title";
import { href } from "../url";

const SHOWN = 5;
const CHANGES = ["born", "returned", "grown", "merged", "split", "shrunk", "changed", "same", "gone"];

export function TonightView({ run }: { run: RunInfo }) {
  useTitle(`Run ${run.run_id}`);
  const clusters = useClusters(run.run_id);
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <p class="crumbs">Run {run.run_id}</p>
          <h1>{headline(run)}</h1>
        </div>
        <div class="row"><LinkButton /><CodeButton code={openRun(run.folder)} /></div>
      </div>
      <Alarms run={run} />
      <Figures run={run} />
      <div class="note">
        <p>
          A cluster shows <em>co-action</em>, never guilt: fans of one team, one newsroom with many accounts, or software
          that posts for its users act together too. This is a review queue; no step acts on any account.
        </p>
      </div>
      <section class="panel" aria-labelledby="first-head">
        <header>
          <h2 id="first-head">Read these first</h2>
          <div class="tools"><a href={href({ view: "clusters", run: run.run_id })}>All {plural(run.coordination.clusters, "cluster")}</a></div>
        </header>
        <Loaded resource={clusters} what="the clusters">
          {({ rows }) => <ReadFirst run={run.run_id} rows={rows} />}
        </Loaded>
      </section>
      <div class="grid">
        <Changes run={run} />
        <Input run={run} />
        <Cost run={run} />
      </div>
    </div>
  );
}

function headline(run: RunInfo): string {
  const { clusters, clustered_accounts: accounts } = run.coordination;
  if (clusters === 0) return "No group of accounts acts in concert beyond chance";
  const verb = clusters === 1 ? "acts" : "act";
  return `${plural(clusters, "cluster")} of ${plural(accounts, "account")} ${verb} in concert beyond chance`;
}

function Alarms({ run }: { run: RunInfo }) {
  if (run.alarms.length === 0) return null;
  return (
    <section aria-label="Alarms">
      {run.alarms.map((alarm) => (
        <div class="note warn" key={alarm}>
          <p><strong>Alarm.</strong> {alarm}</p>
          <Watched detail={run.alarm_details?.find((detail) => alarm.startsWith(detail.said))} />
        </div>
      ))}
    </section>
  );
}

/** What an alarm watches, over the nights before. */
function Watched({ detail }: { detail: AlarmDetail | undefined }) {
  if (detail === undefined) return null;
  const written = (value: number): string => (detail.unit === "share" ? percent(value) : decimal(value));
  const nights = detail.past.filter((night) => night.value !== null);
  const values = [...nights.map((night) => night.value ?? 0), detail.value];
  return (
    <p class="row small">
      <span>{written(detail.value)} tonight, limit {written(detail.limit)}</span>
      {nights.length > 0 && (
        <>
          <Spark counts={values} said={`Over the nights: ${values.map(written).join(", ")}`} />
          <span class="soft">{plural(nights.length, "night")} before, and tonight</span>
        </>
      )}
    </p>
  );
}

function Figures({ run }: { run: RunInfo }) {
  const { input, coordination } = run;
  const figures: [string, string][] = [
    ["accounts to review", count(coordination.clustered_accounts)],
    ["pairs tied", count(coordination.pairs)],
    ["pairs that could be tested", count(coordination.testable)],
    ["false discovery rate", percent(run.options.fdr)],
    ["actions read", count(input.actions)],
    ["accounts read", count(input.accounts)],
  ];
  return (
    <section class="panel" aria-label="Figures">
      <dl class="figures">
        {figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {input.first_s !== null && input.last_s !== null && <p class="soft small">Actions from {span(input.first_s, input.last_s)}</p>}
    </section>
  );
}

function ReadFirst({ run, rows }: { run: string; rows: readonly ClusterRow[] }) {
  if (rows.length === 0) return <p class="soft">Nothing to read tonight.</p>;
  const fresh = rows.filter((row) => row.change !== null && row.change !== "same");
  const chosen = [...new Set([...fresh, ...rows])].slice(0, SHOWN).sort((a, b) => a.rank - b.rank);
  return (
    <table class="table">
      <caption class="hidden-text">Clusters to read first</caption>
      <thead>
        <tr><th scope="col">Cluster</th><th scope="col">Over time</th><th scope="col">Why</th></tr>
      </thead>
      <tbody>
        {chosen.map((row) => (
          <tr key={row.cluster_id}>
            <td class="nowrap">
              <a href={href({ view: "cluster", run, cluster: row.cluster_id, tab: "graph" })}><strong>{row.cluster_id}</strong></a>
              <div><ChangeBadge change={row.change} /></div>
            </td>
            <td><Spark counts={row.spark} said={`Co-actions of ${row.cluster_id} over time`} /></td>
            <td>
              {row.reason}
              {row.insufficient && <div class="soft small">Too little data to judge: {row.insufficient}</div>}
              {row.groups.length > 0 && (
                <div class="soft small">Known groups: {row.groups.map((group) => <span key={group} class="badge good"><Name id={group} /></span>)}</div>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({ run }: { run: RunInfo }) {
  const runs = useRuns();
  const there = CHANGES.filter((change) => (run.changes[change] ?? 0) > 0);
  const other = runs.state === "ready" ? runs.data.find((each) => each.run_id !== run.run_id)?.run_id : undefined;
  const before = run.previous ?? other;
  return (
    <section class="panel" aria-labelledby="changed-head">
      <header><h2 id="changed-head">What changed</h2></header>
      {run.previous === null && <p class="soft">This run was compared with no earlier one.</p>}
      {there.length > 0 && (
        <table class="table">
          <thead><tr><th scope="col">Clusters</th><th scope="col" class="number">Number</th></tr></thead>
          <tbody>
            {there.map((change) => (
              <tr key={change}>
                <td>
                  {change === "gone" ? changeWord(change)
                    : <a href={href({ view: "clusters", run: run.run_id }, { change: [change] })}>{changeWord(change)}</a>}
                </td>
                <td class="number">{count(run.changes[change])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {before !== undefined && <p><a href={href({ view: "compare", run: before, other: run.run_id })}>Compare with {before}</a></p>}
    </section>
  );
}

function Input({ run }: { run: RunInfo }) {
  return (
    <section class="panel" aria-labelledby="input-head">
      <header><h2 id="input-head">What was read</h2></header>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="input-head">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Kind</th><th scope="col" class="number">Window</th><th scope="col" class="number">Actions</th>
              <th scope="col" class="number">Objects</th><th scope="col" class="number">Ties</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(run.layers).map(([name, layer]) => (
              <tr key={name}>
                <td><Name id={name} /></td>
                <td class="number">{duration(layer.window_s)}</td>
                <td class="number">{count(layer.actions)}</td>
                <td class="number">{count(layer.objects)}{layer.left_out_objects > 0 && <div class="soft small">{count(layer.left_out_objects)} left out</div>}</td>
                <td class="number">{count(layer.edges)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cost({ run }: { run: RunInfo }) {
  const stages = Object.entries(run.timings_s).filter(([, seconds]) => typeof seconds === "number");
  const longest = Math.max(0.001, ...stages.map(([, seconds]) => seconds));
  return (
    <section class="panel" aria-labelledby="cost-head">
      <header><h2 id="cost-head">What it cost</h2></header>
      <table class="table">
        <thead><tr><th scope="col">Stage</th><th scope="col"><span class="hidden-text">Share</span></th><th scope="col" class="number">Time</th></tr></thead>
        <tbody>
          {stages.map(([name, seconds]) => (
            <tr key={name}>
              <td>{name.replace(/_/g, " ")}</td>
              <td><span class="meter" aria-hidden="true"><span style={{ width: `${(100 * seconds) / longest}%` }} /></span></td>
              <td class="number">{duration(seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
