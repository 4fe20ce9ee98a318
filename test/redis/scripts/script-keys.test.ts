import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scripts } from "../../../src/redis/scripts/index.js";
import { includesOf } from "../../../src/redis/scripts/source.js";
import { callsOf, elementsOf } from "./script-calls.js";

const luaOf = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../src/redis/${name}.lua`, import.meta.url)), "utf8");

/** How many keys the fragments of a script take off the end of its own. */
function takenOffTheEnd(name: string): number {
  const taken = (each: string): number =>
    Number(/^Takes off the end(?:, after what \S+ takes)?: (\d+) keys?,/m.exec(luaOf(each))?.[1] ?? 0);
  const all = new Set<string>();
  const add = (each: string): void => {
    for (const included of includesOf(luaOf(each))) {
      all.add(included);
      add(included);
    }
  };
  add(name);
  return [...all].reduce((sum, each) => sum + taken(each), 0);
}

/** What a header says of a script's own keys: how many there are, how many of them may be missing, and whether more follow. */
function documentedIn(lua: string) {
  const header = /--\[\[\n(.*?)\n\]\]/s.exec(lua)?.[1] ?? "";
  const lines = [...header.matchAll(/^KEYS\[(\d+|last)(\+?)\] ([^\n]*)/gm)];
  const single = lines.filter(([, number, more]) => number !== "last" && more === "");
  const optional = single.filter(([, , , text = ""]) => /\b(?:missing|absent|may be left out)\b/.test(text));
  return {
    numbers: single.map(([, number]) => Number(number)),
    most: single.length,
    least: single.length - optional.length,
    more: lines.length > single.length,
    // The others are those of a fragment.
    shared: /^Keys as /m.test(header),
  };
}

/** Scripts with more keys name them. */
const MANY = 5;
const bindings = Object.entries(scripts);
const nameOf = new Map(bindings.map(([binding, { name }]) => [binding, name]));
const calls = callsOf(bindings.map(([binding]) => binding));

/** The own keys of a call, after the audit's and the scope's, as they are written; undefined: they are made elsewhere. */
function keysOf(call: (typeof calls)[number]): readonly string[] | undefined {
  // A binding takes its keys and then its arguments last.
  const keys = call.args.at(-2);
  if (keys === undefined) throw new Error(`${call.binding} is called without keys`);
  return elementsOf(call, keys);
}

const written = calls.filter((call) => keysOf(call) !== undefined);

describe("Keys of scripts", () => {
  it("finds the calls, of which most write their keys as a list", () => {
    const called = new Set(calls.map(({ binding }) => binding));
    // Those of listings are chosen before they are called.
    const others = bindings.map(([binding]) => binding).filter((binding) => !called.has(binding));
    expect(others.toSorted()).toEqual(["listDoomedSessions", "listSessions"]);
    expect(written.length / calls.length).toBeGreaterThan(0.75);
  });

  it.each(bindings.map(([, { name }]) => name))(
    "%s.lua numbers its keys in its header without a gap",
    (name) => {
      const { numbers, shared } = documentedIn(luaOf(name));
      const first = shared ? (numbers[0] ?? 1) : 1;
      expect(numbers).toEqual(numbers.map((_, index) => index + first));
    },
  );

  it.each(written)("$place gives $binding as many keys as its header names", (call) => {
    const keys = keysOf(call) ?? [];
    const name = nameOf.get(call.binding) ?? "";
    const { least, most, more, shared, numbers } = documentedIn(luaOf(name));
    const others = takenOffTheEnd(name) + (shared ? (numbers[0] ?? 1) - 1 : 0);
    const spread = keys.some((key) => key.startsWith("..."));
    const single = keys.filter((key) => !key.startsWith("...")).length;
    expect(single).toBeLessThanOrEqual(more ? Infinity : most + others);
    // A list that is made elsewhere may have any length.
    if (!spread) expect(single).toBeGreaterThanOrEqual(least + others);
  });

  it.each(written.filter((call) => documentedIn(luaOf(nameOf.get(call.binding) ?? "")).most > MANY))(
    "$binding is called with the keys that its script names, in $place",
    (call) => {
      const lua = luaOf(nameOf.get(call.binding) ?? "");
      const [, names = "", count] = /^local ([\w, ]+) = unpack\(KEYS, 1, (\d+)\)$/m.exec(lua) ?? [];
      const made = (keysOf(call) ?? []).map((key) => /^(?:\w+\.)*keys\.(\w+)\(/.exec(key)?.[1] ?? key);
      const snakes = made.map((each) => each.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
      expect(names.split(", ")).toEqual(snakes);
      expect(Number(count)).toBe(snakes.length);
      expect(lua.replace(/--\[\[.*?\]\]/s, "")).not.toMatch(/\bKEYS\[/);
    },
  );
});
