// Talks to the server that gave this page, and to no other.

export interface Fault {
  readonly status: number;
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly requestId: string;
}

export class ApiError extends Error {
  constructor(readonly fault: Fault) {
    super(fault.what);
  }
}

const LONGEST_MS = 120_000;
const RETRY_MS = 3000;
const HEARTBEAT_MS = 15_000;
const KEPT = 60;

type Listener = (connected: boolean) => void;
const listeners = new Set<Listener>();
let connected = true;
let retry = 0;

export function onConnection(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setConnected(now: boolean): void {
  if (!now && retry === 0) retry = window.setTimeout(ask, RETRY_MS);
  if (now === connected) return;
  connected = now;
  for (const listener of listeners) listener(now);
}

/** Asks now and then, so that a reader of what is already on the page learns that the server is gone. */
export function keepAsking(): () => void {
  const timer = setInterval(() => {
    if (connected && document.visibilityState === "visible") void ask();
  }, HEARTBEAT_MS);
  return () => clearInterval(timer);
}

/** Asks until the server answers again. */
export async function ask(): Promise<void> {
  clearTimeout(retry);
  retry = 0;
  try {
    await fetch("/api/meta", { headers: { Accept: "application/json" } });
    setConnected(true);
  } catch {
    setConnected(false);
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

/** What a failed answer says, in whatever form it came. */
export function faultOf(status: number, body: unknown, requestId: string): Fault {
  const outer = (body ?? {}) as Record<string, unknown>;
  const told = (typeof outer.error === "object" && outer.error !== null ? outer.error : outer) as Record<string, unknown>;
  return {
    status,
    what: text(told.what, text(told.detail, `The server answered ${status}`)),
    why: text(told.why, ""),
    next: text(told.next, status >= 500 ? "Try again; if it stays, look into the server's log." : ""),
    requestId: text(told.request_id, requestId),
  };
}

async function asJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

export async function request(address: string, init: RequestInit = {}): Promise<unknown> {
  const timeout = AbortSignal.timeout(LONGEST_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const headers = { Accept: "application/json", ...init.headers };
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...init, headers, signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    setConnected(false);
    throw new ApiError({
      status: 0,
      what: timeout.aborted ? "The server took too long" : "The server cannot be reached",
      why: timeout.aborted
        ? `It gave no answer within ${LONGEST_MS / 1000} seconds.`
        : "It was stopped, or the connection to it broke.",
      next: "This page asks again every 3 seconds. Start `lockstep explore` again if it was stopped.",
      requestId: "",
    });
  }
  setConnected(true);
  const body = await asJson(answer);
  if (!answer.ok) throw new ApiError(faultOf(answer.status, body, answer.headers.get("X-Request-Id") ?? ""));
  return body;
}

/** Finished runs never change, so that what was read of them once is good for as long as the page. */
const kept = new Map<string, Promise<unknown>>();

export function read(address: string, lasting: boolean, signal?: AbortSignal): Promise<unknown> {
  const known = kept.get(address);
  if (known) return known;
  const answer = request(address, lasting ? {} : { signal });
  if (!lasting) return answer;
  kept.set(address, answer);
  answer.catch(() => kept.delete(address));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return answer;
}
