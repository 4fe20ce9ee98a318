import { invalid } from "../domain/errors.js";

/** The entity tag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version that `If-Match` asks for; undefined where any will do (no header, or `*`). */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const match = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch);
  if (match === null) throw invalid("If-Match", 'Must be one ETag as it came, such as "3", or *.');
  return Number(match[1]);
}
