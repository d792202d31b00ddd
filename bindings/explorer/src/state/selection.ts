// What is picked and brushed lives in the address, so that Back, reload and a copied link restore it.
import { useMemo } from "preact/hooks";
import type { Span } from "../charts/brush";
import { count } from "../format";
import { toast } from "../parts/toast";
import { setQuery } from "../router";
import { first, formatSpan, parseSpan, type Query } from "../url";

/** Longer addresses are cut by mail programs and proxies. */
const MOST_IN_LINK = 60;

export function useSpan(query: Query): [Span | null, (span: Span | null, settled: boolean) => void] {
  const text = first(query, "t");
  const span = useMemo(() => parseSpan(text), [text]);
  const choose = (next: Span | null, settled: boolean): void =>
    setQuery({ t: next ? [formatSpan(...next)] : [] }, settled);
  return [span, choose];
}

export function usePicked(query: Query, ids: readonly string[]): ReadonlySet<number> {
  const names = query.sel ?? [];
  const key = names.join("\u0000");
  return useMemo(() => {
    if (names.length === 0) return new Set<number>();
    const place = new Map(ids.map((id, vertex) => [id, vertex]));
    return new Set(names.flatMap((name) => place.get(name) ?? []));
  }, [key, ids]);
}

/** `more` adds to what is picked, and takes one that is picked away. */
export function changed(
  picked: ReadonlySet<number>,
  vertices: readonly number[],
  more: boolean,
): ReadonlySet<number> {
  if (!more) return new Set(vertices);
  const next = new Set(picked);
  if (vertices.length === 1 && next.has(vertices[0])) next.delete(vertices[0]);
  else for (const vertex of vertices) next.add(vertex);
  return next;
}

/** Accounts come the strongest first, so that those are kept where an address cannot hold all. */
export function putPicked(picked: ReadonlySet<number>, ids: readonly string[]): void {
  putNames([...picked].sort((a, b) => a - b).map((vertex) => ids[vertex]));
}

export function putNames(names: readonly string[]): void {
  if (names.length > MOST_IN_LINK) {
    toast(`An address holds ${MOST_IN_LINK} picked accounts: the first ${MOST_IN_LINK} of ${count(names.length)} are picked.`);
  }
  setQuery({ sel: names.slice(0, MOST_IN_LINK) });
}
