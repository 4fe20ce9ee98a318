import { createHash } from "node:crypto";
import { invalid } from "./errors.js";

/** A cursor belongs to one walk: with another filter it would skip what it shouldn't. */
export function walkOf(...query: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 12);
}

export function encodePlace(place: string, walk: string): string {
  return Buffer.from(`${walk}${place}`).toString("base64url");
}

export function decodePlace(cursor: string, walk: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!text.startsWith(walk)) throw invalid("cursor", "The cursor was issued for a different list.");
  return text.slice(walk.length);
}
