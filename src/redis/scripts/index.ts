import { readFileSync } from "node:fs";
import type { CommandParser, RedisArgument } from "redis";
import { defineScript } from "redis";
import type { AuditArguments } from "../audit/auditor.js";

const source = (name: string): string => readFileSync(new URL(`../${name}.lua`, import.meta.url), "utf8");

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

const AUDIT = source("lua/audit");

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
  scoped(["lua/usage", "lua/versions"], name, decode);

/** A metered script that knows of facts and their timelines. */
const factual = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["lua/usage", "lua/versions", "lua/timelines", "lua/evidence"], name, decode);

/** A script of state memory: its scope is what state/lua/lib-documents.lua takes. */
const state = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["state/lua/lib-documents"], name, decode);

/** A script on a session: its scope is a meter's, and then what sessions/lua/lib-session.lua takes. */
const session = <Reply>(name: string, decode: (reply: unknown) => Reply) =>
  scoped(["lua/usage", "sessions/lua/lib-session"], name, decode);

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
  insertMemory: factual("memory/lua/insert", text),
  reviseMemory: factual("memory/lua/revise", texts),
  removeMemory: scoped(
    ["lua/usage", "lua/versions", "lua/timelines", "lua/evidence", "lua/supersede", "lua/erasure"],
    "memory/lua/remove",
    parts,
  ),
  settleErasure: script("erasure/lua/settle", integer),
  withdrawSource: script("erasure/lua/withdraw-source", integer),
  purgeVersions: meteredAlone("erasure/lua/purge-versions", integer, ["lua/versions"]),
  eraseAnswer: script("idempotency/lua/erase", integer),
  freeOrphans: scoped(["lua/usage", "lua/versions", "lua/supersede"], "memory/lua/restore-orphans", integer),
  resolveEntities: script("facts/lua/resolve-entities", texts),
  putAliases: audited("facts/lua/put-aliases", parts, ["facts/lua/lib-aliases"]),
  mergeEntities: audited("facts/lua/merge-entities", parts, ["facts/lua/lib-aliases"]),
  pruneEntity: script("facts/lua/prune-entity", integer),
  clearNamespace: audited("namespaces/lua/clear", integer),
  publishMemory: audited("publications/lua/note", codeAndText),
  unpublishMemory: audited("publications/lua/note-unpublished", integer),
  readMemory: audited("memory/lua/read", texts, ["lua/versions"]),
  readItem: audited("memory/lua/read-item", text),
  peekItem: unrecorded("memory/lua/read-item", text),
  listVersions: audited("memory/lua/list-versions", textsOrNone, ["lua/versions"]),
  readMemories: audited("memory/lua/read-many", texts, ["lua/versions"]),
  readVitals: script("memory/lua/vitals", texts),
  recordAudit: audited("audit/lua/record", integer),
  settlePublication: script("publications/lua/settle", integer),
  createKey: audited("api-keys/lua/create", text, ["api-keys/lua/lib-makers"]),
  loadKeys: audited("api-keys/lua/load", fieldLists),
  revokeKey: audited("api-keys/lua/revoke", integer, ["api-keys/lua/lib-makers"]),
  pageKeys: script("api-keys/lua/page", texts),
  touchKey: script("api-keys/lua/touch", integer),
  noteFeedback: audited("trust/lua/note-feedback", texts, ["lua/versions", "lua/evidence"]),
  settleFeedback: script("trust/lua/settle-feedback", integer),
  releaseMemory: audited("trust/lua/release-quarantine", text, ["lua/versions", "lua/evidence"]),
  corroborate: joined("trust/lua/corroborate", ["lua/versions", "lua/evidence"], integer),
  readAgent: audited("trust/lua/read-agent", fields),
  pageAgents: audited("trust/lua/page-agents", named),
  countVotes: joined("trust/lua/count-votes", ["api-keys/lua/lib-makers"], integer),
  administrationsOf: joined("trust/lua/find-administrations", ["api-keys/lua/lib-makers"], texts),
  getUsage: metered("namespaces/lua/get-usage", integers),
  getSettings: audited("namespaces/lua/get-settings", fields),
  putSettings: audited("namespaces/lua/put-settings", integer),
  attachVectors: meteredAlone("embeddings/lua/attach-vectors", integer),
  touchMemories: meteredAlone("memory/lua/touch", integer, ["lua/versions", "lua/timelines"]),
  detachContext: script("memory/lua/detach-context", integer),
  upgradeRecord: script("migrations/lua/upgrade", integer),
  claimAnswer: script("idempotency/lua/claim", codeAndText),
  keepAnswer: script("idempotency/lua/keep", integer),
  getState: audited("state/lua/get", parts),
  putState: state("state/lua/put", parts),
  patchState: state("state/lua/patch", parts),
  deleteState: state("state/lua/delete", integer),
  transactState: state("state/lua/transact", parts),
  stateAsOf: state("state/lua/as-of", parts),
  stateHistory: state("state/lua/history", parts),
  watchState: state("state/lua/watch", parts),
  queryState: script("state/lua/query", text),
  mendState: script("state/lua/mend", integer),
  appendMessages: session("sessions/lua/append", integers),
  readSession: session("sessions/lua/read", list),
  listSessions: scoped(["lua/usage"], "sessions/lua/list", list),
  deleteSession: scoped(
    ["lua/usage", "sessions/lua/lib-session", "lua/erasure"],
    "sessions/lua/delete",
    list,
  ),
  rewriteSession: meteredAlone("sessions/lua/rewrite", integer, ["sessions/lua/lib-session"]),
  claimSession: script("sessions/lua/claim", list),
  settleSession: session("sessions/lua/settle", integer),
  postponeSession: script("sessions/lua/postpone", integer),
  beginConsolidation: audited("consolidation/lua/begin", parts),
  claimConsolidation: script("consolidation/lua/claim", list),
  progressConsolidation: joined("consolidation/lua/progress", ["consolidation/lua/lib-lease"], integer),
  settleConsolidation: scoped(
    ["lua/usage", "lua/versions", "lua/supersede", "consolidation/lua/lib-lease"],
    "consolidation/lua/settle",
    parts,
  ),
  reinstateMemories: scoped(
    ["lua/usage", "lua/versions", "lua/supersede", "consolidation/lua/lib-lease"],
    "consolidation/lua/reinstate",
    integer,
  ),
  finishConsolidation: joined("consolidation/lua/finish", ["consolidation/lua/lib-lease"], integer),
  postponeConsolidation: joined("consolidation/lua/postpone", ["consolidation/lua/lib-lease"], integer),
  readConsolidation: audited("consolidation/lua/read", list),
  listConsolidations: audited("consolidation/lua/list", list),
  renewLock: script("locks/lua/renew", integer),
  releaseLock: script("locks/lua/release", integer),
};

/** Called on each new connection: else the first batch after a start would send the whole script with every item. */
export async function loadScripts(client: { scriptLoad(script: string): Promise<unknown> }): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ SCRIPT }) => client.scriptLoad(SCRIPT)));
}
