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
function audited<Reply>(name: string, decode: (reply: unknown) => Reply, included: readonly string[] = []) {
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
function unrecorded<Reply>(name: string, decode: (reply: unknown) => Reply) {
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

function scoped<Reply>(included: readonly string[], name: string, decode: (reply: unknown) => Reply) {
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
const metered = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["usage", "versions"], name, decode);

/** A metered script that knows of facts and their timelines. */
const factual = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["usage", "versions", "facts", "trust"], name, decode);

/** A script of state memory: its scope is what lua/state.lua takes. */
const state = <Reply>(name: string, decode: (reply: unknown) => Reply) => scoped(["state"], name, decode);

/** A script on a session: its scope is a meter's, and then what lua/session.lua takes. */
const session = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["usage", "session"], name, decode);

/** A script of what the service does by itself, after what it needs of others. */
function joined<Reply>(name: string, before: readonly string[], decode: (reply: unknown) => Reply) {
  return defineScript({
    SCRIPT: [...before.map(source), source(name)].join("\n"),
    parseCommand(parser: CommandParser, keys: readonly RedisArgument[], args: readonly RedisArgument[]) {
      parse(parser, keys, args);
    },
    transformReply: decode,
  });
}

/** A metered script of what the service does by itself. */
function meteredAlone<Reply>(
  name: string,
  decode: (reply: unknown) => Reply,
  included: readonly string[] = [],
) {
  return defineScript({
    SCRIPT: ["usage", ...included, name].map(source).join("\n"),
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

const integer = (reply: unknown): number => Number(reply);
const text = (reply: unknown): string | undefined => (typeof reply === "string" ? reply : undefined);
const texts = (reply: unknown): (string | undefined)[] =>
  Array.isArray(reply)
    ? reply.map((each: unknown) => (typeof each === "number" ? String(each) : text(each)))
    : [];
const textsOrNone = (reply: unknown): (string | undefined)[] | undefined =>
  Array.isArray(reply) ? texts(reply) : undefined;
/** Of a hash, by name. */
const fields = (reply: unknown): Record<string, string> => {
  const flat = texts(reply).map((value) => value ?? "");
  const entries = Array.from({ length: flat.length / 2 }, (_, index) => flat.slice(index * 2, index * 2 + 2));
  return Object.fromEntries(entries) as Record<string, string>;
};
/** Whatever it is, part by part. */
const list = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : []);
const fieldLists = (reply: unknown): Record<string, string>[] =>
  Array.isArray(reply) ? reply.map(fields) : [];
/** Names and hashes, by turns. */
const named = (reply: unknown): readonly (readonly [string, Record<string, string>])[] => {
  const flat = list(reply);
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    String(flat[index * 2]),
    fields(flat[index * 2 + 1]),
  ]);
};
const integers = (reply: unknown): (number | undefined)[] =>
  Array.isArray(reply) ? reply.map((value) => (value === null ? undefined : Number(value))) : [];
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
  insertMemory: factual("insert", text),
  reviseMemory: factual("revise", texts),
  removeMemory: scoped(["usage", "versions", "facts", "trust", "supersede", "erasure"], "remove", parts),
  settleErasure: script("erasure-settle", integer),
  withdrawSource: script("withdraw-source", integer),
  purgeVersions: meteredAlone("purge-versions", integer, ["versions"]),
  eraseAnswer: script("erase-answer", integer),
  freeOrphans: scoped(["usage", "versions", "supersede"], "free-orphans", integer),
  resolveEntities: script("resolve-entities", texts),
  putAliases: audited("put-aliases", parts, ["aliases"]),
  mergeEntities: audited("merge-entities", parts, ["aliases"]),
  pruneEntity: script("prune-entity", integer),
  clearNamespace: audited("clear-namespace", integer),
  publishMemory: audited("publish", codeAndText),
  unpublishMemory: audited("unpublish", integer),
  readMemory: audited("read", texts, ["versions"]),
  readItem: audited("read-item", text),
  peekItem: unrecorded("read-item", text),
  listVersions: audited("list-versions", textsOrNone, ["versions"]),
  readMemories: audited("read-many", texts, ["versions"]),
  readVitals: script("vitals", texts),
  recordAudit: audited("record-audit", integer),
  settlePublication: script("settle-publication", integer),
  createKey: audited("create-key", text, ["key"]),
  loadKeys: audited("load-keys", fieldLists),
  revokeKey: audited("revoke-key", integer, ["key"]),
  pageKeys: script("page-keys", texts),
  touchKey: script("touch-key", integer),
  noteFeedback: audited("feedback", texts, ["versions", "trust"]),
  settleFeedback: script("settle-feedback", integer),
  releaseMemory: audited("release", text, ["versions", "trust"]),
  corroborate: joined("corroborate", ["versions", "trust"], integer),
  readAgent: audited("agent-read", fields),
  pageAgents: audited("agent-page", named),
  countVotes: joined("agent-count", ["key"], integer),
  administrationsOf: joined("administration", ["key"], texts),
  getUsage: metered("usage-get", integers),
  getSettings: audited("settings-get", fields),
  putSettings: audited("settings-put", integer),
  attachVectors: meteredAlone("attach", integer),
  touchMemories: meteredAlone("touch", integer, ["versions", "facts"]),
  detachContext: script("detach", integer),
  upgradeRecord: script("upgrade", integer),
  claimAnswer: script("claim-answer", codeAndText),
  keepAnswer: script("keep-answer", integer),
  getState: audited("state-get", parts),
  putState: state("state-put", parts),
  patchState: state("state-patch", parts),
  deleteState: state("state-delete", integer),
  transactState: state("state-transact", parts),
  stateAsOf: state("state-as-of", parts),
  stateHistory: state("state-history", parts),
  watchState: state("state-watch", parts),
  queryState: script("state-query", text),
  mendState: script("state-mend", integer),
  appendMessages: session("session-append", integers),
  readSession: session("session-read", list),
  listSessions: scoped(["usage"], "session-list", list),
  deleteSession: scoped(["usage", "session", "erasure"], "session-delete", list),
  rewriteSession: meteredAlone("session-rewrite", integer, ["session"]),
  claimSession: script("session-claim", list),
  settleSession: session("session-settle", integer),
  postponeSession: script("session-postpone", integer),
  beginConsolidation: audited("consolidation-begin", parts),
  claimConsolidation: script("consolidation-claim", list),
  progressConsolidation: joined("consolidation-progress", ["consolidation"], integer),
  settleConsolidation: scoped(
    ["usage", "versions", "supersede", "consolidation"],
    "consolidation-settle",
    parts,
  ),
  reinstateMemories: scoped(
    ["usage", "versions", "supersede", "consolidation"],
    "consolidation-reinstate",
    integer,
  ),
  finishConsolidation: joined("consolidation-finish", ["consolidation"], integer),
  postponeConsolidation: joined("consolidation-postpone", ["consolidation"], integer),
  readConsolidation: audited("consolidation-read", list),
  listConsolidations: audited("consolidation-list", list),
  renewLock: script("renew-lock", integer),
  releaseLock: script("release-lock", integer),
};

/** Called on each new connection: else the first batch after a start would send the whole script with every item. */
export async function loadScripts(client: { scriptLoad(script: string): Promise<unknown> }): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ SCRIPT }) => client.scriptLoad(SCRIPT)));
}
