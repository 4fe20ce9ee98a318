import { readFileSync } from "node:fs";
import type { CommandParser, RedisArgument } from "redis";
import { defineScript } from "redis";
import type { AuditArguments } from "./access/auditor.js";

const source = (name: string): string => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");

/** Binds a file of `lua/`: the one place where its keys, arguments and reply get TypeScript types. */
function script<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: source(name),
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parse(parser, keys, args);
    },
    transformReply: decode,
  });
}

const AUDIT = source("audit");

/** A script that acts for a caller: it records the act, and takes what the audit trail says of it. */
function audited<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: `${AUDIT}\n${source(name)}`,
    parseCommand(
      parser: CommandParser,
      audit: AuditArguments,
      keys: readonly RedisArgument[],
      args: readonly RedisArgument[],
    ) {
      parse(parser, [...audit.keys, ...keys], [...audit.args, ...args]);
    },
    transformReply: decode,
  });
}

const STATE = `${AUDIT}\n${source("state")}`;

/** A script of state memory: audited, and it takes what lua/state.lua says of the namespace. */
function state<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: `${STATE}\n${source(name)}`,
    parseCommand(
      parser: CommandParser,
      audit: AuditArguments,
      scope: StateScope,
      keys: readonly RedisArgument[],
      args: readonly RedisArgument[],
    ) {
      parse(parser, [...audit.keys, ...scope.keys, ...keys], [...audit.args, ...scope.args, ...args]);
    },
    transformReply: decode,
  });
}

function parse(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]): void {
  parser.push(String(keys.length));
  for (const key of keys) parser.pushKey(key);
  for (const arg of args) parser.push(arg);
}

/** What a script of state memory takes after what it is audited with: see lua/state.lua. */
export interface StateScope {
  readonly keys: readonly [head: string, changes: string, settings: string];
  readonly args: readonly [agent: string, keepMs: string, channel: string];
}

const integer = (reply: unknown): number => Number(reply);
const text = (reply: unknown): string | undefined => (typeof reply === "string" ? reply : undefined);
const texts = (reply: unknown): (string | undefined)[] => (Array.isArray(reply) ? reply.map(text) : []);
const codeAndText = (reply: unknown): { code: number; text: string } => {
  const [code, rest] = Array.isArray(reply) ? reply : [reply];
  return { code: Number(code), text: String(rest ?? "") };
};

/** A code, and what goes with it. */
const parts = (reply: unknown): readonly [number, ...string[]] => {
  if (!Array.isArray(reply)) throw new Error("a script replied with something else than an array");
  const [code, ...rest] = reply as unknown[];
  return [Number(code), ...rest.map(String)];
};

export const scripts = {
  insertMemory: audited("insert", text),
  reviseMemory: audited("revise", codeAndText),
  removeMemory: audited("remove", integer),
  readMemory: audited("read", text),
  readMemories: audited("read-many", texts),
  recordAudit: audited("record-audit", integer),
  attachVectors: script("attach", integer),
  detachContext: script("detach", integer),
  getState: audited("state-get", parts),
  putState: state("state-put", parts),
  patchState: state("state-patch", parts),
  deleteState: state("state-delete", integer),
  transactState: state("state-transact", parts),
  stateAsOf: state("state-as-of", parts),
  stateHistory: state("state-history", parts),
  watchState: state("state-watch", parts),
  queryState: script("state-query", text),
  renewLock: script("renew-lock", integer),
  releaseLock: script("release-lock", integer),
};

/** Called on each new connection: else the first batch after a start would send the whole script with every item. */
export async function loadScripts(client: { scriptLoad(script: string): Promise<unknown> }): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ SCRIPT }) => client.scriptLoad(SCRIPT)));
}
