import { useEffect, useState } from "preact/hooks";

let show: (text: string) => void = () => undefined;

/** Tells in a corner, and to screen readers, that something was done. */
export function toast(text: string): void {
  show(text);
}

export function Toasts() {
  const [text, setText] = useState("");
  useEffect(() => {
    show = setText;
    return () => {
      show = () => undefined;
    };
  }, []);
  useEffect(() => {
    if (text === "") return undefined;
    const timer = setTimeout(() => setText(""), 5000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="status" aria-live="polite">
      {text !== "" && <div class="toast">{text}</div>}
    </div>
  );
}

export async function copy(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast("The browser let nothing be copied; select the text and copy it by hand.");
  }
}
