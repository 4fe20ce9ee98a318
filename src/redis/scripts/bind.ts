import { readFileSync } from "node:fs";
import { type CommandParser, type RedisArgument, defineScript } from "redis";

/** What an audited script takes first: see lua/audit.lua. */
export interface AuditArguments {
  readonly keys: readonly [trail: string, head: string];
  readonly args: readonly [entry: string, keepMs: string];
}

const source = (name: string): string => readFileSync(new URL(`../${name}.lua`, import.meta.url), "utf8");

/** Binds a file of `lua/`: the one place where its keys, arguments and reply get TypeScript types. */
export function script<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: source(name),
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parse(parser, keys, args);
    },
    transformReply: decode,
  });
}

const AUDIT = source("lua/audit");

/** A script that acts for a caller: it records the act, and takes what the audit trail says of it. */
export function audited<Reply>(
  name: string,
  decode: (reply: unknown) => Reply,
  included: readonly string[] = [],
) {
  return defineScript({
    SCRIPT: `${AUDIT}\n${included.map(source).join("\n")}\n${source(name)}`,
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

/** An audited script as a part of an act that is recorded by itself. */
export function unrecorded<Reply>(name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: `local function audit() end\n${source(name)}`,
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parse(parser, keys, args);
    },
    transformReply: decode,
  });
}

/** Keys and arguments that a script takes for what stands before it; after those of the audit. */
export interface ScriptScope {
  readonly keys: readonly RedisArgument[];
  readonly args: readonly RedisArgument[];
}

export function scoped<Reply>(included: readonly string[], name: string, decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: [AUDIT, ...included.map(source), source(name)].join("\n"),
    parseCommand(
      parser: CommandParser,
      audit: AuditArguments,
      scope: ScriptScope,
      keys: readonly RedisArgument[],
      args: readonly RedisArgument[],
    ) {
      parse(parser, [...audit.keys, ...scope.keys, ...keys], [...audit.args, ...scope.args, ...args]);
    },
    transformReply: decode,
  });
}

/** An audited script that changes how much a namespace holds, and knows of versions: its scope is a meter's. */
export const metered = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["lua/usage", "lua/versions"], name, decode);

/** A metered script that knows of facts and their timelines. */
export const factual = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["lua/usage", "lua/versions", "lua/timelines", "lua/evidence"], name, decode);

/** A script of state memory: its scope is what state/lua/lib-documents.lua takes. */
export const state = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["state/lua/lib-documents"], name, decode);

/** A script on a session: its scope is a meter's, and then what sessions/lua/lib-session.lua takes. */
export const session = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["lua/usage", "sessions/lua/lib-session"], name, decode);

/** A script of what the service does by itself, after what it needs of others. */
export function joined<Reply>(name: string, before: readonly string[], decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: [...before.map(source), source(name)].join("\n"),
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parse(parser, keys, args);
    },
    transformReply: decode,
  });
}

/** A metered script of what the service does by itself. */
export function meteredAlone<Reply>(
  name: string,
  decode: (reply: unknown) => Reply,
  included: readonly string[] = [],
) {
  return defineScript({
    SCRIPT: ["lua/usage", ...included, name].map(source).join("\n"),
    parseCommand(
      parser: CommandParser,
      meter: ScriptScope,
      keys: readonly RedisArgument[],
      args: readonly RedisArgument[],
    ) {
      parse(parser, [...meter.keys, ...keys], [...meter.args, ...args]);
    },
    transformReply: decode,
  });
}

function parse(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]): void {
  parser.push(String(keys.length));
  for (const key of keys) parser.pushKey(key);
  for (const arg of args) parser.push(arg);
}
