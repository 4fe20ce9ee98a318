import type { Memory } from "../../memory/model/record.js";
import type { Situation } from "../../memory/ports/search.js";

/**
 * In one array: first what the memory has, two values in any order, of which the session may be null; then what its
 * index entry has.
 */
export function situationIn(reply: string): Situation | undefined {
  const values: unknown = JSON.parse(reply);
  if (!Array.isArray(values)) return undefined;
  const [memory, index] = [values.slice(0, 2), values.slice(2)];
  const time = numberIn(memory);
  return time === undefined ? undefined : { time, session: stringIn(memory), ...turnIn(index) };
}

/** Of a memory that was read, and of what its index entry has, as JSON.MGET writes it; undefined: nothing. */
export function situationOf({ timestamp, session_id }: Memory, reply: string | undefined): Situation {
  const values: unknown = reply === undefined || reply === "[]" ? NOTHING : JSON.parse(reply);
  return {
    time: timestamp,
    session: session_id ?? undefined,
    ...turnIn(Array.isArray(values) ? values : []),
  };
}

const NOTHING: readonly unknown[] = [];

function turnIn(index: readonly unknown[]): Omit<Situation, "time" | "session"> {
  return { follows: stringIn(index), asks: numberIn(index) ?? 0, speaker: speakerIn(index) };
}

/** The only object. */
function speakerIn(values: readonly unknown[]): string | undefined {
  for (const value of values)
    if (typeof value === "object" && value !== null && "by" in value && typeof value.by === "string")
      return value.by;
  return undefined;
}

const numberIn = (values: readonly unknown[]): number | undefined =>
  values.find((value) => typeof value === "number");

const stringIn = (values: readonly unknown[]): string | undefined =>
  values.find((value) => typeof value === "string");
