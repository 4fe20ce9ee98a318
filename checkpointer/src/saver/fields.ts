// Text that stands next to other text in one field of a hash or one member of a sorted set.
// oxlint-disable no-control-regex -- Control characters are what has to be found.

const SPECIAL = /[\0\x01\p{Surrogate}]/gu;
const ESCAPED = /\x01(?:([\x01\x02])|\x03([0-9a-f]{4}))/g;

/**
 * Makes text safe to stand before or after a `\0`, one to one, and such that bytes sort as the text does. A caller's
 * `\0` would else shift the border between a namespace and an id, and halves of surrogate pairs, which UTF-8 can't
 * carry, would all become the same character.
 */
export function escapeField(text: string): string {
  return text.replace(SPECIAL, (found) => {
    if (found === "\0") return "\x01\x01";
    if (found === "\x01") return "\x01\x02";
    return `\x01\x03${found.charCodeAt(0).toString(16)}`;
  });
}

export function unescapeField(field: string): string {
  if (!field.includes("\x01")) return field;
  return field.replace(ESCAPED, (_, code: string | undefined, unit: string | undefined) => {
    if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
    return code === "\x01" ? "\0" : "\x01";
  });
}

/** A namespace as scripts take it, with the border behind it. */
export const namespaceField = (namespace: string): string => `${escapeField(namespace)}\0`;

export const namespaceOfField = (field: string): string => unescapeField(field.slice(0, -1));

/** A channel as errors name it. */
export const channelNamed = (name: string): string => `The channel ${JSON.stringify(name)}`;
