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
  const expires = reply[4];
  return {
    version: Number(reply[1]),
    updated_at: Number(reply[2]),
    updated_by: reply[3] ?? "",
    expires_at: expires === "" ? null : Number(expires),
    sliding: reply[5] === "1",
  };
}

/** As {@link decodeFacts}, with the value after them. */
export function decodeDocument(reply: readonly [number, ...string[]]): StateDocument {
  return { ...decodeFacts(reply), json: reply[6] ?? "null" };
}

export function tooLong(most: string | undefined): TtlTooLong {
  return { kind: "ttl_too_long", maxSeconds: Number(most) };
}
