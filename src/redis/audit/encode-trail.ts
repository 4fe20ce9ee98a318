import type { Trail } from "../../access/trail.js";
import { packText } from "../codec/packed-text.js";

export interface EncodedTrail {
  /** An entry as far as it is known before the act, as JSON that is open at its end. */
  readonly entry: string;
  /** The same, packed. */
  readonly packed: Buffer;
}

/** More beginnings of entries than these are packed again. */
const MAX_KNOWN = 1_000;

/** Packs once how all entries of a caller and verb begin: there is an entry for each request. */
export function createTrailEncoder(): (trail: Trail) => EncodedTrail {
  const known = new Map<string, Buffer>();

  function packedBeginning(text: string): Buffer {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= MAX_KNOWN) known.clear();
    const packed = packText(text);
    known.set(text, packed);
    return packed;
  }

  return ({ agent, keyId, verb, requestId, ids, other }) => {
    // Short names, and the same order in all entries: packText has one byte for what stands between the values.
    const key = keyId === null ? "" : `,"k":${JSON.stringify(keyId)}`;
    const beginning = `{"a":${JSON.stringify(agent)}${key},"v":${JSON.stringify(verb)},"r":"`;
    let rest = JSON.stringify(requestId).slice(1);
    if (other !== undefined) rest += `,"n":${JSON.stringify(other)}`;
    if (ids !== undefined && ids.length > 0) rest += `,"i":${JSON.stringify(ids)}`;
    return { entry: beginning + rest, packed: Buffer.concat([packedBeginning(beginning), packText(rest)]) };
  };
}
