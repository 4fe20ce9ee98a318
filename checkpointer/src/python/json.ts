import { notStored } from "../saver/lossless.js";
import type { NotStoredError } from "../saver/lossless.js";
import { endOfString, JSON_TOKEN } from "../value/text-form.js";

const MANY_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;

/** Parses JSON that Python wrote. Throws for what is none, and for an integer that a number of JavaScript can't hold. */
export function parsePython(what: string, json: string): unknown {
  if (MANY_DIGITS.test(json)) refuseBigIntegers(what, json);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw notStored(what, "it isn't JSON.", cause);
  }
}

function refuseBigIntegers(what: string, json: string): void {
  const tokens = new RegExp(JSON_TOKEN, "g");
  for (let found = tokens.exec(json); found !== null; found = tokens.exec(json)) {
    const [token] = found;
    if (token === '"') tokens.lastIndex = endOfString(json, found.index);
    else if (INTEGER.test(token) && !Number.isSafeInteger(Number(token))) throw bigInteger(what);
  }
}

export const bigInteger = (what: string): NotStoredError =>
  notStored(what, "it holds an integer beyond 2^53 - 1, which a number of JavaScript can't.");
