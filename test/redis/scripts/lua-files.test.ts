import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ARGUMENTS } from "../../../src/redis/scripts/arguments.js";
import { FACETS } from "../../../src/memory/model/facets.js";
import { CODE } from "../../../src/redis/scripts/codes.js";
import { scripts } from "../../../src/redis/scripts/index.js";
import { includesOf, sourceOf } from "../../../src/redis/scripts/source.js";
import { declaredIn, usedIn } from "./lua-names.js";

const ROOT = fileURLToPath(new URL("../../../src/redis/", import.meta.url));
const files = new Map(
  readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".lua"))
    .map((path) => [
      path.replaceAll("\\", "/").slice(0, -".lua".length),
      readFileSync(`${ROOT}${path}`, "utf8"),
    ]),
);
const isFragment = (name: string): boolean => /^lua\/|\/lib-[^/]+$/.test(name);
const fragments = [...files.keys()].filter(isFragment);
const commands = [...files.keys()].filter((name) => !isFragment(name));
const bound = Object.values(scripts);

const luaOf = (name: string): string => {
  const lua = files.get(name);
  if (lua === undefined) throw new Error(`There is no ${name}.lua.`);
  return lua;
};
const headerOf = (lua: string): string =>
  /^(?:--- @include "[^"]+"\n)*--\[\[\n(.*?)\n\]\]\n/s.exec(lua)?.[1] ?? "";
const codeOf = (lua: string): string => lua.replace(/--\[\[.*?\]\]|--[^\n]*/gs, "");

const withNumbers = (lua: string): string =>
  lua.replaceAll(/CODE\.(\w+)/g, (_, name: keyof typeof CODE) => String(CODE[name]));

/** What a fragment takes of the keys and arguments, by its code and by its header. */
const takenIn = (lua: string) => {
  const taken = (from: string) => codeOf(lua).split(`table.remove(${from}`).length - 1;
  return { keys: taken("KEYS"), args: taken("ARGV") };
};
const saidIn = (lua: string) => {
  const [, keys = "0", args = "0"] =
    /^Takes off the (?:front|end)(?:, after what \S+ takes)?: (\d+) keys?, (\d+) arguments?\./m.exec(
      headerOf(lua),
    ) ?? [];
  return { keys: Number(keys), args: Number(args) };
};

/** It stands in for redis.call, so no name of it is used. */
const CHANGES = "lua/changes";
/** They change nothing that an export holds, or only uses and the ends that uses prolong, claims, votes or state. */
const UNNOTED = new Set([
  "archive/lua/drop",
  "archive/lua/mark",
  "archive/lua/open",
  "backup/lua/begin-changes",
  "lifecycle/lua/touch",
  "sessions/lua/claim",
  "sessions/lua/list",
  "sessions/lua/postpone",
  "sessions/lua/read",
  "memory/lua/list-versions",
  "memory/lua/read",
  "memory/lua/read-item",
  "memory/lua/read-many",
  "erasure/lua/settle",
  "embeddings/lua/change-model",
  "trust/lua/count-votes",
  "trust/lua/find-administrations",
  "trust/lua/page-agents",
  "trust/lua/read-agent",
  "backup/lua/put-state",
  "backup/lua/put-state-version",
  "backup/lua/put-votes",
  "backup/lua/note-erased",
  "backup/lua/remove-state",
]);

describe("Lua files", () => {
  it("finds scripts and fragments", () => {
    expect(commands.length).toBeGreaterThan(60);
    expect(fragments.length).toBeGreaterThan(10);
  });

  it.each([...files.keys()])("%s.lua begins with what it includes and a header", (name) => {
    expect(headerOf(luaOf(name))).not.toBe("");
    const lines = luaOf(name).match(/@include/g) ?? [];
    expect(includesOf(luaOf(name))).toHaveLength(lines.length);
  });

  it.each(commands)(
    "%s.lua says in its header which keys and arguments it uses and what it returns",
    (name) => {
      const header = headerOf(luaOf(name));
      expect(header).toMatch(/^Returns /m);
      for (const list of ["KEYS", "ARGV"]) {
        const numbers = Array.from(
          codeOf(luaOf(name)).matchAll(new RegExp(`${list}\\[(\\d+)\\]`, "g")),
          Number,
        );
        if (numbers.length > 0) expect(header).toMatch(new RegExp(`${list}\\[1\\+?\\]|Keys as `));
      }
    },
  );

  it.each([...files.keys()])(
    "%s.lua includes exactly the fragments whose names or arguments it uses",
    (name) => {
      const lua = luaOf(name);
      const included = includesOf(lua);
      expect(included.filter((each) => !fragments.includes(each))).toEqual([]);
      const provided = included.map((each) => declaredIn(luaOf(each)));
      const own = declaredIn(lua);
      const used = usedIn(lua);
      const unknown = [...used].filter(
        (each) => !own.has(each) && !provided.some((names) => names.has(each)),
      );
      expect(unknown).toEqual([]);
      // A fragment whose arguments come before this one's own is named even where it is not called.
      const idle = included.filter(
        (each, index) =>
          each !== CHANGES &&
          ![...used].some((one) => provided[index]?.has(one) === true) &&
          takenIn(luaOf(each)).keys === 0,
      );
      expect(idle).toEqual([]);
    },
  );

  it.each(fragments)("%s.lua says how many keys and arguments it takes", (name) => {
    expect(saidIn(luaOf(name))).toEqual(takenIn(luaOf(name)));
  });

  it("a fragment of one feature is included by that feature's files alone", () => {
    const folderOf = (name: string): string => name.slice(0, name.lastIndexOf("/"));
    const strangers = [...files].flatMap(([name, lua]) =>
      includesOf(lua)
        .filter((each) => folderOf(each) !== "lua" && folderOf(each) !== folderOf(name))
        .map((each) => `${name} includes ${each}`),
    );
    expect(strangers).toEqual([]);
  });

  it("notes what changes for exports in every script that changes memories or sessions", () => {
    const folders =
      /^(?:memory|sessions|trust|publications|erasure|embeddings|migrations|lifecycle|backup|archive)\//;
    const writes = /'(?:JSON\.(?:SET|MERGE|DEL|ARR\w+)|HSET|HINCRBY|DEL|XADD|XTRIM)'/;
    const unaware = commands
      .filter((name) => folders.test(name) && writes.test(codeOf(sourceOf(name))))
      .filter((name) => !includesOf(luaOf(name)).includes(CHANGES));
    expect(unaware.filter((name) => !UNNOTED.has(name))).toEqual([]);
    // In its first line, so that it sees what all other fragments do.
    const later = commands.filter((name) => includesOf(luaOf(name)).indexOf(CHANGES) > 0);
    expect(later).toEqual([]);
  });

  it("includes each fragment in a script", () => {
    const used = new Set([...files.values()].flatMap(includesOf));
    expect(fragments.filter((name) => !used.has(name))).toEqual([]);
  });

  it("binds each script once, or twice where only a deletion may use it while Redis is full", () => {
    expect([...new Set(bound.map(({ name }) => name))].toSorted()).toEqual(commands.toSorted());
    const bindings = bound.map(({ name, whenFull }) => `${name} ${whenFull}`);
    expect(bindings.toSorted()).toEqual([...new Set(bindings)].toSorted());
  });

  it("lets every script that only deletes run while Redis is full", () => {
    const deletes = /\/(?:remove|delete|erase|revoke|clear|purge|prune|withdraw|settle)[^/]*$/;
    const refused = bound.filter(({ name, whenFull }) => whenFull === "refused" && deletes.test(name));
    // These end something that took room by itself.
    const settling = ["consolidation/lua/settle", "sessions/lua/settle", "trust/lua/settle-feedback"];
    expect(refused.map(({ name }) => name).toSorted()).toEqual(settling);
  });

  it.each(bound.map(({ name, scoped }) => ({ name, scoped })))(
    "$name.lua takes a scope exactly where its fragments take one",
    ({ name, scoped }) => {
      const all = new Set<string>();
      const add = (each: string): void => {
        all.add(each);
        includesOf(luaOf(each)).forEach(add);
      };
      add(name);
      const takers = [...all].filter((each) => {
        const { keys, args } = saidIn(luaOf(each));
        return each !== "lua/audit" && !headerOf(luaOf(each)).includes("off the end") && keys + args > 0;
      });
      expect(scoped).toBe(takers.length > 0);
    },
  );

  it.each(Object.entries(ARGUMENTS))("%s.lua names its arguments as its binding does", (name, names) => {
    const unpacked = [...codeOf(luaOf(name)).matchAll(/^local ([\w, ]+) = unpack\(ARGV, (\d+), (\d+)\)$/gm)];
    let next = 1;
    for (const [line, list = "", from, to] of unpacked) {
      expect(Number(from), line).toBe(next);
      next += list.split(", ").length;
      expect(Number(to), line).toBe(next - 1);
    }
    const snakes = names.map((each) => each.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    expect(unpacked.flatMap(([, list = ""]) => list.split(", "))).toEqual(snakes);
    expect(headerOf(luaOf(name))).toMatch(new RegExp(`ARGV\\[(?:${next}\\+|${next - 1})\\]`));
    expect(codeOf(luaOf(name))).not.toMatch(/\bARGV\[/);
  });

  it("has the codes of replies under the same names in Lua and in TypeScript", () => {
    const pairs = Array.from(luaOf("lua/codes").matchAll(/\b([A-Z_]+) = (\d+)/g), ([, name, code]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(pairs)).toEqual(CODE);
    const used = [...files.values()].flatMap((lua) =>
      Array.from(lua.matchAll(/\bCODE\.(\w+)/g), ([, name]) => name),
    );
    expect(used.filter((name) => name === undefined || !(name in CODE))).toEqual([]);
  });

  it("knows facets by the same letters in Lua as in TypeScript", () => {
    const [, table = ""] = /^local FACET = \{(.*)\}$/m.exec(luaOf("lua/facets")) ?? [];
    const letters = Array.from(table.matchAll(/(\w+) = '([^']+)'/g), ([, name, letter]) => [name, letter]);
    const { below, oldBelow, superseded, archived } = FACETS;
    expect(Object.fromEntries(letters)).toEqual({ below, old_below: oldBelow, superseded, archived });
    // A pattern of Lua that names a facet's letter itself.
    const literal = /gsub\(\w*facet\w*, '\^[a-z]/;
    expect([...files].filter(([, lua]) => literal.test(lua)).map(([name]) => name)).toEqual([]);
  });

  it("puts each fragment once, before what includes it", () => {
    const lua = sourceOf("memory/lua/remove");
    for (const name of ["lua/clock", "lua/audit", "lua/usage", "lua/versions", "lua/supersede"]) {
      expect(lua.split(luaOf(name))).toHaveLength(2);
    }
    expect(lua.indexOf(luaOf("lua/clock"))).toBeLessThan(lua.indexOf(luaOf("lua/audit")));
    expect(lua.indexOf(luaOf("lua/audit"))).toBeLessThan(lua.indexOf(luaOf("lua/usage")));
    const own = codeOf(luaOf("memory/lua/remove")).trim();
    const last = own.slice(own.lastIndexOf("\nreturn"));
    expect(codeOf(lua).trim().endsWith(withNumbers(last))).toBe(true);
  });

  it.each(commands)("%s.lua is sent with numbers in the place of codes", (name) => {
    expect(codeOf(sourceOf(name))).not.toMatch(/\bCODE\b/);
  });
});
