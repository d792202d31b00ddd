// Decisions: who decided what, why, and who signed it. Nothing here acts on an account.
import { request } from "./fetching";
import { api, post, postHeaders } from "./resources";
import type { components } from "./schema";
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

type Schemas = components["schemas"];

export type CaseRow = Schemas["CaseRow"];
export type CaseEntry = Schemas["CaseEntry"];
export type CaseDetail = Schemas["CaseDetail"];
export type AuditLine = Schemas["AuditLine"];
export type NewEntry =
  | Schemas["NewDisposition"]
  | Schemas["NewSignature"]
  | Schemas["NewAssignment"]
  | Schemas["NewComment"]
  | Schemas["NewUndo"];
type CaseList = Schemas["CaseList"];
type AuditPage = Schemas["AuditPage"];

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
