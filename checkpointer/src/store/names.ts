/**
 * LangGraph's names as mneme's. A label of mneme holds only `[A-Za-z0-9_-]`; LangGraph's may be any text, so any other
 * one is escaped, one to one: `user@x` is `--user_40x`. What begins like an escaped label is escaped as well, so no two
 * labels are ever the same.
 */
const PLAIN = /^[A-Za-z0-9_-]+$/;
const ESCAPED = "--";
/** Bytes of UTF-8; of half a surrogate pair, which has none, the UTF-16 unit. */
const ESCAPE = /_(?:([0-9a-f]{2})|u([0-9a-f]{4}))/g;

export function encodeLabel(label: string): string {
  if (PLAIN.test(label) && !label.startsWith(ESCAPED)) return label;
  return ESCAPED + label.replace(/[^A-Za-z0-9-]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (!character.isWellFormed()) return `_u${character.charCodeAt(0).toString(16)}`;
  return [...Buffer.from(character)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join("");
}

/** Undefined: no label of LangGraph's is encoded so. */
export function decodeLabel(encoded: string): string | undefined {
  if (!encoded.startsWith(ESCAPED)) return encoded;
  const units = encoded
    .slice(ESCAPED.length)
    .split(/((?:_[0-9a-f]{2})+|_u[0-9a-f]{4})/)
    .map((part, index) => (index % 2 === 0 ? part : unescapeRun(part)));
  const label = units.join("");
  return encodeLabel(label) === encoded ? label : undefined;
}

function unescapeRun(escaped: string): string {
  const [unit] = [...escaped.matchAll(ESCAPE)].flatMap(([, , code]) => (code === undefined ? [] : [code]));
  if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
  return Buffer.from(escaped.replaceAll("_", ""), "hex").toString("utf8");
}

export function encodeNamespace(root: readonly string[], labels: readonly string[]): string {
  return [...root, ...labels.map(encodeLabel)].join(".");
}

/** Undefined: it isn't the store's. */
export function decodeNamespace(root: readonly string[], namespace: string): string[] | undefined {
  const labels = namespace.split(".");
  if (root.some((label, index) => labels[index] !== label)) return undefined;
  const decoded = labels.slice(root.length).map(decodeLabel);
  return decoded.every((label) => label !== undefined) ? decoded : undefined;
}

/** Everything at and below a namespace, as a pattern of mneme's. */
export function patternBelow(root: readonly string[], labels: readonly string[]): string {
  const namespace = encodeNamespace(root, labels);
  return namespace === "" ? "**" : `${namespace}.**`;
}

/** No URL can name an empty key, `.` or `..`: these, and what they become, get a `~` in front. */
const UNNAMEABLE = /^~*\.{0,2}$/;

export function encodeKey(key: string): string {
  if (!key.isWellFormed()) {
    throw new TypeError(
      `A key must be well-formed Unicode, without a lone surrogate: ${JSON.stringify(key)}`,
    );
  }
  return UNNAMEABLE.test(key) ? `~${key}` : key;
}

export function decodeKey(key: string): string {
  return UNNAMEABLE.test(key) ? key.slice(1) : key;
}
