import { useEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";

/** Width of an element in CSS pixels, followed as it changes. */
export function useWidth<T extends Element>(first = 600): [RefObject<T>, number] {
  const element = useRef<T>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (!element.current) return undefined;
    const watcher = new ResizeObserver(([entry]) => {
      const now = Math.round(entry.contentRect.width);
      if (now > 0) setWidth(now);
    });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return [element, width];
}
