import { readFileSync } from "node:fs";
import { CODE } from "./codes.js";

/** A script's own line for a fragment that it uses: a path below `src/redis`, without `.lua`. */
const INCLUDE = /^--- @include "([^"]+)"$/gm;

export const includesOf = (lua: string): string[] =>
  Array.from(lua.matchAll(INCLUDE), ([, name = ""]) => name);

const read = (name: string): string => readFileSync(new URL(`../${name}.lua`, import.meta.url), "utf8");

/**
 * A file of Lua by its path below `src/redis`, after the fragments that it includes, each once. The order of the lines
 * counts: a fragment that takes keys and arguments off the front takes them before the next one does.
 */
export function sourceOf(name: string): string {
  const parts = new Map<string, string>();
  const open = new Set<string>();

  function add(each: string): void {
    if (parts.has(each)) return;
    if (open.has(each))
      throw new Error(`The Lua fragments include each other: ${[...open, each].join(" → ")}.`);
    open.add(each);
    const lua = read(each);
    for (const included of includesOf(lua)) add(included);
    open.delete(each);
    parts.set(each, lua);
  }

  add(name);
  parts.delete(CODES);
  return [...parts.values()].map(withCodes).join("\n");
}

/** The table of codes, in whose place a script gets the numbers: to make it takes longer than a HGET. */
const CODES = "lua/codes";

const withCodes = (lua: string): string =>
  lua.replaceAll(/\bCODE\.([A-Z_]+)/g, (_, name: keyof typeof CODE) => String(CODE[name]));
