import { LIMITS } from "../../domain/limits.js";
import { truncateUtf8 } from "./truncate.js";
import type { JsonValue } from "../../domain/json.js";

/** Lines within the limit of a content: long ones are cut, short ones stay whole. */
export function fitLines(lines: readonly string[]): string {
  const limit = LIMITS.contentBytes - lines.length;
  const sizes = lines.map((text) => Buffer.byteLength(text));
  const share = fairShare(sizes, limit);
  return lines.map((text) => truncateUtf8(text, share)).join("\n");
}

/** `undefined` where there is nothing to say. */
export function line(label: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return `${oneLine(label)}: ${continued(typeof value === "string" ? value : JSON.stringify(value))}`;
}

/** Every line break of any reader: also U+2028 and U+2029, a vertical tab, a form feed, U+0085. */
const BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/gu;

/**
 * Begins every further line of a text. A line of a transcript that doesn't begin with it was begun by the transcript
 * itself, so only there a speaker is named.
 */
export const CONTINUED = "  ";

function continued(text: string): string {
  return text.replaceAll(BREAKS, `\n${CONTINUED}`);
}

/** A name is a caller's text too. */
function oneLine(label: string): string {
  return label.replaceAll(BREAKS, " ");
}

/** The largest size to which all may be cut so that their sum stays within `limit` (max-min fairness). */
export function fairShare(sizes: readonly number[], limit: number): number {
  let left = limit;
  const ascending = sizes.toSorted((a, b) => a - b);
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return limit;
}
