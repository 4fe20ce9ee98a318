import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Send } from "./connection.js";
import { isScriptMissing } from "./error-replies.js";

/** A file of `lua/` with what it needs of `lua/lib/`. */
interface Script {
  readonly source: string;
  readonly sha1: string;
}

function load(name: string, ...libraries: readonly string[]): Script {
  const read = (file: string): string => readFileSync(new URL(`./lua/${file}.lua`, import.meta.url), "utf8");
  const source = [...libraries.map((library) => read(`lib/${library}`)), read(name)].join("\n");
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

const scripts = {
  put: load("put", "heads", "expire"),
  putWrites: load("put-writes", "heads", "expire"),
  get: load("get", "heads", "expire", "reply"),
  list: load("list", "heads", "expire", "reply"),
  history: load("history", "heads", "expire", "reply"),
  prune: load("prune", "heads"),
  describe: load("describe", "heads"),
  dump: load("dump"),
  restore: load("restore"),
  forgetThread: load("forget-thread"),
};

export type ScriptName = keyof typeof scripts;
export type ScriptArgument = string | number | Buffer;

/** Runs a script in one command; in two the first time that a Redis sees it. */
export type Run = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly ScriptArgument[],
) => Promise<unknown>;

export function createRun(send: Send): Run {
  return async (name, keys, args) => {
    const { source, sha1 } = scripts[name];
    const rest = [
      String(keys.length),
      ...keys,
      ...args.map((arg) => (typeof arg === "number" ? String(arg) : arg)),
    ];
    const key = keys[0] ?? "";
    try {
      return await send(key, ["EVALSHA", sha1, ...rest]);
    } catch (error) {
      if (!isScriptMissing(error)) throw error;
      return send(key, ["EVAL", source, ...rest]);
    }
  };
}
