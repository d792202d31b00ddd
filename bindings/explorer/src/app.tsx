import { useEffect, useRef, useState } from "preact/hooks";
import { ask, keepAsking, onConnection } from "./api/fetching";
import { useMeta, useRun } from "./api/resources";
import { Boundary } from "./parts/boundary";
import { Dialog } from "./parts/dialog";
import { Foot, Bar } from "./parts/shell";
import { Skeleton, FaultNote } from "./parts/states";
import { Toasts } from "./parts/toast";
import { followLinks, go, replaceWith, usePlace } from "./router";
import { useShortcuts } from "./state/shortcuts";
import { formatPath, LATEST, type Route } from "./url";
import { CasesView } from "./views/cases";
import { KeyList, HelpView } from "./views/help";
import { RunView } from "./views/run_view";
import { LedgerView } from "./views/ledger";
import { MissingView } from "./views/missing";

export function App() {
  const { route, query } = usePlace();
  const [keys, setKeys] = useState(false);
  const main = useRef<HTMLElement>(null);
  useShortcuts({
    "?": () => setKeys(true),
    "/": () => document.getElementById("search")?.focus(),
  });
  const path = formatPath(route);
  const first = useRef(true);
  useEffect(() => {
    // A new view begins at its head, also for those who read it aloud.
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [path]);
  return (
    <div onClick={followLinks}>
      <a class="skip" href="#main">To the content</a>
      <Bar route={route} showKeys={() => setKeys(true)} />
      <LostConnection />
      <main id="main" ref={main} tabIndex={-1}>
        <Boundary place={path}>
          <View route={route} query={query} />
        </Boundary>
      </main>
      <Foot route={route} />
      <Toasts />
      {keys && (
        <Dialog title="Keys" close={() => setKeys(false)}>
          <KeyList />
        </Dialog>
      )}
    </div>
  );
}

function View({ route, query }: ReturnType<typeof usePlace>) {
  switch (route.view) {
    case "help":
      return <HelpView />;
    case "ledger":
      return <LedgerView />;
    case "cases":
      return <CasesView />;
    case "missing":
      return <MissingView />;
    default:
      return <PinnedRun route={route} query={query} />;
  }
}

/** Puts the run's own name in the place of `latest`, so that a link shows tomorrow what it does today. */
function PinnedRun({ route, query }: ReturnType<typeof usePlace>) {
  const meta = useMeta();
  const run = useRun(route.run);
  const pinned = run.state === "ready" ? run.data.run_id : null;
  useEffect(() => {
    if (pinned !== null && route.run === LATEST) replaceWith({ ...route, run: pinned } as Route, query);
  }, [pinned, route.run]);
  if (run.state === "failed") {
    const none = run.fault.status === 404 && route.run === LATEST;
    return none ? <FirstRun /> : <FaultNote fault={run.fault} retry={run.retry} />;
  }
  if (run.state === "loading" || meta.state === "loading") return <Skeleton what="the run" lines={9} />;
  return <RunView route={route} query={query} run={run.data} />;
}

function FirstRun() {
  return (
    <section class="panel">
      <h1>No night has been swept yet</h1>
      <p>This page shows the results of sweeps. Take in a log and sweep it, or try made-up data first:</p>
      <pre tabIndex={0}><code>{"lockstep ingest STORE tweets.csv.gz --map account=user,object=url,time=created_at --kind share_url\nlockstep sweep STORE --window 60s"}</code></pre>
      <p>Then reload. <a href="/help">How to read the results</a></p>
      <button type="button" onClick={() => go({ view: "tonight", run: LATEST })}>Look again</button>
    </section>
  );
}

function LostConnection() {
  const [connected, setConnected] = useState(true);
  useEffect(() => onConnection(setConnected), []);
  useEffect(keepAsking, []);
  return (
    <div role="status" aria-live="assertive">
      {!connected && (
        <div class="strip">
          <p>
            <strong>The connection to the server is lost.</strong> What is on the page stays; it asks again every 3
            seconds. If it was stopped, start <code>lockstep explore</code> again.
          </p>
          <button type="button" onClick={() => void ask()}>Ask now</button>
        </div>
      )}
    </div>
  );
}
