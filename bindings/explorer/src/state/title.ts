import { useEffect } from "preact/hooks";

/** Title of the browser's tab; screen readers tell it as the name of the view. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} \u00b7 Lockstep`;
  }, [title]);
}
