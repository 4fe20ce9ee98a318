import { PII_KINDS } from "./kinds.js";
import type { PiiKind } from "./kinds.js";

/** Digits of a token: 64 bits, so that no two values of a namespace will ever share one. */
const DIGITS = 16;

/** What `redact` writes, and `tokenize` where no token may be made. */
export const redactionMark = (kind: PiiKind): string => `[${kind}]`;

/** What `tokenize` writes. `digest`: at least 16 hexadecimal digits. */
export const tokenMark = (kind: PiiKind, digest: string): string => `[${kind}:${digest.slice(0, DIGITS)}]`;

const KINDS = PII_KINDS.join("|");
const MARKS = new RegExp(String.raw`\[(?:${KINDS})(?::[0-9a-f]{${DIGITS}})?\]`, "g");
const ANY_TOKEN = String.raw`\[(${KINDS}):[0-9a-f]{${DIGITS}}\]`;
/** What a token looks like. */
export const TOKEN = new RegExp(`^${ANY_TOKEN}$`);
const TOKENS = new RegExp(ANY_TOKEN, "g");

/** Tokens that a text shows. */
export function tokensIn(text: string): string[] {
  return text.includes("[") ? [...text.matchAll(TOKENS)].map(([token]) => token) : [];
}

/** Tokens that the texts of some JSON parts show, names of members included. Iterative: a caller decides how deep it is. */
export function tokensOf(parts: object): Set<string> {
  const found = new Set<string>();
  const open: unknown[] = [parts];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node === "string") for (const token of tokensIn(node)) found.add(token);
    if (typeof node !== "object" || node === null) continue;
    if (Array.isArray(node)) for (const child of node as readonly unknown[]) open.push(child);
    else for (const [name, value] of Object.entries(node)) open.push(name, value);
  }
  return found;
}

/** Places of marks and tokens in a text: nothing in them is personal data, whatever it looks like. */
export function marksIn(text: string): { readonly start: number; readonly end: number }[] {
  if (!text.includes("[")) return [];
  return [...text.matchAll(MARKS)].map(({ index, 0: mark }) => ({ start: index, end: index + mark.length }));
}
