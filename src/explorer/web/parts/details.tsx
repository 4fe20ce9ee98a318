import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface DetailsProps {
  readonly summary: ComponentChildren;
  /** Made when it is opened: it may be dear. */
  readonly children: () => ComponentChildren;
}

export function Details({ summary, children }: DetailsProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children()}
    </details>
  );
}
