// Every view is an address: what the address does not hold, a colleague who opens it does not see.

export type ClusterTab = "graph" | "evidence" | "members" | "chance" | "takedown" | "history";
export const CLUSTER_TABS: readonly ClusterTab[] = [
  "graph",
  "evidence",
  "members",
  "chance",
  "takedown",
  "history",
];

export type Route =
  | { view: "tonight"; run: string }
  | { view: "clusters"; run: string }
  | { view: "cluster"; run: string; cluster: string; tab: ClusterTab }
  | { view: "account"; run: string }
  | { view: "edge"; run: string }
  | { view: "compare"; run: string; other: string }
  | { view: "referrals"; run: string }
  | { view: "ledger"; run: string }
  | { view: "cases"; run: string }
  | { view: "help"; run: string }
  | { view: "missing"; run: string };

/** A key with its values; several where the address joins them by commas. */
export type Query = Readonly<Record<string, readonly string[]>>;

export const LATEST = "latest";
const GLOBAL_VIEWS = ["referrals", "ledger", "cases", "help"] as const;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return text;
  }
}

// Not URLSearchParams: it decodes before one can split, and an account's id may hold a comma.
export function parseQuery(search: string): Query {
  const query: Record<string, string[]> = {};
  for (const part of search.replace(/^\?/, "").split("&")) {
    if (part === "") continue;
    const cut = part.indexOf("=");
    const key = decoded(cut < 0 ? part : part.slice(0, cut));
    const values = cut < 0 ? [] : part.slice(cut + 1).split(",");
    query[key] = values.filter((value) => value !== "").map(decoded);
  }
  return query;
}

export function formatQuery(query: Query): string {
  const parts = Object.entries(query)
    .filter(([, values]) => values.length > 0)
    .map(([key, values]) => `${encodeURIComponent(key)}=${values.map(encodeURIComponent).join(",")}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

export function first(query: Query, key: string): string | undefined {
  return query[key]?.[0];
}

export function parsePath(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "").map(decoded);
  const [head, run = LATEST, view = "tonight", name = "", tab = "graph"] = parts;
  if (head === undefined) return { view: "tonight", run: LATEST };
  const wide = GLOBAL_VIEWS.find((known) => known === head);
  if (wide !== undefined && parts.length === 1) return { view: wide, run: LATEST };
  if (head !== "r") return { view: "missing", run: LATEST };
  if (view === "vs" && name !== "") return { view: "compare", run, other: name };
  if (view === "c" && name !== "") {
    const known = CLUSTER_TABS.find((each) => each === tab);
    return known ? { view: "cluster", run, cluster: name, tab: known } : { view: "missing", run };
  }
  for (const plain of ["tonight", "clusters", "account", "edge", ...GLOBAL_VIEWS] as const) {
    if (view === plain) return { view: plain, run };
  }
  return { view: "missing", run };
}

const piece = encodeURIComponent;

export function formatPath(route: Route): string {
  switch (route.view) {
    case "cluster":
      return `/r/${piece(route.run)}/c/${piece(route.cluster)}/${route.tab}`;
    case "compare":
      return `/r/${piece(route.run)}/vs/${piece(route.other)}`;
    case "help":
    case "ledger":
    case "cases":
      return `/${route.view}`;
    default:
      return `/r/${piece(route.run)}/${route.view}`;
  }
}

/** Whether the page's own address asks for masked names; its links do then as well. */
export function isMasked(): boolean {
  return typeof location !== "undefined" && first(parseQuery(location.search), "mask") === "1";
}

export function href(route: Route, query: Query = {}): string {
  return formatPath(route) + formatQuery(isMasked() ? { ...query, mask: ["1"] } : query);
}

/** `from..to` in UTC, to the second: readable in a mail, and short. */
export function formatSpan(from_s: number, to_s: number): string {
  return `${stamp(from_s)}..${stamp(to_s)}`;
}

export function parseSpan(text: string | undefined): [number, number] | null {
  if (text === undefined) return null;
  const [from, to] = text.split("..").map((part) => Date.parse(part) / 1000);
  return Number.isFinite(from) && Number.isFinite(to) && from <= to ? [from, to] : null;
}

function stamp(time_s: number): string {
  return new Date(Math.round(time_s) * 1000).toISOString().replace(".000Z", "Z");
}
