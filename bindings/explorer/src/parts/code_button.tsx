import { useState } from "preact/hooks";
import { Dialog } from "./dialog";
import { copy } from "./toast";

/** Shows the lines of Python that give the data behind a view, and copies them. */
export function CodeButton({ code }: { code: string }) {
  const [open, setOpen] = useState(false);
  const take = (): void => {
    setOpen(true);
    void copy(code, "Python copied");
  };
  return (
    <>
      <button type="button" onClick={take}>Copy as Python</button>
      {open && (
        <Dialog title="The same in a notebook" close={() => setOpen(false)}>
          <pre tabIndex={0}><code>{code}</code></pre>
          <button type="button" onClick={() => void copy(code, "Python copied")}>Copy again</button>
        </Dialog>
      )}
    </>
  );
}

export function LinkButton() {
  return (
    <button type="button" onClick={() => void copy(location.href, "Link copied: it opens this very view")}>
      Copy link
    </button>
  );
}
