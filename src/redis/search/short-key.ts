import { hash } from "node:crypto";

const LONGEST = 96;

/**
 * A key for a cache that is bounded by its number of entries. Callers name namespaces and words of any length, so a
 * long key is replaced by its digest.
 */
export const shortKey = (text: string): string =>
  text.length <= LONGEST ? text : hash("sha256", text, "base64url");
