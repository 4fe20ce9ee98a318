import { ALWAYS_SAFE, survivesAsDouble } from "./exact-decimal.js";

/** Names and positions, from the outside in. */
export type JsonPlace = readonly (string | number)[];

/** The place and kind of a loss that reading JSON text would cause. */
export interface JsonLoss {
  readonly place: JsonPlace;
  readonly message: string;
}

export interface StrictJsonOptions {
  /** Arrays whose numbers are meant to be rounded, such as vectors. */
  readonly rounded?: (place: JsonPlace) => boolean;
}

export const INEXACT_NUMBER =
  "A double can't represent this number exactly. Send fewer digits, or send it as a string.";
export const DUPLICATE_NAME = "Duplicate name in one object.";

/**
 * Reads JSON text as JSON.parse does (throws a SyntaxError), and says what that loses: a number that is another one as
 * a double, or a member whose name comes again in its object. One pass over the text, and one over the value's objects.
 */
export function readStrictJson(
  text: string,
  { rounded }: StrictJsonOptions = {},
): { readonly value: unknown; readonly loss: JsonLoss | undefined } {
  const value: unknown = JSON.parse(text);
  return { value, loss: findLoss(text, value, rounded) };
}

function findLoss(text: string, value: unknown, rounded: StrictJsonOptions["rounded"]): JsonLoss | undefined {
  let guide: Guide | undefined;
  let members = 0;
  /** The start of the last array, and of the array for which the answer is known whether its numbers may be rounded. */
  let opened = -1;
  let asked = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
    } else if (code === COLON) {
      members++;
    } else if (code <= NINE && (code >= ZERO || code === MINUS)) {
      let exponent = false;
      let end = at + 1;
      for (; ; end++) {
        const next = text.charCodeAt(end);
        // Digits, and . + - e E
        if (next <= NINE && (next >= ZERO || next === POINT || next === MINUS || next === PLUS)) continue;
        if ((next | 0x20) !== SMALL_E) break;
        exponent = true;
      }
      if (exponent || end - at > ALWAYS_SAFE) {
        // A long vector is asked about once.
        if (rounded !== undefined && opened !== asked) {
          asked = opened;
          guide ??= new Guide(text);
          if (rounded(guide.placeAt(at))) {
            at = endOfNumbers(text, end) - 1;
            continue;
          }
        }
        if (!survivesAsDouble(text.slice(at, end))) {
          guide ??= new Guide(text);
          return { place: guide.placeAt(at), message: INEXACT_NUMBER };
        }
      }
      at = end - 1;
    } else if (code === OPEN_ARRAY) {
      opened = at;
    }
  }
  if (members === 0 || members === countMembers(value)) return undefined;
  return { place: new Guide(text).firstDuplicate(), message: DUPLICATE_NAME };
}

/** Fewer than the text has where names come twice: the later one replaces the earlier. */
function countMembers(value: unknown): number {
  const open: object[] = typeof value === "object" && value !== null ? [value] : [];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) count += children.length;
    for (const child of children) if (typeof child === "object" && child !== null) open.push(child);
  }
  return count;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const BACKSLASH = 0x5c;

/** The end of a string in valid JSON: a quote after an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if (end === -1) return text.length;
    if ((end - before) % 2 === 1) return end + 1;
  }
}

/** Past the numbers that follow in the same array. */
function endOfNumbers(text: string, start: number): number {
  const number = /[0-9.eE+\-,\s]*/y;
  number.lastIndex = start;
  return start + (number.exec(text)?.[0].length ?? 0);
}

type Frame = { readonly names: Set<string>; name: string | undefined } | { index: number };

/** Says where in a document a position of its text is. Goes on from one question to the next. */
class Guide {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  placeAt(position: number): JsonPlace {
    this.#walk(position);
    return this.#place();
  }

  firstDuplicate(): JsonPlace {
    this.#walk(this.#text.length, true);
    return this.#place();
  }

  #walk(end: number, toDuplicate = false): void {
    const text = this.#text;
    while (this.#at < end) {
      const top = this.#frames.at(-1);
      switch (text[this.#at]) {
        case "{":
          this.#frames.push({ names: new Set(), name: undefined });
          break;
        case "[":
          this.#frames.push({ index: 0 });
          break;
        case "}":
        case "]":
          this.#frames.pop();
          break;
        case ",":
          if (top !== undefined && "index" in top) top.index++;
          else if (top !== undefined) top.name = undefined;
          break;
        case '"': {
          const past = endOfString(text, this.#at);
          if (top !== undefined && "names" in top && top.name === undefined) {
            // JSON text of a string.
            top.name = JSON.parse(text.slice(this.#at, past)) as string;
            if (toDuplicate && top.names.has(top.name)) return;
            top.names.add(top.name);
          }
          this.#at = past;
          continue;
        }
        default:
      }
      this.#at++;
    }
  }

  #place(): JsonPlace {
    return this.#frames
      .slice(0, MAX_STEPS)
      .map((frame) => ("index" in frame ? frame.index : (frame.name ?? "")));
  }
}

/** More of them name a place no better. */
const MAX_STEPS = 64;
