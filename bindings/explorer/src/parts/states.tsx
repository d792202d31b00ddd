// What stands where data are to come, or do not come.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Fault } from "../api/fetching";
import type { Resource } from "../api/use_resource";

export function Skeleton({ what, lines = 6 }: { what: string; lines?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 2000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status">
      <p class={slow ? "soft" : "hidden-text"}>
        {slow ? `Still reading ${what}; large runs take a while. Back leaves this view.` : `Reading ${what}`}
      </p>
      <div class="skeleton" aria-hidden="true">
        {Array.from({ length: lines }, (_, line) => (
          <span key={line} />
        ))}
      </div>
    </div>
  );
}

export function FaultNote({ fault, retry }: { fault: Fault; retry?: () => void }) {
  return (
    <div class="note warn" role="alert">
      <p><strong>{fault.what}</strong></p>
      {fault.why !== "" && <p>{fault.why}</p>}
      {fault.next !== "" && <p>{fault.next}</p>}
      <p class="row">
        {retry && <button type="button" onClick={retry}>Try again</button>}
        {fault.requestId !== "" && <span class="soft small">request <code>{fault.requestId}</code></span>}
      </p>
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

export function Loaded<T>(props: {
  resource: Resource<T>;
  what: string;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  const { resource, what, lines, children } = props;
  if (resource.state === "loading") return <Skeleton what={what} lines={lines} />;
  if (resource.state === "failed") return <FaultNote fault={resource.fault} retry={resource.retry} />;
  return <>{children(resource.data)}</>;
}
