import type { RunInfo } from "../api/model";
import { day } from "../format";
import type { Place } from "../router";
import { AccountView } from "./account";
import { ClusterView } from "./cluster/cluster_view";
import { ClustersView } from "./clusters";
import { CompareView } from "./compare";
import { EdgeView } from "./edge";
import { MissingView } from "./missing";
import { ReferralsView } from "./referrals";
import { TonightView } from "./tonight";

const OLD_S = 2 * 86_400;

/** The views that belong to one night's run. */
export function RunView({ route, query, run }: Place & { run: RunInfo }) {
  return (
    <>
      <Stale run={run} />
      <Chosen route={route} query={query} run={run} />
    </>
  );
}

function Chosen({ route, query, run }: Place & { run: RunInfo }) {
  const id = run.run_id;
  switch (route.view) {
    case "tonight":
      return <TonightView run={run} />;
    case "clusters":
      return <ClustersView run={run} query={query} />;
    case "cluster":
      return <ClusterView key={`${id} ${route.cluster}`} run={run} cluster={route.cluster} tab={route.tab} query={query} />;
    case "account":
      return <AccountView run={run} query={query} />;
    case "edge":
      return <EdgeView run={run} query={query} />;
    case "referrals":
      return <ReferralsView run={run} />;
    case "compare":
      return <CompareView run={run} other={route.other} />;
    default:
      return <MissingView />;
  }
}

function Stale({ run }: { run: RunInfo }) {
  const age = Date.now() / 1000 - run.finished_s;
  if (age < OLD_S) return null;
  const nights = Math.floor(age / 86_400);
  return (
    <p class="soft small">
      This run is {nights} nights old: it was made on {day(run.finished_s)}. What happened since is not in it.
    </p>
  );
}
