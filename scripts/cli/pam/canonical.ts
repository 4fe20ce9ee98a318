import { createHash } from "node:crypto";

/** JSON by RFC 8785: names in order of their UTF-16 code units. JSON.stringify writes numbers and strings as it wants them. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
}

/** What Python takes for white space, which PAM's hash of a content is defined with. */
const SPACES = new RegExp(
  `[\\t-\\r${String.fromCodePoint(0x1c, 0x1d, 0x1e, 0x1f)} \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]+`,
  "gu",
);

/** Section 9.4 of the specification: trimmed, in lower case, NFC, with single spaces. */
export function contentHash(content: string): string {
  const trimmed = content.replaceAll(SPACES, " ").replace(/^ | $/g, "");
  const normalised = trimmed.toLowerCase().normalize("NFC").replaceAll(SPACES, " ");
  return `sha256:${createHash("sha256").update(normalised).digest("hex")}`;
}
