import { createHash } from "node:crypto";
import { invalid } from "../domain/errors.js";
import type { Place } from "./entry.js";

/** Where a walk through the audit trail goes on. */
export interface WalkPosition {
  /** The last entry that was looked at. */
  readonly after: Place;
  /** Milliseconds: what came later than the walk's first page isn't part of it. */
  readonly horizon: number;
}

/** A cursor belongs to one walk: with another filter it would skip what it shouldn't. */
export function fingerprint(...query: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 12);
}

export function encodeCursor({ after, horizon }: WalkPosition, query: string): string {
  const { time, number, trail } = after;
  return Buffer.from([time, number, horizon, query, trail].join(" ")).toString("base64url");
}

export function decodeCursor(cursor: string, query: string): WalkPosition {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const match = /^(\d{1,15}) (\d{1,16}) (\d{1,15}) ([\w-]{12}) ([\w.~-]{1,256})$/.exec(text);
  if (match?.[4] === undefined || match[5] === undefined) throw invalid("cursor", "Invalid cursor.");
  if (match[4] !== query) throw invalid("cursor", "The cursor was issued for a different filter or order.");
  return {
    after: { time: Number(match[1]), number: Number(match[2]), trail: match[5] },
    horizon: Number(match[3]),
  };
}
