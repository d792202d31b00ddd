// One hook a question that a view asks of the server.
import { useMemo } from "preact/hooks";
import type { Events } from "../state/events";
import { drawnOf, eventsOf } from "./columns";
import { read, request } from "./fetching";
import type {
  AccountDetail,
  ClusterDetail,
  ClusterRow,
  Comparison,
  Drawing,
  Drawn,
  EdgeDetail,
  Hit,
  Lags,
  Ledger,
  Member,
  Meta,
  Night,
  Referrals,
  Returners,
  Robustness,
  RunInfo,
  RunRow,
  SentDrawn,
  TakedownCurve,
  WhyNot,
} from "./model";
import { useLoaded, usePages, useResource, type Resource } from "./use_resource";

/** An address of the server; ids go into the query, where any character may stand. */
export function api(parts: readonly string[], query: Readonly<Record<string, string | readonly string[] | undefined>> = {}): string {
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const each of value === undefined ? [] : typeof value === "string" ? [value] : value) asked.append(key, each);
  }
  const path = ["/api", ...parts.map(encodeURIComponent)].join("/");
  return asked.size > 0 ? `${path}?${asked}` : path;
}

export function useMeta(): Resource<Meta> {
  return useResource(api(["meta"]));
}

export function useRuns(): Resource<readonly RunRow[]> {
  return useResource(api(["runs"]), false);
}

/** `latest` may be another run tomorrow, so that it is asked for anew. */
export function useRun(run: string): Resource<RunInfo> {
  return useResource(api(["runs", run]), run !== "latest");
}

const PAGE = 500;
const MOST_CLUSTERS = 10_000;
const MOST_MEMBERS = 100_000;

/** Clusters by rank, and how many there are in all. */
export function useClusters(run: string): Resource<{ readonly rows: readonly ClusterRow[]; readonly total: number }> {
  const address = (offset: number): string =>
    api(["runs", run, "clusters"], { offset: String(offset), limit: String(PAGE) });
  return usePages(address, MOST_CLUSTERS);
}

/** Members, the strongest first; those that the detail of the cluster leaves out as well. */
export function useMembers(run: string, cluster: string): Resource<{ readonly rows: readonly Member[]; readonly total: number }> {
  const address = (offset: number): string =>
    api(["runs", run, "clusters", cluster, "members"], { offset: String(offset), limit: String(PAGE) });
  return usePages(address, MOST_MEMBERS);
}

export function useMap(run: string): Resource<Drawn> {
  return useGraph(api(["runs", run, "map"]));
}

function useGraph(address: string): Resource<Drawn> {
  const sent = useResource<SentDrawn>(address);
  return useMemo(() => (sent.state === "ready" ? { state: "ready", data: drawnOf(sent.data) } : sent), [sent]);
}

export function useCluster(run: string, cluster: string): Resource<ClusterDetail> {
  return useResource(api(["runs", run, "clusters", cluster]));
}

/** The graph of a cluster and its co-actions, whose accounts are numbered as the graph's are. */
export function useDrawn(run: string, cluster: string): Resource<{ drawn: Drawn; events: Events }> {
  const sent = useResource<Drawing>(api(["runs", run, "clusters", cluster, "graph"]));
  return useMemo(() => {
    if (sent.state !== "ready") return sent;
    const drawn = drawnOf(sent.data.drawn);
    return { state: "ready", data: { drawn, events: eventsOf(sent.data.events, drawn.graph.ids) } };
  }, [sent]);
}

export function useLags(run: string, cluster: string): Resource<Lags> {
  return useResource(api(["runs", run, "clusters", cluster, "lags"]));
}

export function useNights(run: string, cluster: string): Resource<readonly Night[]> {
  return useResource(api(["runs", run, "clusters", cluster, "nights"]), false);
}

/** Its ties within other windows, and those of times that `seed` shuffles. */
export function useRobustness(run: string, cluster: string, seed: number): Resource<Robustness> {
  return useResource(api(["runs", run, "clusters", cluster, "robustness"], { seed: String(seed) }));
}

/** An account with its `most` firmest ties, as a picture. */
export function useNeighbourhood(run: string, id: string, most: number): Resource<Drawn> {
  return useGraph(api(["runs", run, "neighbourhood", "graph"], { id, most: String(most) }));
}

/** Where no accounts are given, the strongest go first. */
export function useTakedown(run: string, cluster: string, accounts: readonly string[]): Resource<TakedownCurve> {
  const address = api(["runs", run, "clusters", cluster, "takedown"]);
  return useLoaded(`${address} ${accounts.join("\u0000")}`, async (signal) => {
    if (accounts.length === 0) return (await read(address, true)) as TakedownCurve;
    return (await post(address, { accounts }, signal)) as TakedownCurve;
  });
}

/** The server wants a sign that this very page sends something. */
export async function postHeaders(): Promise<Record<string, string>> {
  const { csrf } = (await read(api(["meta"]), true)) as Meta;
  return { "Content-Type": "application/json", "X-CSRF-Token": csrf };
}

export async function post(address: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
  return request(address, { method: "POST", headers: await postHeaders(), body: JSON.stringify(body), signal });
}

export function useEdge(run: string, a: string, b: string): Resource<EdgeDetail> {
  return useResource(api(["runs", run, "edge"], { a, b }));
}

export function useAccount(run: string, id: string): Resource<AccountDetail> {
  return useResource(api(["runs", run, "account"], { id }), false);
}

/** Why an account is not tied to another, or is not in a cluster. */
export function useWhyNot(run: string, account: string, than: { other?: string; cluster?: string }): Resource<WhyNot> {
  return useResource(api(["runs", run, "why-not"], { account, ...than }));
}

export function useComparison(a: string, b: string): Resource<Comparison> {
  return useResource(api(["compare"], { a, b }));
}

export function useReferrals(run: string): Resource<Referrals> {
  return useResource(api(["runs", run, "referrals"]), false);
}

/** New accounts that resemble suspended ones. */
export function useReturners(run: string): Resource<Returners> {
  return useResource(api(["runs", run, "returners"]), false);
}

export function useLedger(by: string): Resource<Ledger> {
  return useResource(api(["ledger"], { by }), false);
}

export async function searchFor(run: string, text: string, signal: AbortSignal): Promise<readonly Hit[]> {
  return (await request(api(["runs", run, "search"], { q: text }), { signal })) as readonly Hit[];
}
