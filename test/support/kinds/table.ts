import { createKeys } from "../../../src/redis/keys.js";

/** What is done to all kinds of keys at once. */
export type Act = "clear" | "eraseNamespace" | "eraseSubject" | "applyPii";

/** A sentence for readers of this table. `said`: it may hold texts too, not only names and numbers. */
export type Why = string | { readonly said: string };

export interface Kind {
  /** Why an act leaves keys of this kind, with names in them. Without one, no trace may be left in any of them. */
  readonly stays?: Readonly<Partial<Record<Act, Why>>>;
  /** Why the import of an export of everything makes no key of this kind. Without one, it does. */
  readonly notImported?: string;
  /** Why `storeEverything` makes no key of this kind. Without one, it does. */
  readonly unseen?: string;
}

const both = (why: Why) => ({ clear: why, eraseNamespace: why }) as const;
const always = (why: Why) => ({ ...both(why), eraseSubject: why }) as const;

const NO_NUMBER_TWICE = both("no number of a memory or change may come back");
const ON_RECORD = both("who did what, when, and with which outcome: docs/audit.md");
const SETTINGS = both("settings stay: docs/lifecycle.md, Deleting a namespace");
const API_KEYS = always("API keys are revoked, not erased: docs/privacy.md, What stays");
const ACCURACY = both("an agent's accuracy is of all namespaces together");
const CHOSEN_NAME = { applyPii: { said: "a caller chose the name: docs/privacy.md, Not rewritten" } };
const STATE = { applyPii: { said: "a version of a document is one value: docs/privacy.md, Not rewritten" } };

const DERIVED = "made by what the importing store does itself";
const NOT_IN_EXPORTS = "docs/backup.md: not in an export";
const HERE_ONLY = "about what this store did, not about what it holds";
const MOMENTS = "there while something runs, or until it has run";
const ONE_NODE = "written by the service itself, with nothing in it";

/**
 * Each kind of key, by the part of its name after the prefix, and what becomes of it in the acts that concern all kinds. A new
 * kind is added here: the tests fail for one that is missing, and where an act leaves, or an import lacks, what this doesn't
 * say.
 */
export const KINDS: Readonly<Record<string, Kind>> = {
  // Memories and facts.
  rec: {},
  old: {},
  vec: {},
  hash: {},
  turn: { notImported: "it joins the turns of a session that goes on within a week" },
  seq: { stays: NO_NUMBER_TWICE },
  uses: {},
  usage: { stays: both("counts, all of them 0") },
  "usage-ending": {},
  "versions-ending": {},
  timeline: {},
  entities: { stays: CHOSEN_NAME },
  "entity-names": { stays: CHOSEN_NAME },
  aliases: { stays: CHOSEN_NAME },
  "alias-groups": { stays: CHOSEN_NAME },
  "forget-walk": { unseen: "a walk over more memories than one request examines" },
  gone: { stays: both("ids and hashes, so that no import brings them back: docs/backup.md") },

  // Sessions, state and threads.
  session: {},
  "session-messages": {},
  "session-ids": {},
  "session-due": { unseen: MOMENTS, notImported: MOMENTS },
  sessions: {},
  "sessions-ending": {},
  "session-bytes": {},
  state: { stays: STATE },
  "state-facts": {},
  "state-old": { stays: STATE },
  "state-head": { stays: NO_NUMBER_TWICE },
  "state-names": {},
  "state-left": {},
  "state-ends": { stays: both("counts of bytes") },
  "state-draft": { unseen: "inside one script" },
  changes: { notImported: NOT_IN_EXPORTS },
  graph: {
    stays: {
      clear: { said: "threads are LangGraph's: docs/lifecycle.md, Deleting a namespace" },
      applyPii: { said: "the saver's own form: docs/privacy.md, Not rewritten" },
    },
    notImported: NOT_IN_EXPORTS,
  },

  // What was asked for, and what was done.
  receipts: {
    stays: { applyPii: { said: "of several namespaces: docs/privacy.md, Not rewritten" } },
    notImported: "an imported receipt is a key of its own: `receipt`",
  },
  "receipts-shared": {
    stays: both("times, until the last receipt ends, so that one kept meanwhile is found"),
    notImported: "an imported receipt is a key of its own: `receipt`",
  },
  "receipts-noted": { notImported: "it lists `receipts`" },
  receipt: { unseen: "only an import makes it" },
  "receipt-ids": { unseen: "only an import makes it" },
  "receipt-homes": { notImported: "it lists `receipts`" },
  answer: { notImported: HERE_ONLY },
  "answers-about": { notImported: HERE_ONLY },
  "answers-gone": { unseen: MOMENTS },
  "answers-gone-by": { unseen: MOMENTS },
  done: {
    stays: both("numbers and the agent, for a day, so that no retry writes once more"),
    notImported: HERE_ONLY,
  },
  audit: { stays: ON_RECORD },
  "audit-head": { stays: ON_RECORD },
  consolidation: { notImported: NOT_IN_EXPORTS },
  "consolidation-actions": {
    stays: { applyPii: { said: "an undo needs what the plan says: docs/privacy.md, Not rewritten" } },
    notImported: NOT_IN_EXPORTS,
  },
  consolidations: { notImported: NOT_IN_EXPORTS },
  "consolidation-head": { stays: SETTINGS },
  "consolidation-due": { stays: SETTINGS },
  erasures: { unseen: MOMENTS },
  "erasure-due": { unseen: MOMENTS },
  "erasure-job": { unseen: "only an erasure makes it", stays: { eraseNamespace: "the certificate" } },
  "erasure-jobs": { unseen: "only an erasure makes it" },
  "erasure-jobs-open": { unseen: MOMENTS },
  "erasure-jobs-open-of": { unseen: MOMENTS },
  "erasure-found": { unseen: MOMENTS },
  "erasure-done": { unseen: MOMENTS },
  "signing-key": { unseen: "only an erasure makes it" },
  rewriting: { unseen: MOMENTS },
  rewritten: { unseen: MOMENTS },

  // Settings, and what follows from them.
  namespaces: {},
  "read-namespaces": { notImported: HERE_ONLY },
  settings: { stays: SETTINGS },
  "pii-namespaces": {},
  "pii-salt": { notImported: "docs/privacy.md: exports contain tokens, not their originals" },
  "pii-originals": { notImported: "docs/privacy.md: exports contain tokens, not their originals" },
  archiving: {},
  archive: { notImported: "docs/backup.md: an import makes archived memories hot" },
  "archive-ids": { notImported: "docs/backup.md: an import makes archived memories hot" },
  "archive-due": { unseen: MOMENTS, notImported: MOMENTS },

  // Keys and agents.
  key: { stays: API_KEYS },
  keys: {},
  "key-made": {},
  "key-ever-made": {},
  "open-without-keys": { unseen: "the first API key removes it" },
  "agent-keys": { stays: API_KEYS },
  "agent-folds": { stays: API_KEYS },
  "agent-keys-built": {},
  "agent-folds-built": {},
  administrations: {},
  agent: { stays: ACCURACY },
  agents: { stays: ACCURACY },
  "agent-votes": { stays: ACCURACY },
  rate: { notImported: MOMENTS },

  // The store itself.
  emb: { notImported: DERIVED, unseen: "a vector by the hash of its text" },
  export: { unseen: MOMENTS },
  "export-watch": { unseen: MOMENTS, stays: both("ids of exports that have just read it") },
  "export-changes": { unseen: MOMENTS },
  "export-bases": { unseen: MOMENTS },
  import: { unseen: MOMENTS },
  "exports-of": { unseen: "an export makes it" },
  "imports-of": { notImported: HERE_ONLY },
  lock: {},
  meta: {},
  upgrades: {},
  durable: { unseen: ONE_NODE },
  "json-probe": { unseen: ONE_NODE },
  "write-probe": { unseen: ONE_NODE },
};

/** The kind of a key: `mneme:rec:{…}:id` is a `rec`. */
export const kindOf = (prefix: string, key: string): string =>
  key.slice(prefix.length + 1).split(":")[0] ?? "";

/** Kinds of all keys that src/redis/keys.ts builds. */
export function builtKinds(): Set<string> {
  const kinds = new Set<string>();
  for (const build of Object.values(createKeys("p"))) {
    const built = anyArguments(build)("a", "b", 1, 1, 1);
    for (const name of Array.isArray(built) ? (built as unknown[]) : [built]) {
      if (typeof name !== "string" || !name.startsWith("p:")) continue;
      const kind = kindOf("p", name);
      // The start of every key; names of indexes, and channels.
      if (!["", "idx", "news"].includes(kind)) kinds.add(kind);
    }
  }
  return kinds;
}

/** Each builder puts its arguments into a text, whatever they are. */
const anyArguments = (build: unknown) => build as (...parts: unknown[]) => unknown;
