import type { JsonValue } from "../domain/json.js";
import { isJsonObject } from "../domain/json.js";
import { normaliseName } from "../domain/normalise-name.js";
import { phraseFinder } from "../domain/phrases.js";

export type Mentions = (text: string) => boolean;

/**
 * Whether a text has one of these words or names in it, as names are compared: regardless of case, of white space and
 * of Unicode's compatibility forms. "Ann" isn't in "Anna".
 */
export function mentionsOf(words: Iterable<string>): Mentions {
  const holds = phraseFinder([...words].map(normaliseName));
  return (text) => holds(normaliseName(text));
}

/** All texts of a JSON value, names of fields included, one per line. Iterative: a caller decides how deep it is. */
export function textOf(value: JsonValue | undefined): string {
  const texts: string[] = [];
  const open: JsonValue[] = value === undefined ? [] : [value];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === "string") texts.push(node);
    else if (Array.isArray(node)) for (const child of node) open.push(child);
    else if (isJsonObject(node)) {
      for (const [name, child] of Object.entries(node)) {
        texts.push(name);
        open.push(child);
      }
    } else if (node !== null) texts.push(String(node));
  }
  return texts.join("\n");
}

/** What a store or a graph holds, as JSON: what JSON has no form for is left out. */
export function plainJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue;
}
