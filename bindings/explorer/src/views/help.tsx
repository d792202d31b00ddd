import { useTitle } from "../state/title";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search an account or a cluster"],
  ["j  k", "next and previous row of the list of clusters; in a cluster, next and previous cluster"],
  ["Enter", "open the row, or pick the vertex that the arrow keys are on"],
  ["Arrows", "in the graph: right and left along ties, down and up through all accounts"],
  ["+  -  0", "in the graph: nearer, farther, the whole picture"],
  ["[  ]", "move the chosen time earlier or later"],
  ["w", "why are the two picked accounts tied"],
  ["e", "add the firmest neighbours to the picked accounts, at most 25"],
  ["t", "go to the timeline"],
  ["c", "go to the decision"],
  ["1  2  3  4", "choose a disposition and go to its reason; nothing is sent by a key"],
  ["u", "withdraw the latest entry of the case: asks for a reason first"],
  ["Escape", "let go of what is picked, close what is open"],
  ["?", "show these keys"],
];

export function KeyList() {
  return (
    <dl class="keys">
      {KEYS.map(([key, what]) => (
        <>
          <dt>{key.split("  ").map((each) => <><kbd>{each}</kbd> </>)}</dt>
          <dd>{what}</dd>
        </>
      ))}
    </dl>
  );
}

export function HelpView() {
  useTitle("Help");
  return (
    <div class="stack">
      <h1>How to read this</h1>
      <section class="panel">
        <h2>What you look at</h2>
        <p>
          Lockstep finds accounts that act on the same objects at the same moments, more often than accounts so
          active, on objects so popular, would by chance. Each tie between two accounts is a test; accounts that are
          tied to each other form a cluster.
        </p>
        <p>
          <strong>A cluster shows co-action, never guilt.</strong> Fans of one team, a newsroom with ten accounts, or a
          petition that goes round can act in lockstep. This is a review queue: no step acts on any account. You
          decide, and what you decide is written down with your reason.
        </p>
      </section>
      <section class="panel">
        <h2>From the list to a decision</h2>
        <ol>
          <li>Open <strong>Clusters</strong> and take the first: the list is in order of how strong the co-action is.</li>
          <li>Read the sentence at its head. Each number in it leads to the rows behind it.</li>
          <li>Drag over the timeline. The graph and the tables keep what happened in that time; the count says how much.</li>
          <li>Pick two accounts and ask why they are tied: what both acted on, when, how far apart, how common it is.</li>
          <li>Look at <strong>Chance</strong>: what the same activity would give without any concert.</li>
          <li>Read what speaks for a harmless reason, then decide, with a reason.</li>
        </ol>
      </section>
      <section class="panel">
        <h2>Words</h2>
        <dl class="keys">
          <dt>co-action</dt><dd>two accounts act on one object within the window of the sweep</dd>
          <dt>expected</dt><dd>how many shared objects chance would give two accounts so active, on objects so popular</dd>
          <dt>p-value</dt><dd>how often chance alone would give as many or more</dd>
          <dt>q-value</dt><dd>the false discovery rate at which the tie is still listed: at 0.05, about 1 in 20 listed ties is chance</dd>
          <dt>synchrony</dt><dd>of the objects that two members both acted on, the share on which they met within the window</dd>
          <dt>stability</dt><dd>how much of the cluster comes back when its objects are drawn anew</dd>
          <dt>control</dt><dd>random groups of other accounts, as large and as active: near the middle of them is nothing special</dd>
        </dl>
      </section>
      <section class="panel">
        <h2>Keys</h2>
        <KeyList />
      </section>
    </div>
  );
}
