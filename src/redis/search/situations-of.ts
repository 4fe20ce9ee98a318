import type { Situation } from "../../memory/ports/search.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { jsonOf } from "./json-of.js";

export async function situationsOf(
  deps: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (Situation | undefined)[]> {
  const found = await jsonOf(deps, refs, PATH);
  return found.map((reply) => (reply === undefined ? undefined : situationIn(reply)));
}

const PATH = "$['memory','index']['timestamp','session_id','follows','asks','said']";

/**
 * In one array: first what the memory has, two values in any order, of which the session may be null; then what its
 * index entry has.
 */
function situationIn(reply: string): Situation | undefined {
  const values: unknown = JSON.parse(reply);
  if (!Array.isArray(values)) return undefined;
  const [memory, index] = [values.slice(0, 2), values.slice(2)];
  const time = numberIn(memory);
  return time === undefined
    ? undefined
    : {
        time,
        session: stringIn(memory),
        follows: stringIn(index),
        asks: numberIn(index) ?? 0,
        speaker: speakerIn(index),
      };
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
