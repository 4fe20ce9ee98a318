import type { Situation } from "../../memory/ports/search.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { situationIn } from "../codec/situation.js";
import { jsonOf } from "./json-of.js";

export async function situationsOf(
  deps: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (Situation | undefined)[]> {
  const found = await jsonOf(deps, refs, PATH);
  return found.map((reply) => (reply === undefined ? undefined : situationIn(reply)));
}

const PATH = "$['memory','index']['timestamp','session_id','follows','asks','said']";
