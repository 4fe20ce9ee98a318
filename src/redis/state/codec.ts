import type { StateDocument, StateFacts } from "../../state/document.js";
import type { Precondition } from "../../domain/precondition.js";
import type { AskedTtl, TtlTooLong } from "../../state/ports.js";

/** Seconds, 'null' for no expiry, '' for the script's default. */
export function encodeTtl(ttl: AskedTtl): string {
  return ttl === undefined ? "" : String(ttl);
}

const WANTED = { any: "", present: "*", absent: "-" } as const;

export function encodePrecondition(precondition: Precondition): string {
  return typeof precondition === "number" ? String(precondition) : WANTED[precondition];
}

/** Reads version, time, by, expires and sliding from a script's reply, after its code. */
export function decodeFacts(reply: readonly [number, ...string[]]): StateFacts {
  const [, version, time, by = "", expires, sliding] = reply;
  return {
    version: Number(version),
    updated_at: Number(time),
    updated_by: by,
    expires_at: expires === "" ? null : Number(expires),
    sliding: sliding === "1",
  };
}

/** As {@link decodeFacts}, with the value after them. */
export function decodeDocument(reply: readonly [number, ...string[]]): StateDocument {
  const [, , , , , , json = "null"] = reply;
  return { ...decodeFacts(reply), json };
}

export function tooLong(most: string | undefined): TtlTooLong {
  return { kind: "ttl_too_long", maxSeconds: Number(most) };
}
