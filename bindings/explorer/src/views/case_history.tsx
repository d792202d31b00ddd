import { useState } from "preact/hooks";
import { dispositionWords, type CaseDetail, type CaseEntry, type CaseRow } from "../api/cases";
import { moment, visible, visibleLines } from "../format";
import { Name } from "../parts/name";
import type { Act } from "./case_panel";

/** Where a case stands, in a few words. */
export function caseSaid(found: CaseRow): string {
  const what = found.disposition === null ? "" : dispositionWords(found.disposition);
  if (found.state === "signed") return `${what}; proposed by ${visible(found.proposed_by ?? "")}, signed by ${visible(found.signed_by ?? "")}`;
  if (found.state === "proposed") return `${what}; proposed by ${visible(found.proposed_by ?? "")}, to be signed by a second person`;
  return `case ${found.case_id} is open`;
}

function entrySaid(entry: CaseEntry): string {
  switch (entry.kind) {
    case "opened":
      return "opened the case";
    case "disposition":
      return `proposed: ${dispositionWords(entry.value)}`;
    case "signed":
      return "signed the proposal";
    case "assigned":
      return entry.value === "" ? "let it go" : `gave it to ${visible(entry.value)}`;
    case "exported":
      return "took the evidence pack";
    case "comment":
      return "commented";
    case "undone":
      return `withdrew entry ${entry.refers_to ?? ""}`;
    default:
      return visible(entry.kind);
  }
}

/** All that was written down, the latest first. What is withdrawn stays, struck through. */
export function CaseHistory({ found, act }: { found: CaseDetail; act: Act }) {
  const entries = [...found.entries].sort((a, b) => b.version - a.version);
  return (
    <ol class="history">
      {entries.map((entry) => (
        <li key={entry.version}>
          <span class={entry.withdrawn ? "withdrawn" : undefined}>
            <strong><Name id={entry.actor} /></strong> {entrySaid(entry)}
          </span>{" "}
          <span class="soft small">{entry.version} {"\u00b7"} {moment(entry.time_s, false)} UTC{entry.withdrawn && ", withdrawn"}</span>
          {entry.note !== "" && <div class="small words">{visibleLines(entry.note)}</div>}
          {found.may.undo && !entry.withdrawn && (entry.kind === "disposition" || entry.kind === "signed") && (
            <Withdraw version={entry.version} act={act} />
          )}
        </li>
      ))}
    </ol>
  );
}

function Withdraw({ version, act }: { version: number; act: Act }) {
  const [note, setNote] = useState<string | null>(null);
  if (note === null) return <div><button type="button" class="withdraw" onClick={() => setNote("")}>Withdraw</button></div>;
  const send = async (): Promise<void> => {
    if (await act({ kind: "undone", refers_to: version, note }, "Withdrawn; the history keeps it")) setNote(null);
  };
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <label>Why is it withdrawn? (needed)
        <input type="text" required autofocus value={note} maxLength={10_000} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <p class="row">
        <button type="submit" class="main" disabled={note.trim() === ""}>Withdraw</button>
        <button type="button" onClick={() => setNote(null)}>Leave it</button>
      </p>
    </form>
  );
}
