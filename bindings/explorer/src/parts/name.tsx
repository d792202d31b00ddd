import { hasUnseen, shortened, visible } from "../format";
import { accountName } from "../state/masking";

/** An account, masked where the page is. */
export function AccountName({ id, longest }: { id: string; longest?: number }) {
  return <Name id={accountName(id)} longest={longest} />;
}

/** An id from outside, as text that cannot reach beyond itself. */
export function Name({ id, longest = 28 }: { id: string; longest?: number }) {
  const shown = shortened(id, longest);
  const odd = hasUnseen(id);
  return (
    <bdi class={odd ? "name odd" : "name"} title={odd ? `${visible(id)} (has characters that cannot be seen)` : visible(id).slice(0, 500)}>
      {shown}
    </bdi>
  );
}
