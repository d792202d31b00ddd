import { useMemo } from "preact/hooks";
import { count, duration, moment } from "../../format";
import { AccountName, Name } from "../../parts/name";
import { Table, type Column } from "../../parts/table";
import type { Events } from "../../state/events";
import { href } from "../../url";
import { accountName, accountText } from "../../state/masking";

export interface EvidenceRow {
  readonly number: number;
  readonly layer: string;
  readonly object: string;
  readonly source: string;
  readonly target: string;
  readonly sourceTime: number;
  readonly targetTime: number;
  readonly actions: number | null;
}

export function rowsOf(events: Events, numbers: readonly number[]): EvidenceRow[] {
  return numbers.map((i) => ({
    number: i,
    layer: events.layers[events.layer[i]],
    object: events.objects[events.object[i]],
    source: events.ids[events.source[i]],
    target: events.ids[events.target[i]],
    sourceTime: events.sourceTime[i],
    targetTime: events.targetTime[i],
    actions: events.objectActions ? events.objectActions[events.object[i]] : null,
  }));
}

interface EvidenceTableProps {
  readonly run: string;
  readonly caption: string;
  readonly rows: readonly EvidenceRow[];
  readonly file: string;
  readonly origin: readonly string[];
  readonly pageSize?: number;
}

/** Co-actions, a row each: who, with whom, on what, both times, how far apart, how common. */
export function EvidenceTable({ run, caption, rows, file, origin, pageSize }: EvidenceTableProps) {
  const columns = useMemo(() => columnsFor(run), [run]);
  return (
    <Table caption={caption} columns={columns} rows={rows} rowKey={(row) => String(row.number)}
      file={file} origin={origin} pageSize={pageSize}
      empty={<p>No co-action here. Widen the chosen time, or let go of what is picked (Escape).</p>} />
  );
}

function columnsFor(run: string): readonly Column<EvidenceRow>[] {
  const account = (id: string) => <a href={href({ view: "account", run }, { id: [id] })}><AccountName id={id} longest={24} /></a>;
  return [
    { key: "source", title: "Account", value: (row) => accountName(row.source), cell: (row) => account(row.source) },
    { key: "target", title: "With", value: (row) => accountName(row.target), cell: (row) => account(row.target) },
    { key: "layer", title: "Kind", value: (row) => row.layer },
    { key: "object", title: "On what", value: (row) => row.object, cell: (row) => <Name id={row.object} longest={44} /> },
    {
      key: "source_time", title: "When, UTC", value: (row) => row.sourceTime,
      file: (row) => moment(row.sourceTime),
      cell: (row) => <span class="nowrap">{moment(row.sourceTime)}</span>,
    },
    {
      key: "target_time", title: "The other", value: (row) => row.targetTime,
      file: (row) => moment(row.targetTime),
      cell: (row) => <span class="nowrap">{moment(row.targetTime)}</span>,
    },
    {
      key: "lag", title: "Apart", number: true, help: "Seconds between the two actions",
      value: (row) => Math.abs(row.targetTime - row.sourceTime),
      cell: (row) => duration(Math.abs(row.targetTime - row.sourceTime)),
    },
    {
      key: "actions", title: "Actions on it", number: true,
      help: "By anybody: the more common it is, the less it says",
      value: (row) => row.actions, cell: (row) => (row.actions === null ? "\u2013" : count(row.actions)),
    },
    {
      key: "why", title: "Tie", file: null, value: () => "",
      cell: (row) => (
        <a href={href({ view: "edge", run }, { a: [row.source], b: [row.target] })}
          aria-label={`Why are ${accountText(row.source)} and ${accountText(row.target)} tied?`}>why</a>
      ),
    },
  ];
}
