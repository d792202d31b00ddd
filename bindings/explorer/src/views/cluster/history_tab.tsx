import type { ClusterDetail } from "../../api/model";
import { useNights } from "../../api/resources";
import { River } from "../../charts/river";
import { moment, plural } from "../../format";
import { ChangeBadge } from "../../parts/change_badge";
import { Empty, Loaded } from "../../parts/states";
import { href } from "../../url";

/** The cluster over the nights, under the name that lasts. */
export function HistoryTab({ run, detail }: { run: string; detail: ClusterDetail }) {
  const nightly = useNights(run, detail.row.cluster_id);
  return (
    <section class="panel" aria-labelledby="history-head">
      <header>
        <h2 id="history-head">Over the nights</h2>
        {detail.row.lasting_id && <span class="soft">under the lasting name {detail.row.lasting_id}</span>}
      </header>
      <Loaded resource={nightly} what="its earlier nights">
        {(nights) => (nights.length === 0 ? (
          <Empty><p>No other night is known that this run was compared with.</p></Empty>
        ) : (
          <>
          <River nights={nights} />
          <ol class="history">
            {nights.map((night) => (
              <li key={night.run_id}>
                <strong>
                  {night.cluster_id ? (
                    <a href={href({ view: "cluster", run: night.run_id, cluster: night.cluster_id, tab: "graph" })}>
                      {night.cluster_id} in {night.run_id}
                    </a>
                  ) : night.run_id}
                </strong>{" "}
                <ChangeBadge change={night.change} />
                <div class="soft small">
                  {plural(night.members, "account")}
                  {night.members_before !== null && night.members_before !== night.members && `, before ${night.members_before}`}
                  {night.last_s !== null && `, last met ${moment(night.last_s, false)} UTC`}
                </div>
              </li>
            ))}
          </ol>
          </>
        ))}
      </Loaded>
    </section>
  );
}
