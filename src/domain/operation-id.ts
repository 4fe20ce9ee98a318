import { createHash } from "node:crypto";

/** Crockford's base32, as in ULIDs. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 26;

/** The id of what an operation makes: a retry makes the same one. It has the form of a ULID, and no time. */
export function idOfOperation(operation: string): string {
  const bytes = createHash("sha256").update(operation).digest();
  // The first digit of a ULID is at most 7.
  return Array.from({ length: LENGTH }, (_, at) =>
    DIGITS.charAt((bytes[at] ?? 0) % (at === 0 ? 8 : 32)),
  ).join("");
}
