import { useEffect, useState } from "preact/hooks";
import { ApiError, onConnection, read, type Fault } from "./fetching";

export type Resource<T> =
  | { state: "loading" }
  | { state: "ready"; data: T }
  | { state: "failed"; fault: Fault; retry: () => void };

function asFault(error: unknown): Fault {
  if (error instanceof ApiError) return error.fault;
  const why = error instanceof Error ? error.message : String(error);
  return { status: 0, what: "This page met an error", why, next: "Reload the page.", requestId: "" };
}

type Load<T> = (signal: AbortSignal) => Promise<T>;

/** What `load` gives, asked for anew where `key` is another; null asks for nothing yet. */
export function useLoaded<T>(key: string | null, load: Load<T>): Resource<T> {
  const [asked, setAsked] = useState(0);
  const [held, setHeld] = useState<{ key: string | null; value: Resource<T> }>({
    key: null,
    value: { state: "loading" },
  });
  useEffect(() => {
    if (key === null) return undefined;
    const stop = new AbortController();
    const retry = (): void => {
      setHeld({ key, value: { state: "loading" } });
      setAsked((times) => times + 1);
    };
    load(stop.signal).then(
      (data) => !stop.signal.aborted && setHeld({ key, value: { state: "ready", data } }),
      (error: unknown) =>
        !stop.signal.aborted && setHeld({ key, value: { state: "failed", fault: asFault(error), retry } }),
    );
    return () => stop.abort();
  }, [key, asked]);
  const failed = held.key === key && held.value.state === "failed" && held.value.fault.status === 0;
  useEffect(() => {
    if (!failed) return undefined;
    return onConnection((now) => now && setAsked((times) => times + 1));
  }, [failed]);
  return held.key === key ? held.value : { state: "loading" };
}

/** What the server has at an address. What lasts is read once for as long as the page is open. */
export function useResource<T>(address: string, lasting = true): Resource<T> {
  return useLoaded(address, async (signal) => (await read(address, lasting, signal)) as T);
}

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** All rows of a table that comes in pages, up to `most` of them. */
export function usePages<Row>(address: (offset: number) => string, most: number): Resource<Page<Row>> {
  return useLoaded(address(0), async () => {
    const rows: Row[] = [];
    for (;;) {
      const page = (await read(address(rows.length), true)) as Page<Row>;
      rows.push(...page.rows);
      if (page.rows.length === 0 || rows.length >= Math.min(most, page.total)) return { rows, total: page.total };
    }
  });
}
