import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Named } from "./time-limit.js";
import { isScriptMissing } from "./error-replies.js";

/**
 * A read-only replica refuses a script with such a line, as one that may write: after a failover, a graph must not go on
 * from what a replica still has. The scripts that only read run while Redis's memory is full.
 */
const READS_THE_MASTER = "#!lua flags=allow-oom";

/** A file of `lua/` with what it needs of `lua/lib/`. */
interface Script {
  readonly source: string;
  readonly sha1: string;
}

/** Both builds of the package, `dist/src` and `dist/cjs`, read the one copy. */
const LUA = join(import.meta.dirname, "..", "src", "lua");

function load(name: string, ...libraries: readonly string[]): Script {
  return script([...libraries.map((library) => read(`lib/${library}`)), read(name)]);
}

function loadReading(name: string, ...libraries: readonly string[]): Script {
  return script([READS_THE_MASTER, ...libraries.map((library) => read(`lib/${library}`)), read(name)]);
}

const read = (file: string): string => readFileSync(join(LUA, `${file}.lua`), "utf8");

function script(parts: readonly string[]): Script {
  const source = parts.join("\n");
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

const scripts = {
  put: load("put", "heads", "expire"),
  putWrites: load("put-writes", "heads", "expire"),
  get: loadReading("get", "heads", "expire", "reply"),
  list: loadReading("list", "heads", "expire", "reply"),
  history: loadReading("history", "heads", "expire", "reply"),
  prune: load("prune", "heads"),
  describe: loadReading("describe", "heads"),
  dump: loadReading("dump"),
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

export function createRun(send: Named): Run {
  return async (name, keys, args) => {
    const { source, sha1 } = scripts[name];
    const rest = [
      String(keys.length),
      ...keys,
      ...args.map((arg) => (typeof arg === "number" ? String(arg) : arg)),
    ];
    const key = keys[0] ?? "";
    try {
      return await send(name, key, ["EVALSHA", sha1, ...rest]);
    } catch (error) {
      if (!isScriptMissing(error)) throw error;
      return send(name, key, ["EVAL", source, ...rest]);
    }
  };
}
