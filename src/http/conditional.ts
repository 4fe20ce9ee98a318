import type { Context as HonoContext } from "hono";
import { invalid } from "../domain/errors.js";
import type { Precondition } from "../domain/precondition.js";

/** The entity tag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version that `If-Match` asks for; undefined where any will do (no header, or `*`). */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const match = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch);
  if (match === null) throw invalid("If-Match", 'Must be one ETag exactly as received, such as "3", or *.');
  return Number(match[1]);
}

/** The precondition that `If-Match` and `If-None-Match` set for a write. */
export function preconditionOf(c: HonoContext): Precondition {
  const ifMatch = c.req.header("if-match");
  const ifNoneMatch = c.req.header("if-none-match");
  if (ifNoneMatch === undefined) {
    if (ifMatch === undefined) return "any";
    return expectedVersion(ifMatch) ?? "present";
  }
  if (ifNoneMatch.trim() !== "*")
    throw invalid("If-None-Match", "Must be *, which means: only if it doesn't exist yet.");
  if (ifMatch !== undefined) throw invalid("If-None-Match", "Can't be sent together with If-Match.");
  return "absent";
}
