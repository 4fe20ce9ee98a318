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

function parse(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]): void {
  parser.push(String(keys.length));
  for (const key of keys) parser.pushKey(key);
  for (const arg of args) parser.push(arg);
}

const integer = (reply: unknown): number => Number(reply);
const text = (reply: unknown): string | undefined => (typeof reply === "string" ? reply : undefined);
const texts = (reply: unknown): (string | undefined)[] => (Array.isArray(reply) ? reply.map(text) : []);
const fieldLists = (reply: unknown): string[][] =>
  Array.isArray(reply) ? reply.map((fields) => texts(fields).filter((field) => field !== undefined)) : [];
const codeAndText = (reply: unknown): { code: number; text: string } => {
  const [code, rest] = Array.isArray(reply) ? reply : [reply];
  return { code: Number(code), text: String(rest ?? "") };
};

export const scripts = {
  insertMemory: audited("insert", text),
  reviseMemory: audited("revise", codeAndText),
  removeMemory: audited("remove", integer),
  publishMemory: audited("publish", codeAndText),
  unpublishMemory: audited("unpublish", integer),
  readMemory: audited("read", text),
  readMemories: audited("read-many", texts),
  recordAudit: audited("record-audit", integer),
  settlePublication: script("settle-publication", integer),
  createKey: audited("create-key", integer),
  loadKeys: audited("load-keys", fieldLists),
  revokeKey: audited("revoke-key", integer),
  pageKeys: script("page-keys", texts),
  touchKey: script("touch-key", integer),
  attachVectors: script("attach", integer),
  detachContext: script("detach", integer),
  claimAnswer: script("claim-answer", codeAndText),
  keepAnswer: script("keep-answer", integer),
  renewLock: script("renew-lock", integer),
  releaseLock: script("release-lock", integer),
};

/** Called on each new connection: else the first batch after a start would send the whole script with every item. */
export async function loadScripts(client: { scriptLoad(script: string): Promise<unknown> }): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ SCRIPT }) => client.scriptLoad(SCRIPT)));
}
