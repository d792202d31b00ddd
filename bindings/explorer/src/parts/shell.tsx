import { useEffect, useState } from "preact/hooks";
import { useMeta, useRuns } from "../api/resources";
import { go, usePlace } from "../router";
import { chooseTheme, chosenTheme, type Theme } from "../state/theme";
import { first, formatQuery, href, LATEST, type Route } from "../url";
import { SearchBox } from "./search_box";

export function Bar({ route, showKeys }: { route: Route; showKeys: () => void }) {
  const meta = useMeta();
  const features = meta.state === "ready" ? meta.data.features : null;
  const run = route.run;
  const links: [string, Route, boolean][] = [
    ["Tonight", { view: "tonight", run }, true],
    ["Clusters", { view: "clusters", run }, true],
    ["Referrals", { view: "referrals", run }, true],
    ["Ledger", { view: "ledger", run: LATEST }, features?.ledger ?? false],
    ["Cases", { view: "cases", run: LATEST }, features?.cases ?? false],
    ["Help", { view: "help", run: LATEST }, true],
  ];
  return (
    <header class="bar">
      <a class="brand" href={href({ view: "tonight", run })}>
        <img src="/favicon.svg" alt="" width="22" height="22" />
        Lockstep
      </a>
      <nav aria-label="Views">
        {links.filter(([, , there]) => there).map(([name, to]) => (
          <a key={name} href={href(to)} aria-current={isCurrent(route, to) ? "page" : undefined}>{name}</a>
        ))}
      </nav>
      <span class="room" />
      <RunPicker route={route} />
      <SearchBox run={run} />
      <MaskSwitch />
      <ThemeSwitch />
      <button type="button" aria-label="Keys" title="Keys (?)" onClick={showKeys}>?</button>
    </header>
  );
}

function isCurrent(route: Route, to: Route): boolean {
  return route.view === to.view || (to.view === "clusters" && route.view === "cluster");
}

function RunPicker({ route }: { route: Route }) {
  const runs = useRuns();
  if (runs.state !== "ready" || runs.data.length === 0) return null;
  const choose = (run: string): void => {
    const stays = route.view === "clusters" || route.view === "referrals" || route.view === "tonight";
    go(stays ? ({ ...route, run } as Route) : { view: "tonight", run });
  };
  const known = runs.data.some((each) => each.run_id === route.run);
  return (
    <label class="small">
      <span class="hidden-text">Night</span>
      <select value={known ? route.run : runs.data[0].run_id}
        onChange={(event) => choose(event.currentTarget.value)}>
        {runs.data.map((each) => <option key={each.run_id} value={each.run_id}>{each.run_id}</option>)}
      </select>
    </label>
  );
}

function MaskSwitch() {
  const { query } = usePlace();
  const on = first(query, "mask") === "1";
  return (
    <button type="button" aria-pressed={on} title="Numbers in the place of accounts' names, for pictures and talks; the address still holds names"
      onClick={() => location.assign(location.pathname + formatQuery({ ...query, mask: on ? [] : ["1"] }))}>
      Mask
    </button>
  );
}

const THEMES: readonly [Theme, string][] = [["system", "Auto"], ["light", "Light"], ["dark", "Dark"]];

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(chosenTheme()), []);
  const choose = (next: Theme): void => {
    setTheme(next);
    chooseTheme(next);
  };
  return (
    <label>
      <span class="hidden-text">Colours</span>
      <select value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        {THEMES.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
    </label>
  );
}

export function Foot({ route }: { route: Route }) {
  const meta = useMeta();
  return (
    <footer class="foot">
      <strong>A review queue: no step acts on any account.</strong>
      <span>Co-action, not guilt: read the evidence, then decide.</span>
      {route.run !== LATEST && <span>run <code>{route.run}</code></span>}
      {meta.state === "ready" && <span>Lockstep {meta.data.version}{meta.data.read_only ? ", read only" : ""}</span>}
    </footer>
  );
}
