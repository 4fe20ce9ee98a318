import type { Found, Sought } from "./found.js";

/** RFC 5321's limit. */
const MOST_LOCAL = 64;
const LOCAL = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
/** A dot or a quote before an address belongs to the sentence. */
const LEADING = /^[^\p{L}\p{N}_]+/u;
const DOMAIN = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:xn--[a-z0-9-]{2,58}|\p{L}{2,24})(?![\p{L}\p{N}@])/uy;

/** Addresses by their at signs: each looks at 64 characters before it, and at one domain's length after. */
export function findEmails({ text }: Sought): Found[] {
  const found: Found[] = [];
  let last = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const local = localBefore(text, at, last);
    if (local === "" || local.endsWith(".")) continue;
    DOMAIN.lastIndex = at + 1;
    const [domain] = DOMAIN.exec(text) ?? [];
    if (domain === undefined) continue;
    const end = at + 1 + domain.length;
    // A repository of Git over SSH, not somebody's address.
    if (local === "git" && text.charAt(end) === ":") continue;
    const start = at - local.length;
    found.push({ kind: "email", start, end, value: text.slice(start, end).toLowerCase() });
    last = end;
  }
  return found;
}

function localBefore(text: string, at: number, last: number): string {
  const least = Math.max(last, at - MOST_LOCAL);
  let start = at;
  while (start > least && LOCAL.test(text.charAt(start - 1))) start--;
  return text.slice(start, at).replace(LEADING, "");
}
