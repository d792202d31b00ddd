import { useRef, useState } from "preact/hooks";
import { addEntry, openCase, packAddress, useCaseOf, type CaseDetail, type NewEntry } from "../api/cases";
import { ApiError, type Fault } from "../api/fetching";
import { useMeta } from "../api/resources";
import { Name } from "../parts/name";
import { FaultNote, Loaded } from "../parts/states";
import { toast } from "../parts/toast";
import { useShortcuts } from "../state/shortcuts";
import { caseSaid, CaseHistory } from "./case_history";
import { DecisionForm } from "./decision_form";

/** The case of a cluster: what was decided, by whom and why, and what may be done next. */
export function CasePanel({ run, cluster }: { run: string; cluster: string }) {
  const [turn, setTurn] = useState(0);
  const [fault, setFault] = useState<Fault | null>(null);
  const found = useCaseOf(run, cluster, turn);
  const panel = useRef<HTMLDetailsElement>(null);
  const opened = (): HTMLDetailsElement | null => {
    if (panel.current) panel.current.open = true;
    return panel.current;
  };
  useShortcuts({
    c: () => opened()?.querySelector<HTMLElement>("button, select, textarea")?.focus(),
    u: () => opened()?.querySelector<HTMLElement>("button.withdraw")?.click(),
  });
  /** Whether it was written down; a conflict shows what the other person did, and keeps the note. */
  const act = async (change: () => Promise<void>, said: string): Promise<boolean> => {
    try {
      await change();
      setFault(null);
      toast(said);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFault(error.fault);
      return false;
    } finally {
      setTurn((times) => times + 1);
    }
  };
  return (
    <details class="panel decision" ref={panel}>
      <summary>
        <strong>Decision</strong>{" "}
        {found.state === "ready" && <span>{found.data ? caseSaid(found.data) : "no case was opened yet"}</span>}
      </summary>
      {fault && <FaultNote fault={fault} />}
      <Loaded resource={found} what="the case" lines={3}>
        {(data) => (data === null
          ? <NoCase open={() => void act(() => openCase(run, cluster), "Case opened")} />
          : <Case found={data} act={(entry, said) => act(() => addEntry(data, entry), said)}
            refresh={() => setTurn((times) => times + 1)} />)}
      </Loaded>
    </details>
  );
}

function NoCase({ open }: { open: () => void }) {
  const meta = useMeta();
  const may = meta.state === "ready" && !meta.data.read_only && meta.data.role !== "viewer";
  return (
    <>
      <p>A case keeps what is decided about this cluster, by whom and why. It acts on no account.</p>
      <button type="button" disabled={!may} onClick={open}>Open a case</button>
      {!may && <p class="soft small">You may look, not decide: that takes the role of an analyst or a lead.</p>}
    </>
  );
}

const TAKEN_MS = 2000;

export type Act = (entry: NewEntry, said: string) => Promise<boolean>;

function Case({ found, act, refresh }: { found: CaseDetail; act: Act; refresh: () => void }) {
  return (
    <div class="grid">
      <section aria-label="Decide">
        {found.may.propose && <DecisionForm key={found.case_id} found={found} act={act} />}
        <Signing found={found} act={act} />
        <Pack found={found} refresh={refresh} />
      </section>
      <section aria-label="History of the case">
        <Assignee found={found} act={act} />
        <CaseHistory found={found} act={act} />
      </section>
    </div>
  );
}

/** The second person; who proposed may not sign. */
function Signing({ found, act }: { found: CaseDetail; act: Act }) {
  if (found.state !== "proposed") return null;
  return (
    <p class="row">
      <button type="button" class="main" disabled={!found.may.sign} onClick={() => void act({ kind: "signed" }, "Signed")}>
        Sign as the second person
      </button>
      {found.refused.sign && <span class="soft small">{found.refused.sign}</span>}
    </p>
  );
}

/** Taking the pack is an entry of its own, so that the case is read again soon after. */
function Pack({ found, refresh }: { found: CaseDetail; refresh: () => void }) {
  if (!found.may.propose) return null;
  const taken = (): void => void setTimeout(refresh, TAKEN_MS);
  return (
    <p class="row">
      {found.may.export
        ? <a class="button" href={packAddress(found, false)} download onClick={taken}>Evidence pack</a>
        : <a class="button" href={packAddress(found, true)} download onClick={taken}>Draft of the evidence pack</a>}
      {found.refused.export && <span class="soft small">{found.refused.export}</span>}
    </p>
  );
}

function Assignee({ found, act }: { found: CaseDetail; act: Act }) {
  const meta = useMeta();
  const own = meta.state === "ready" ? meta.data.user : null;
  const assign = (value: string): void => void act({ kind: "assigned", value }, value === "" ? "Let go" : "Assigned");
  return (
    <p class="row">
      <span>{found.assignee ? <>In the hands of <Name id={found.assignee} /></> : "In nobody's hands"}</span>
      {found.may.propose && own !== null && found.assignee !== own && (
        <button type="button" onClick={() => assign(own)}>Take it</button>
      )}
      {found.may.propose && found.assignee && <button type="button" onClick={() => assign("")}>Let it go</button>}
    </p>
  );
}
