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

const PATH = "$.memory['timestamp','session_id']";

/** Both in one array, in any order; a memory without a session has a null there. */
function situationIn(reply: string): Situation | undefined {
  const values: unknown = JSON.parse(reply);
  if (!Array.isArray(values)) return undefined;
  const time: unknown = values.find((value) => typeof value === "number");
  const session: unknown = values.find((value) => typeof value === "string");
  return typeof time !== "number"
    ? undefined
    : { time, session: typeof session === "string" ? session : undefined };
}
