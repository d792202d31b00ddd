// With `mask=1` in its address a page shows numbers in the place of accounts' names, for pictures
// and talks. The names are still in the address and in what the server sends: it hides, and keeps nothing secret.
import { shortened, visible } from "../format";
import { isMasked } from "../url";

const numbers = new Map<string, number>();

/** An account's name as it may be shown: itself, or a number by order of appearance. */
export function accountName(id: string): string {
  if (!isMasked()) return id;
  const known = numbers.get(id);
  if (known !== undefined) return `account ${known}`;
  numbers.set(id, numbers.size + 1);
  return `account ${numbers.size}`;
}

export function accountText(id: string, longest?: number): string {
  return longest === undefined ? visible(accountName(id)) : shortened(accountName(id), longest);
}
