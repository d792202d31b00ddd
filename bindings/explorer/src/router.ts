// The browser's history is the only state of navigation.
import { useEffect, useState } from "preact/hooks";
import { formatQuery, href, parsePath, parseQuery, type Query, type Route } from "./url";

export interface Place {
  readonly route: Route;
  readonly query: Query;
}

const watchers = new Set<() => void>();

export function here(): Place {
  return { route: parsePath(location.pathname), query: parseQuery(location.search) };
}

function tell(): void {
  for (const watcher of watchers) watcher();
}

export function go(route: Route, query: Query = {}): void {
  goTo(href(route, query));
}

export function goTo(address: string): void {
  if (address === location.pathname + location.search) return;
  history.pushState(null, "", address);
  tell();
}

/** Puts another address in the place of this one: Back does not stop here. */
export function replaceWith(route: Route, query: Query): void {
  history.replaceState(null, "", href(route, query));
  tell();
}

/** Changes keys of the query, and leaves the rest; an empty list takes a key out. */
export function setQuery(changes: Query, keepHistory = true): void {
  const query = { ...here().query, ...changes };
  const address = location.pathname + formatQuery(query);
  if (address === location.pathname + location.search) return;
  if (keepHistory) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  tell();
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = (): void => setPlace(here());
    watchers.add(update);
    addEventListener("popstate", update);
    return () => {
      watchers.delete(update);
      removeEventListener("popstate", update);
    };
  }, []);
  return place;
}

/** Lets links of this page change the view without loading it anew. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest("a");
  if (!link || link.target !== "" || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || link.pathname.startsWith("/api/")) return;
  if (link.hash !== "" && link.pathname === location.pathname) return;
  event.preventDefault();
  goTo(link.pathname + link.search);
}
