import { useState } from "preact/hooks";
import { DISPOSITIONS, type CaseDetail } from "../api/cases";
import { useShortcuts } from "../state/shortcuts";
import type { Act } from "./case_panel";

/** Notes survive a reload, a conflict and a lost connection. */
function useKeptText(key: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  const keep = (next: string): void => {
    setText(next);
    if (next === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, next);
  };
  return [text, keep];
}

/** A disposition needs a reason in words; keys choose one and go to the note, and never send. */
export function DecisionForm({ found, act }: { found: CaseDetail; act: Act }) {
  const [note, setNote] = useKeptText(`lockstep-note-${found.case_id}`);
  const [chosen, setChosen] = useKeptText(`lockstep-disposition-${found.case_id}`);
  const [refused, setRefused] = useState("");
  const choose = (value: string): void => {
    setChosen(value);
    const field = document.getElementById("decision-note");
    field?.closest("details")?.setAttribute("open", "");
    field?.focus();
  };
  useShortcuts(Object.fromEntries(DISPOSITIONS.map(([value], place) => [String(place + 1), () => choose(value)])));
  const send = async (kind: "disposition" | "comment"): Promise<void> => {
    if (note.trim() === "") return setRefused("Write the reason first: it is kept with the decision.");
    const value = DISPOSITIONS.find(([name]) => name === chosen)?.[0];
    if (kind === "disposition" && value === undefined) return setRefused("Choose a disposition first.");
    setRefused("");
    const done = kind === "comment" || value === undefined
      ? await act({ kind: "comment", note }, "Comment written down")
      : await act({ kind, value, note }, "Decision written down; a second person signs it");
    if (!done) return;
    setNote("");
    setChosen("");
  };
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); void send("disposition"); }}>
      <label>
        Disposition
        <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">choose one</option>
          {DISPOSITIONS.map(([value, words], place) => <option key={value} value={value}>{`${place + 1}  ${words}`}</option>)}
        </select>
      </label>
      <label>
        Reason (needed)
        <textarea id="decision-note" value={note} maxLength={10_000} aria-invalid={refused !== ""} aria-describedby="decision-refused"
          onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <p id="decision-refused" aria-live="assertive" class="small">{refused}</p>
      <p class="row">
        <button type="submit" class="main">Propose</button>
        <button type="button" onClick={() => void send("comment")}>Only comment</button>
        <span class="soft small">It acts on no account.</span>
      </p>
    </form>
  );
}
