import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { csvText, download, type Cell } from "../csv";
import { count, plural } from "../format";
import { Empty } from "./states";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly help?: string;
  readonly number?: boolean;
  readonly value: (row: Row) => Cell;
  readonly cell?: (row: Row) => ComponentChildren;
  /** What the file says, where that is not what rows are sorted by; null leaves the column out. */
  readonly file?: ((row: Row) => Cell) | null;
}

export interface Sort {
  readonly key: string;
  readonly down: boolean;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
  readonly current?: string;
  readonly selected?: (row: Row) => boolean;
  /** Name of the CSV file, and the lines on where its rows come from. */
  readonly file?: string;
  readonly origin?: readonly string[];
  readonly empty?: ComponentChildren;
  readonly pageSize?: number;
  readonly tools?: ComponentChildren;
}

export function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}

function isMissing(value: Cell): boolean {
  return value === null || value === undefined;
}

export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort?: Sort): readonly Row[] {
  const column = columns.find((each) => each.key === sort?.key);
  if (!sort || !column) return rows;
  const way = sort.down ? -1 : 1;
  return rows
    .map((row, place) => ({ row, place, value: column.value(row) }))
    .sort((a, b) => {
      // What is missing comes last, whichever way.
      const missing = Number(isMissing(a.value)) - Number(isMissing(b.value));
      return missing || way * compareCells(a.value, b.value) || a.place - b.place;
    })
    .map(({ row }) => row);
}

export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, rowKey, current, selected, empty, pageSize = 50 } = props;
  const [own, setOwn] = useState<Sort | undefined>(props.sort);
  const [page, setPage] = useState(0);
  const sort = props.onSort ? props.sort : own;
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort?.key, sort?.down]);
  useEffect(() => {
    const place = current === undefined ? -1 : sorted.findIndex((row) => rowKey(row) === current);
    if (place >= 0) setPage(Math.floor(place / pageSize));
  }, [current, sorted]);
  const pages = Math.max(1, Math.ceil(sorted.length / pageSize));
  const now = Math.min(page, pages - 1);
  const slice = sorted.slice(now * pageSize, (now + 1) * pageSize);
  const choose = (column: Column<Row>): void => {
    const down = sort?.key === column.key ? !sort.down : column.number === true;
    setPage(0);
    (props.onSort ?? setOwn)({ key: column.key, down });
  };
  const save = (): void => {
    const filed = columns.filter((column) => column.file !== null);
    const lines = sorted.map((row) => filed.map((column) => (column.file ?? column.value)(row)));
    const text = csvText(props.origin ?? [], filed.map((column) => column.title), lines);
    download(`${props.file ?? "lockstep"}.csv`, "text/csv;charset=utf-8", text);
  };
  if (rows.length === 0) return <Empty>{empty ?? <p>No rows.</p>}</Empty>;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class="table">
          <caption class="hidden-text">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} sort={sort} choose={() => choose(column)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {slice.map((row) => {
              const key = rowKey(row);
              return (
                <tr key={key} data-row={key}
                  class={key === current ? "current" : selected?.(row) ? "picked" : undefined}>
                  {columns.map((column) => (
                    <td key={column.key} class={column.number ? "number" : undefined}>
                      {column.cell ? column.cell(row) : column.value(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div class="pages">
        {pages > 1 && (
          <>
            <button type="button" disabled={now === 0} onClick={() => setPage(now - 1)}>Previous</button>
            <span class="soft small">
              {count(now * pageSize + 1)} to {count(now * pageSize + slice.length)} of {count(sorted.length)}
            </span>
            <button type="button" disabled={now === pages - 1} onClick={() => setPage(now + 1)}>Next</button>
          </>
        )}
        {props.file !== undefined && (
          <button type="button" onClick={save}>CSV of {plural(sorted.length, "row")}</button>
        )}
        {props.tools}
      </div>
    </>
  );
}

function HeadCell<Row>(props: { column: Column<Row>; sort?: Sort; choose: () => void }) {
  const { column, sort, choose } = props;
  const active = sort?.key === column.key;
  const order = active ? (sort?.down ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" class={column.number ? "number" : undefined} aria-sort={order} title={column.help}>
      <button type="button" onClick={choose}>
        {column.title}
        <span aria-hidden="true">{active ? (sort?.down ? " \u2193" : " \u2191") : ""}</span>
      </button>
    </th>
  );
}
