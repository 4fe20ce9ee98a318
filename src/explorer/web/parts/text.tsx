import { useState } from "preact/hooks";
import { excerpt } from "../base/format.js";

const SHORT = 480;

/**
 * Text of a memory. It is set as text, never as markup; its direction is its own and ends with it.
 */
export function MemoryText({ text, whole = false }: { readonly text: string; readonly whole?: boolean }) {
  const [open, setOpen] = useState(whole);
  const long = text.length > SHORT;
  return (
    <div class="memory-text">
      <p dir="auto">{open || !long ? text : excerpt(text, SHORT)}</p>
      {long && !whole && (
        <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`}
        </button>
      )}
    </div>
  );
}
