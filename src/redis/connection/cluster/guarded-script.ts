import { createHash } from "node:crypto";
import type { CommandParser, RedisArgument } from "redis";
import { neverIn } from "../slots.js";

interface Script {
  readonly SCRIPT: string | Buffer;
  readonly SHA1: string;
}

type Guarded = Script & { readonly SCRIPT: string };

const known = new Map<string, Guarded>();

/**
 * A script as a cluster runs it: with one key more, which is never there. While a slot moves key by key, a script could
 * else begin where its keys still are, and fail in the middle at one that has gone. With this key, Redis refuses it
 * before it begins.
 */
export function guarded<Each extends Script>(script: Each): Each & { readonly SCRIPT: string } {
  return { ...script, ...(known.get(script.SHA1) ?? made(script)) };
}

function made({ SCRIPT, SHA1 }: Script): Guarded {
  const text = String(SCRIPT);
  // Redis takes a script's flags from its first line only.
  const flags = /^#!.*\n/.exec(text)?.[0] ?? "";
  const source = `${flags}table.remove(KEYS)\n${text.slice(flags.length)}`;
  const script = { SCRIPT: source, SHA1: createHash("sha1").update(source).digest("hex") };
  known.set(SHA1, script);
  return script;
}

/** Gives a call of a script its key more: `EVALSHA <sha1> <count> <key…> <argument…>`. */
export function guardCall(parser: CommandParser, { SHA1 }: Script): void {
  const args = argumentsOf(parser);
  const count = Number(args[2]);
  const first = args[3];
  if (count < 1 || first === undefined) throw new Error("A script without keys has no node to run on.");
  args[1] = SHA1;
  args[2] = String(count + 1);
  args.splice(3 + count, 0, neverIn(String(first)));
}

/** node-redis's parser gives the list itself, which is made for each call, and which it changes itself for EVAL. */
function argumentsOf(parser: CommandParser): RedisArgument[] {
  return parser.redisArgs as RedisArgument[];
}
