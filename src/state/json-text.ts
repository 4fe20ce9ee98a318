import { invalid } from "../domain/errors.js";
import type { JsonValue } from "../domain/json.js";
import { LIMITS } from "../domain/limits.js";
import { exactText, isReadExactly } from "./exact-number.js";

/** A JSON value, checked, as text. */
export interface JsonText {
  /** As a caller gets it back. */
  readonly json: string;
  /** As RedisJSON reads it exactly, but for the fixes. */
  readonly stored: string;
  /** By turns: where (a JSONPath without its `$`), and what to add to the number there. */
  readonly fixes: readonly string[];
}

const NO_FIXES: readonly string[] = [];

/**
 * Throws `invalid_request` that names the field if the value is nested too deep, ill-formed or too large. `above`: how
 * many levels of a document it is put under.
 */
export function jsonText(field: string, value: JsonValue, above = 0): JsonText {
  const plain = inspect(field, value, above + 1);
  const json = plain ? JSON.stringify(value) : writeShortest(value);
  if (json.length > LIMITS.stateBytes / 3 && Buffer.byteLength(json) > LIMITS.stateBytes) {
    throw invalid(field, `Must not exceed ${LIMITS.stateBytes} bytes of JSON.`);
  }
  if (plain) return { json, stored: json, fixes: NO_FIXES };
  const fixes: string[] = [];
  return { json, stored: writeExact(value, "", fixes), fixes };
}

/** One walk for all that must be known. False if a number in it needs care. */
function inspect(field: string, value: JsonValue, depth: number): boolean {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw illFormed(field);
    return true;
  }
  if (typeof value === "number") return isReadExactly(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth > LIMITS.stateDepth) {
    throw invalid(field, `Must not be nested deeper than ${LIMITS.stateDepth} levels.`);
  }
  let plain = true;
  if (Array.isArray(value)) {
    for (const element of value) if (!inspect(field, element, depth + 1)) plain = false;
    return plain;
  }
  for (const [key, child] of Object.entries(value)) {
    if (!key.isWellFormed()) throw illFormed(field);
    if (!inspect(field, child, depth + 1)) plain = false;
  }
  return plain;
}

function illFormed(field: string) {
  return invalid(field, "Must be well-formed Unicode (it has a lone surrogate).");
}

/** As JSON.stringify, which writes -0 as 0. The depth is bounded by now. */
function writeShortest(value: JsonValue): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (Array.isArray(value)) return `[${value.map(writeShortest).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, child]) => `${JSON.stringify(key)}:${writeShortest(child)}`,
  );
  return `{${members.join(",")}}`;
}

function writeExact(value: JsonValue, path: string, fixes: string[]): string {
  if (typeof value === "number") {
    if (isReadExactly(value)) return String(value);
    const { text, add } = exactText(value);
    if (add !== undefined) fixes.push(path, add);
    return text;
  }
  if (Array.isArray(value)) {
    return `[${value.map((element, index) => writeExact(element, `${path}[${index}]`, fixes)).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, child]) => `${JSON.stringify(key)}:${writeExact(child, path + step(key), fixes)}`,
  );
  return `{${members.join(",")}}`;
}

/** RedisJSON's paths know two escapes in a quoted name, and take every other character as it is. */
function step(key: string): string {
  return `["${key.replaceAll(/["\\]/g, String.raw`\$&`)}"]`;
}
