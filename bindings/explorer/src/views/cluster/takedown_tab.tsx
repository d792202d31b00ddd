import { useState } from "preact/hooks";
import type { TakedownCurve } from "../../api/model";
import { useTakedown } from "../../api/resources";
import { Curves } from "../../charts/curve";
import { count, decimal, percent, plural } from "../../format";
import { AccountName } from "../../parts/name";
import { Loaded } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import { href } from "../../url";
import { accountName } from "../../state/masking";

interface TakedownProps {
  readonly run: string;
  readonly cluster: string;
  readonly chosen: readonly string[];
  readonly origin: readonly string[];
}

/** What would be left of the cluster's ties, were accounts taken away. A question, not an act. */
export function TakedownTab({ run, cluster, chosen, origin }: TakedownProps) {
  const [own, setOwn] = useState(false);
  const picked = own && chosen.length > 0;
  const curve = useTakedown(run, cluster, picked ? chosen : []);
  return (
    <section class="panel" aria-labelledby="takedown-head">
      <header>
        <h2 id="takedown-head">What if accounts were taken away?</h2>
        <div class="tools">
          <button type="button" aria-pressed={!picked} onClick={() => setOwn(false)}>The strongest first</button>
          <button type="button" aria-pressed={picked} disabled={chosen.length === 0} onClick={() => setOwn(true)}
            title={chosen.length === 0 ? "Pick accounts in the graph or under Members first" : undefined}>
            The {plural(chosen.length, "picked account")}
          </button>
        </div>
      </header>
      <div class="note">
        <p>
          This counts ties of co-action among the members and takes nobody down. Who would come back under another
          name, or whom it would hit wrongly, it cannot say.
        </p>
      </div>
      <Loaded resource={curve} what="the curve">
        {(data) => <Slider key={picked ? chosen.join("\u0000") : ""} run={run} cluster={cluster} curve={data} origin={origin} />}
      </Loaded>
    </section>
  );
}

/** Fewest removals after which at most this share of the weight is left; null where it never is. */
export function enough(curve: TakedownCurve, left: number): number | null {
  const step = curve.weight_left.findIndex((share) => share <= left);
  return step < 0 ? null : curve.removed[step];
}

function Slider({ run, cluster, curve, origin }: { run: string; cluster: string; curve: TakedownCurve; origin: readonly string[] }) {
  const last = curve.removed.length - 1;
  const most = enough(curve, 0.1);
  const [at, setAt] = useState(most ?? last);
  const doubt = curve.may_not_belong.map((accounts) => accounts / Math.max(1, curve.removed[last]));
  return (
    <div class="stack">
      <label>
        Accounts taken away: <strong>{count(curve.removed[at])}</strong> of {count(curve.removed[last])}
        <input type="range" min={0} max={last} value={at} onInput={(event) => setAt(Number(event.currentTarget.value))} />
      </label>
      <dl class="figures" aria-live="polite">
        <div><dt>weight of ties left</dt><dd>{percent(curve.weight_left[at])}</dd></div>
        <div><dt>ties left</dt><dd>{percent(curve.pairs_left[at])}</dd></div>
        <div><dt>largest part left</dt><dd>{percent(curve.largest_component[at])}</dd></div>
        <div><dt>of those taken away, may not belong</dt><dd>{decimal(curve.may_not_belong[at], 1)}</dd></div>
        {most !== null && <div><dt>accounts for 90% of the weight</dt><dd>{count(most)}</dd></div>}
      </dl>
      <Curves removed={curve.removed} at={at} curves={[
        { name: "weight of ties left", shape: "line", shares: curve.weight_left },
        { name: "largest part left", shape: "null", shares: curve.largest_component },
        { name: "taken away though they may not belong", shape: "doubt", shares: doubt },
      ]} />
      <p class="soft small">
        Solid: weight of ties left. Dashed: largest connected part left. Dotted: accounts taken away that may not
        belong, of all: those in a known group, and of each other the share of draws of the objects that leave it out.
        Upright: what the slider takes away.
      </p>
      <Table caption="Order of removal" rows={steps(curve)} columns={columnsFor(run)} rowKey={(row) => String(row.removed)}
        file={`${cluster}-takedown`} origin={origin} pageSize={20} selected={(row) => row.removed <= curve.removed[at]} />
    </div>
  );
}

interface Step {
  readonly removed: number;
  readonly account: string;
  readonly weight: number;
  readonly pairs: number;
  readonly largest: number;
}

function steps(curve: TakedownCurve): Step[] {
  return curve.removed.flatMap((removed, step) => {
    const account = curve.account_id[step];
    if (account === null) return [];
    const [weight, pairs, largest] = [curve.weight_left[step], curve.pairs_left[step], curve.largest_component[step]];
    return [{ removed, account, weight, pairs, largest }];
  });
}

function columnsFor(run: string): readonly Column<Step>[] {
  return [
    { key: "removed", title: "Step", number: true, value: (row) => row.removed },
    {
      key: "account", title: "Account", value: (row) => accountName(row.account),
      cell: (row) => <a href={href({ view: "account", run }, { id: [row.account] })}><AccountName id={row.account} longest={40} /></a>,
    },
    { key: "weight", title: "Weight left", number: true, value: (row) => row.weight, cell: (row) => percent(row.weight) },
    { key: "pairs", title: "Ties left", number: true, value: (row) => row.pairs, cell: (row) => percent(row.pairs) },
    { key: "largest", title: "Largest part left", number: true, value: (row) => row.largest, cell: (row) => percent(row.largest) },
  ];
}
