// Decisions: who decided what, why, and who signed it. Nothing here acts on an account.
import { request } from "./fetching";
import { api, post, postHeaders } from "./resources";
import { useLoaded, useResource, type Resource } from "./use_resource";

export const DISPOSITIONS = [
  ["coordinated-inauthentic", "Coordinated, inauthentic"],
  ["coordinated-legitimate", "Coordinated, with a legitimate reason"],
  ["not-coordinated", "Not coordinated"],
  ["needs-data", "Needs more data"],
] as const;

export function dispositionWords(disposition: string): string {
  return DISPOSITIONS.find(([name]) => name === disposition)?.[1] ?? disposition;
}

export interface CaseRow {
  readonly case_id: number;
  readonly version: number;
  readonly run_id: string;
  readonly cluster_id: string;
  readonly members: number;
  readonly state: string;
  readonly disposition: string | null;
  readonly note: string | null;
  readonly proposed_by: string | null;
  readonly signed_by: string | null;
  readonly assignee: string | null;
  readonly opened_by: string;
  readonly opened_s: number;
  readonly last_by: string;
  readonly last_s: number;
}

export interface CaseEntry {
  readonly version: number;
  readonly time_s: number;
  readonly actor: string;
  readonly kind: string;
  readonly value: string;
  readonly note: string;
  readonly refers_to: number | null;
  readonly withdrawn: boolean;
}

export interface CaseDetail extends CaseRow {
  readonly entries: readonly CaseEntry[];
  readonly may: { readonly propose: boolean; readonly sign: boolean; readonly undo: boolean; readonly export: boolean };
  readonly refused: { readonly sign: string | null; readonly export: string | null };
}

export type NewEntry =
  | { kind: "disposition"; value: string; note: string }
  | { kind: "signed" }
  | { kind: "assigned"; value: string }
  | { kind: "comment"; note: string }
  | { kind: "undone"; refers_to: number; note: string };

interface CaseList {
  readonly cases: readonly CaseRow[];
  readonly total: number;
}

export function useCases(): Resource<CaseList> {
  return useResource(api(["cases"]), false);
}

/** The case of a cluster of a run; null where nobody has opened one. `turn` asks anew. */
export function useCaseOf(run: string, cluster: string, turn: number): Resource<CaseDetail | null> {
  return useLoaded(`${run} ${cluster} ${turn}`, async (signal) => {
    const list = (await request(api(["cases"], { run, cluster }), { signal })) as CaseList;
    const found = list.cases.find((each) => each.run_id === run && each.cluster_id === cluster);
    return found ? ((await request(api(["cases", String(found.case_id)]), { signal })) as CaseDetail) : null;
  });
}

interface AuditPage {
  readonly entries: readonly AuditLine[];
  readonly total: number;
  /** Of the whole chain; none where it is as it was written. */
  readonly problems: readonly string[];
  readonly next_before: number | null;
}

export interface AuditLine {
  readonly sequence: number;
  readonly time_s: number;
  readonly actor: string;
  readonly action: string;
  readonly detail: string;
  readonly hash: string;
}

/** Lines of the audit log, the newest first, below a number where one is given. */
export function useAudit(before: number | null): Resource<AuditPage> {
  return useResource(api(["audit"], before === null ? {} : { before: String(before) }), false);
}

export async function openCase(run: string, cluster: string): Promise<void> {
  await post(api(["cases"]), { run_id: run, cluster_id: cluster });
}

/** Adds to the history of a case, unless somebody else did since it was read (409). */
export async function addEntry(found: CaseRow, entry: NewEntry): Promise<void> {
  const headers = { ...(await postHeaders()), "If-Match": `"${found.case_id}-${found.version}"` };
  const address = api(["cases", String(found.case_id), "entries"]);
  await request(address, { method: "POST", headers, body: JSON.stringify(entry) });
}

export function packAddress(found: CaseRow, draft: boolean): string {
  return api(["cases", String(found.case_id), "export"], draft ? { draft: "true" } : {});
}
