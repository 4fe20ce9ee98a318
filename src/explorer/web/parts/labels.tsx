import { decimal } from "../base/format.js";
import type { Memory } from "../base/service.js";

/** What kind of memory it is. */
export function TypeLabel({ memory }: { readonly memory: Pick<Memory, "memory_type"> }) {
  return <span class={`type type-${memory.memory_type}`}>{memory.memory_type}</span>;
}

interface TrustProps {
  readonly value: number;
  /** Whether a head of a column names it already. */
  readonly headed?: boolean;
}

/** How far to believe it, as a number and a short bar. */
export function Trust({ value, headed = false }: TrustProps) {
  return (
    <span class="trust" title={`trust ${value}`}>
      <span class="trust-bar" aria-hidden="true">
        <span style={{ width: `${Math.round(value * 100)}%` }} />
      </span>
      <span>
        <span class={headed ? "hidden" : ""}>trust </span>
        {decimal(value, 2)}
      </span>
    </span>
  );
}

/** Marks of what is out of the ordinary. */
export function Marks({ memory }: { readonly memory: Memory }) {
  const marks = [
    ...(memory.quarantined ? ["quarantined"] : []),
    ...(memory.superseded_at === null ? [] : ["superseded"]),
    ...(memory.archived ? ["archived"] : []),
    ...(memory.pinned ? ["pinned"] : []),
    ...(memory.human_confirmed ? ["confirmed by a person"] : []),
    ...((memory.fact?.contradicts.length ?? 0) > 0 ? ["contradicted"] : []),
    ...(memory.origin === null ? [] : ["copy"]),
  ];
  return (
    <>
      {marks.map((mark) => (
        <span key={mark} class="mark">
          {mark}
        </span>
      ))}
    </>
  );
}
