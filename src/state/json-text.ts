import type { DomainError } from "../domain/errors.js";
import { invalid } from "../domain/errors.js";
import type { JsonValue } from "../domain/json.js";
import { LIMITS } from "../domain/limits.js";
import { exactText, isReadExactly } from "./exact-number.js";
import type { WritePath } from "./path.js";

/** A JSON value, checked, as text. */
export interface JsonText {
  /** The text that a caller gets back. */
  readonly json: string;
  /** The text that RedisJSON reads exactly, except for the fixes. */
  readonly stored: string;
  /** Pairs: a place (a JSONPath without its `$`), and what to add to the number there. */
  readonly fixes: readonly string[];
  /** It holds a number that RedisJSON may give back otherwise once it has loaded a snapshot. */
  readonly delicate: boolean;
  /**
   * For a merge, pairs: the place of an array that RedisJSON 8.8 would narrow (see {@link isNarrowable}), and its text.
   */
  readonly arrays: readonly string[];
  /** One of those arrays stands where no path leads. */
  readonly hidden: boolean;
}

const NO_FIXES: readonly string[] = [];

export interface JsonTextOptions {
  /** The value is merged into an existing one, so a path must lead to one place in any document. */
  readonly merged?: boolean;
  /** The path at which it is put into a document; undefined: it is the document. */
  readonly at?: WritePath | undefined;
}

/**
 * Throws `invalid_request` that names the field if the value is nested too deep, ill-formed or too large, or holds a
 * number that RedisJSON would not keep exactly.
 */
export function jsonText(
  field: string,
  value: JsonValue,
  { merged = false, at }: JsonTextOptions = {},
): JsonText {
  const inArray = at?.elements !== undefined && isFraction(value);
  const plain = inspect(field, value, (at?.depth ?? 0) + 1) && !inArray;
  const json = plain ? JSON.stringify(value) : writeShortest(value);
  if (json.length > LIMITS.stateBytes / 3 && Buffer.byteLength(json) > LIMITS.stateBytes) {
    throw invalid(field, `Must not exceed ${LIMITS.stateBytes} bytes of JSON.`);
  }
  if (plain) return { json, stored: json, fixes: NO_FIXES, delicate: false, arrays: NO_FIXES, hidden: false };
  const fixes: Fix[] = [];
  const stored = writeExact(value, [], fixes);
  const loose = fixes.filter(({ steps }) => steps.includes(ANY));
  const [first] = loose;
  if (first !== undefined && loose.length > MOST_LOOSE) throw inexact(field, first.number);
  for (const { steps, number } of fixes) {
    const alone = !steps.includes(ANY) || (!merged && countNumbers(value, steps) === 1);
    // A filter may not hold any more once the value is there.
    if (!alone || at?.filtered === true) throw inexact(field, number);
  }
  const arrays = merged ? narrowableArrays(value, []) : [];
  const reachable = arrays.filter(({ steps }) => !steps.includes(ANY));
  return {
    json,
    stored,
    fixes: textOf(fixes),
    delicate: true,
    arrays: reachable.flatMap(({ steps, array }) => [textOfSteps(steps), writeExact(array, [], [])]),
    hidden: reachable.length < arrays.length,
  };
}

/** As {@link jsonText}, for the text of a stored value; numbers that no path leads to stay as they are. */
export function storedText(json: string): JsonText {
  const value = JSON.parse(json) as JsonValue;
  const fixes: Fix[] = [];
  const stored = writeExact(value, [], fixes);
  let loose = 0;
  const sure = fixes.filter(
    ({ steps }) => !steps.includes(ANY) || (++loose <= MOST_LOOSE && countNumbers(value, steps) === 1),
  );
  return { json, stored, fixes: textOf(sure), delicate: true, arrays: NO_FIXES, hidden: false };
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
    return plain && !isNarrowable(value);
  }
  for (const [key, child] of Object.entries(value)) {
    if (!key.isWellFormed()) throw illFormed(field);
    if (!inspect(field, child, depth + 1)) plain = false;
  }
  return plain;
}

/** Whether RedisJSON reads a number as a fraction: also integers that are written with an exponent, and -0. */
const isFraction = (value: JsonValue): value is number =>
  typeof value === "number" && !(Number.isInteger(value) && isReadExactly(value));

/** Every type of float holds two digits: `0.5` and `1.5`, as text. */
const SURE = 3;

/** Whether RedisJSON 8.8 may keep an array in a narrow type: all of it fractions, and not all of two digits. */
function isNarrowable(value: readonly JsonValue[]): boolean {
  return (
    value.length > 0 &&
    value.every(isFraction) &&
    value.some((element) => String(element).replace("-", "").length > SURE)
  );
}

interface PlacedArray {
  readonly steps: readonly Step[];
  readonly array: JsonValue;
}

/** The outermost arrays that hold such ones, or are: a merge takes arrays whole. */
function narrowableArrays(value: JsonValue, steps: readonly Step[]): PlacedArray[] {
  if (Array.isArray(value)) return holdsNarrowable(value) ? [{ steps, array: value }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => narrowableArrays(child, [...steps, step(key)]));
}

function holdsNarrowable(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) && isNarrowable(value)) || Object.values(value).some(holdsNarrowable);
}

function illFormed(field: string) {
  return invalid(field, "Must be well-formed Unicode (it has a lone surrogate).");
}

/** As JSON.stringify, which writes -0 as 0. The depth has been checked. */
function writeShortest(value: JsonValue): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (Array.isArray(value)) return `[${value.map(writeShortest).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, child]) => `${JSON.stringify(key)}:${writeShortest(child)}`,
  );
  return `{${members.join(",")}}`;
}

/** A name or a place, as it stands in a path. */
type Step = { readonly of: string | number; readonly text: string } | typeof ANY;

/** Any member, where a name can't be written. */
const ANY = "*";

interface Fix {
  readonly steps: readonly Step[];
  readonly number: number;
  readonly add: string;
}

function textOf(fixes: readonly Fix[]): string[] {
  return fixes.flatMap(({ steps, add }) => [textOfSteps(steps), add]);
}

function textOfSteps(steps: readonly Step[]): string {
  return steps.map((each) => (each === ANY ? ".*" : each.text)).join("");
}

function writeExact(value: JsonValue, steps: readonly Step[], fixes: Fix[]): string {
  if (typeof value === "number") {
    if (isReadExactly(value)) return String(value);
    const { text, add } = exactText(value);
    if (add !== undefined) fixes.push({ steps, number: value, add });
    return text;
  }
  if (Array.isArray(value)) {
    const elements = value.map((element, index) =>
      writeExact(element, [...steps, { of: index, text: `[${index}]` }], fixes),
    );
    return `[${elements.join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, child]) => `${JSON.stringify(key)}:${writeExact(child, [...steps, step(key)], fixes)}`,
  );
  return `{${members.join(",")}}`;
}

/**
 * In writes, RedisJSON 2.8 takes a quoted name as it is written, escapes and all; in reads, it doesn't. So there is no
 * way to write a name with a backslash, or with both kinds of quotes; nor one that begins with a space, which it skips.
 */
function step(key: string): Step {
  if (key.includes("\\") || key.startsWith(" ")) return ANY;
  if (!key.includes('"')) return { of: key, text: `["${key}"]` };
  return key.includes("'") ? ANY : { of: key, text: `['${key}']` };
}

/** Fixes without a path to one place alone, of a value: each is looked for in the whole of it. */
const MOST_LOOSE = 64;

/** The number of numbers that a path leads to. */
function countNumbers(value: JsonValue, steps: readonly Step[]): number {
  const [first, ...rest] = steps;
  if (first === undefined) return typeof value === "number" ? 1 : 0;
  if (typeof value !== "object" || value === null) return 0;
  if (first === ANY) {
    return Object.values(value).reduce((sum: number, child) => sum + countNumbers(child, rest), 0);
  }
  const key = String(first.of);
  // Own members only: `__proto__` is a name like others.
  const child = Object.hasOwn(value, key)
    ? (Object.getOwnPropertyDescriptor(value, key)?.value as JsonValue)
    : undefined;
  return child === undefined ? 0 : countNumbers(child, rest);
}

/** Refuses a merge into a Redis that needs an option to keep doubles. */
export function inexactArray(field: string): DomainError {
  return invalid(
    field,
    "An array of fractional numbers can't be stored exactly at this place, because a name above it holds a backslash or both kinds of quotes, or begins with a space.",
  );
}

function inexact(field: string, number: number) {
  return invalid(
    field,
    `The number ${number} can't be stored exactly at this place, because a name above it holds a backslash or both kinds of quotes, or because a filter selects the place.`,
  );
}
