import type { Trail } from "../../access/trail.js";
import { packText } from "../codec/packed-text.js";

export interface EncodedTrail {
  /** An entry as far as it is known before the act, as JSON that is open at its end. */
  readonly entry: string;
  /** The same, packed. */
  readonly packed: Buffer;
}

interface Beginning {
  readonly text: string;
  readonly packed: Buffer;
}

/** More beginnings of entries than these are packed again. */
const MAX_KNOWN = 1_000;

/** Packs once how all entries of a caller and verb begin: there is an entry for each request. */
export function createTrailEncoder(): (trail: Trail) => EncodedTrail {
  const known = new Map<string, Beginning>();

  function beginningOf(agent: string, keyId: string | null, verb: string): Beginning {
    // Neither a verb nor an id has a space in it.
    const name = `${verb} ${keyId ?? ""} ${agent}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    if (known.size >= MAX_KNOWN) known.clear();
    // Short names, and the same order in all entries: packText has one byte for what stands between the values.
    const key = keyId === null ? "" : `,"k":${JSON.stringify(keyId)}`;
    const text = `{"a":${JSON.stringify(agent)}${key},"v":${JSON.stringify(verb)},"r":"`;
    const made = { text, packed: packText(text) };
    known.set(name, made);
    return made;
  }

  return ({ agent, keyId, verb, requestId, ids, other }) => {
    const beginning = beginningOf(agent, keyId, verb);
    let rest = JSON.stringify(requestId).slice(1);
    if (other !== undefined) rest += `,"n":${JSON.stringify(other)}`;
    if (ids !== undefined && ids.length > 0) rest += `,"i":${JSON.stringify(ids)}`;
    return { entry: beginning.text + rest, packed: packText(rest, beginning.packed) };
  };
}
