import { useMemo } from "preact/hooks";
import type { Member } from "../../api/model";
import { count, decimal, percent } from "../../format";
import { useMembers } from "../../api/resources";
import { AccountName, Name } from "../../parts/name";
import { Loaded } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import { here } from "../../router";
import { putNames } from "../../state/selection";
import { href } from "../../url";
import { accountName, accountText } from "../../state/masking";

export function MembersTab(props: {
  run: string;
  cluster: string;
  chosen: readonly string[];
  origin: readonly string[];
}) {
  const { run, cluster, chosen, origin } = props;
  const members = useMembers(run, cluster);
  const columns = useMemo(() => columnsFor(run, new Set(chosen)), [run, chosen.join("\u0000")]);
  return (
    <section class="panel" aria-label="Members">
      <header>
        <h2>Members</h2>
        <span class="soft">the same accounts as in the graph; ticked ones are picked there too</span>
      </header>
      <Loaded resource={members} what="the members" lines={10}>
        {({ rows, total }) => (
          <>
            {total > rows.length && <p class="badge warn">the strongest {count(rows.length)} of {count(total)}; all are in members.parquet</p>}
            <Table caption={`Members of ${cluster}`} columns={columns} rows={rows} rowKey={(row) => row.account_id}
              sort={{ key: "strength", down: true }} file={`${cluster}-members`} origin={origin}
              selected={(row) => chosen.includes(row.account_id)} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function toggle(id: string): void {
  const now = here().query.sel ?? [];
  const next = now.includes(id) ? now.filter((each) => each !== id) : [...now, id];
  putNames(next);
}

function columnsFor(run: string, chosen: ReadonlySet<string>): readonly Column<Member>[] {
  return [
    {
      key: "pick", title: "Pick", file: null, value: (row) => Number(chosen.has(row.account_id)),
      cell: (row) => (
        <input type="checkbox" aria-label={`Pick ${accountText(row.account_id)}`} checked={chosen.has(row.account_id)}
          onChange={() => toggle(row.account_id)} />
      ),
    },
    {
      key: "account", title: "Account", value: (row) => accountName(row.account_id),
      cell: (row) => <a href={href({ view: "account", run }, { id: [row.account_id] })}><AccountName id={row.account_id} longest={40} /></a>,
    },
    { key: "degree", title: "Ties", number: true, help: "Edges to other members", value: (row) => row.degree },
    {
      key: "strength", title: "Strength", number: true, help: "Sum of the weights of its ties",
      value: (row) => row.strength, cell: (row) => decimal(row.strength, 1),
    },
    { key: "objects", title: "Objects", number: true, help: "Distinct objects on which it met members", value: (row) => row.objects },
    {
      key: "membership", title: "Membership", number: true, help: "Share of its whole edge weight that lies inside",
      value: (row) => row.membership, cell: (row) => percent(row.membership),
    },
    {
      key: "stability", title: "Stability", number: true,
      help: "Share of draws of the objects that leave it in the cluster",
      value: (row) => row.stability, cell: (row) => percent(row.stability),
    },
    {
      key: "groups", title: "Known groups", value: (row) => row.groups.join("; "),
      cell: (row) => row.groups.map((group) => <span key={group} class="badge"><Name id={group} /></span>),
    },
  ];
}
