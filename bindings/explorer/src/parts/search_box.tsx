import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Hit } from "../api/model";
import { searchFor } from "../api/resources";
import { goTo } from "../router";
import { href } from "../url";
import { AccountName, Name } from "./name";

const WAIT_MS = 140;

export function hitAddress(run: string, hit: Hit): string {
  if (hit.kind === "cluster") return href({ view: "cluster", run, cluster: hit.id, tab: "graph" });
  return href({ view: "account", run }, { id: [hit.id] });
}

/** Finds accounts and clusters by the beginning of their id; `/` comes here. */
export function SearchBox({ run }: { run: string }) {
  const [text, setText] = useState("");
  const [hits, setHits] = useState<readonly Hit[] | null>(null);
  const [at, setAt] = useState(-1);
  const [failed, setFailed] = useState(false);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (text.trim() === "") {
      setHits(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchFor(run, text, stop.signal).then(
        (found) => {
          setHits(found);
          setAt(found.length > 0 ? 0 : -1);
          setFailed(false);
        },
        () => !stop.signal.aborted && setFailed(true),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, run]);
  useEffect(() => {
    const leave = (event: MouseEvent): void => {
      if (!box.current?.contains(event.target as Node)) setHits(null);
    };
    addEventListener("click", leave);
    return () => removeEventListener("click", leave);
  }, []);
  const open = (hit: Hit): void => {
    setText("");
    setHits(null);
    goTo(hitAddress(run, hit));
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      setText("");
      setHits(null);
      (event.target as HTMLElement).blur();
    } else if (hits && hits.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (hits && hits[at]) open(hits[at]);
      else if (text.trim() !== "") open({ kind: "account", id: text.trim(), cluster_id: null });
    }
  };
  const shown = hits !== null && text.trim() !== "";
  return (
    <div class="search" ref={box} role="search">
      <input id="search" type="search" role="combobox" placeholder="Account or cluster  /" autocomplete="off"
        spellcheck={false} aria-label="Search account or cluster by id" aria-expanded={shown} aria-controls={list}
        aria-autocomplete="list" aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined}
        value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={press} />
      <ul id={list} role="listbox" aria-label="Found" hidden={!shown}>
        {shown && hits.length === 0 && (
          <li role="option" aria-selected="false" class="soft">
            {failed ? "The search failed; try again" : "Nothing in this run begins so. Enter looks for the account."}
          </li>
        )}
        {shown && hits.map((hit, place) => (
          <li key={`${hit.kind} ${hit.id}`} id={`${list}-${place}`} role="option" aria-selected={place === at}
            onClick={() => open(hit)}>
            {hit.kind === "account" ? <AccountName id={hit.id} longest={40} /> : <Name id={hit.id} longest={40} />}
            <span class="soft small">{hit.kind}{hit.cluster_id && hit.kind !== "cluster" ? ` in ${hit.cluster_id}` : ""}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
