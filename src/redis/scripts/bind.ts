import { defineScript } from "redis";
import type { CommandParser, RedisArgument } from "redis";
import { sourceOf } from "./source.js";

/** A script as a server takes it, and the sum by which it is called. */
export interface ScriptText {
  readonly SCRIPT: string;
  readonly SHA1: string;
}

/** The first arguments of a script that acts for a caller: see lua/audit.lua. */
export interface AuditArguments {
  readonly keys: readonly [trail: string, head: string];
  readonly args: readonly [
    entry: string,
    packed: RedisArgument,
    keepMs: string,
    settings: string,
    operation: string,
  ];
}

/** Keys and arguments that the fragments of a script take off the front, after those of the audit. */
export interface ScriptScope {
  readonly keys: readonly RedisArgument[];
  readonly args: readonly RedisArgument[];
}

/** Whether a script includes such fragments: then it takes a scope before its own keys and arguments. */
type Takes = "plain" | "scoped";

/**
 * What happens to a script while Redis has reached its maxmemory: `refused` before its first write, as Redis does; or
 * it `works` nevertheless, because it frees memory, or ends what was begun while there still was some.
 */
type WhenFull = "refused" | "works";

type Own<T extends Takes> = T extends "scoped"
  ? [scope: ScriptScope, keys: readonly RedisArgument[], args: readonly RedisArgument[]]
  : [keys: readonly RedisArgument[], args: readonly RedisArgument[]];

/**
 * Binds a script that acts for a caller: it records the act in the round trip that does it. `decode` gives its reply a
 * type; a reply of the wrong shape throws.
 */
export function forCaller<Reply, T extends Takes = "plain">(
  name: string,
  decode: (reply: unknown) => Reply,
  takes?: T,
  whenFull: WhenFull = "refused",
) {
  return defineScript({
    name,
    scoped: takes === "scoped",
    whenFull,
    SCRIPT: scriptOf(name, whenFull),
    parseCommand(parser: CommandParser, audit: AuditArguments, ...own: Own<T>) {
      parse(parser, [audit, ...groupsOf(own)]);
    },
    transformReply: decode,
  });
}

/** Binds a script of what the service does by itself, or as a part of an act that is recorded elsewhere. */
export function forService<Reply, T extends Takes = "plain">(
  name: string,
  decode: (reply: unknown) => Reply,
  takes?: T,
  whenFull: WhenFull = "refused",
) {
  return defineScript({
    name,
    scoped: takes === "scoped",
    whenFull,
    SCRIPT: scriptOf(name, whenFull),
    parseCommand(parser: CommandParser, ...own: Own<T>) {
      parse(parser, groupsOf(own));
    },
    transformReply: decode,
  });
}

/** Redis takes a script's flags from its first line only. */
function scriptOf(name: string, whenFull: WhenFull): string {
  return whenFull === "works" ? `#!lua flags=allow-oom\n${sourceOf(name)}` : sourceOf(name);
}

function groupsOf(own: Own<Takes>): ScriptScope[] {
  if (own.length === 2) return [{ keys: own[0], args: own[1] }];
  return [own[0], { keys: own[1], args: own[2] }];
}

function parse(parser: CommandParser, groups: readonly ScriptScope[]): void {
  parser.push(String(groups.reduce((count, { keys }) => count + keys.length, 0)));
  for (const { keys } of groups) for (const key of keys) parser.pushKey(key);
  for (const { args } of groups) for (const arg of args) parser.push(arg);
}
