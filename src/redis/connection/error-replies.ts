/**
 * Recognises the errors with which Redis replies: the one place in the service that knows their texts.
 *
 * No text is compared as a whole. RediSearch words the same error differently in 7.4, 8.2 and 8.4, and puts a code
 * before each text from 8.8 on (`SEARCH_INDEX_NOT_FOUND Index not found: x`). A text is looked at from its start only,
 * because the rest may quote what a caller sent.
 */

import type { StoreFault } from "../../domain/errors.js";

/** Redis can't serve now, but may soon: it loads its data, runs a script, or waits for its primary or its cluster. */
const PASSING = new Set(["LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"]);
/** Redis takes no writes: a replica, too few replicas, or a disk that it can't save to. */
const NO_WRITES = new Set(["READONLY", "NOREPLICAS", "MISCONF"]);
/** By codes, and where Redis has none, in words: DENIED is protected mode's, the last is of a script's command. */
const NOT_LET_IN = /^(?:(?:NOAUTH|NOPERM|WRONGPASS|DENIED)\b|ERR ACL failure\b)/;
const OTHER_NODE = new Set(["MOVED", "ASK", "CROSSSLOT"]);

/** The code that a reply begins with, such as `LOADING`; undefined if it has none or isn't an error reply. */
export function replyCode(error: unknown): string | undefined {
  const [text = ""] = textsOf(error);
  return /^([A-Z][A-Z0-9_]+)\b/.exec(text)?.[1];
}

/** FT.CREATE of an index that is there. */
export const isIndexPresent = (error: unknown): boolean =>
  some(error, /^(?:SEARCH_INDEX_EXISTS\b|index already exists\b)/i);

/** A search, FT.INFO or FT.DROPINDEX of an index that isn't there. */
export const isIndexMissing = (error: unknown): boolean =>
  some(
    error,
    /^(?:SEARCH_INDEX_NOT_FOUND\b|(?:\S+: )?no such index\b|unknown index name\b|index not found\b)/i,
  );

/** A key holds another type; RedisJSON says so in words of its own. */
export const isWrongType = (error: unknown): boolean =>
  some(error, /^(?:WRONGTYPE\b|(?:ERR )?existing key has wrong redis type\b)/i);

export const isPassing = (error: unknown): boolean => hasCode(error, PASSING);
export const takesNoWrites = (error: unknown): boolean => hasCode(error, NO_WRITES);
export const isNotLetIn = (error: unknown): boolean => some(error, NOT_LET_IN);
/** A slot of a Redis Cluster moves, and has lost some of the keys that a command names. Nothing was done. */
export const isSlotMoving = (error: unknown): boolean => replyCode(error) === "TRYAGAIN";
/** A node of a Redis Cluster that doesn't hold the key. */
export const isOtherNode = (error: unknown): boolean => hasCode(error, OTHER_NODE);

/** No memory is left, for a write or, with `search-on-oom fail` of 8.4, for a search. */
export const isOutOfMemory = (error: unknown): boolean => some(error, /^(?:OOM|SEARCH_OOM)\b/);

/** A command that the server doesn't have, or a provider has renamed. */
export const isUnknownCommand = (error: unknown): boolean =>
  some(error, /^ERR unknown (?:command|subcommand)\b/i);

/** Our own, of `lua/audit.lua`: what can't be recorded isn't done. */
export const isAuditUnusable = (error: unknown): boolean => some(error, /^NOAUDIT\b/);

/** Our own, of `lua/audit.lua` too: texts were treated by settings that the namespace no longer has. */
export const isPolicyChanged = (error: unknown): boolean => some(error, /^NEWSETTINGS\b/);

const FAULTS: readonly (readonly [StoreFault, RegExp])[] = [
  ["redis_loading", /^LOADING\b/],
  ["redis_busy", /^BUSY\b/],
  ["redis_unavailable", /^(?:MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/],
  ["redis_readonly", /^READONLY\b/],
  ["redis_replicas_missing", /^NOREPLICAS\b/],
  // A snapshot or an append-only file that can't be written; Redis says which, and only for the file also why.
  ["redis_disk_full", /^MISCONF\b/],
  ["redis_out_of_memory", /^(?:OOM|SEARCH_OOM)\b/],
  ["redis_too_many_clients", /^ERR max number of clients\b/],
  ["acl_denied", NOT_LET_IN],
];

/** The cause for which Redis refuses what it otherwise does; undefined: it is an answer to the command itself. */
export function faultOf(error: unknown): StoreFault | undefined {
  const found = FAULTS.find(([, form]) => some(error, form));
  return found?.[0] ?? (isIndexMissing(error) ? "index_missing" : undefined);
}

/** The command that an ACL denies, such as `ft.create`; undefined if the reply names none. */
export function deniedCommand(error: unknown): string | undefined {
  const [text = ""] = textsOf(error);
  return /^[^']*\bpermissions to run the '([a-z0-9._|-]{1,64})' command/i.exec(text)?.[1];
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return textsOf(error).some((text) => codes.has(/^[A-Z]+/.exec(text)?.[0] ?? ""));
}

function some(error: unknown, form: RegExp): boolean {
  return textsOf(error).some((text) => form.test(text));
}

/** What an error says; of a transaction or a pipeline that failed, what each of its replies says. */
function textsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const replies: readonly unknown[] = "replies" in error && Array.isArray(error.replies) ? error.replies : [];
  const inner = replies.filter((reply) => reply instanceof Error).map(({ message }) => message);
  return [...inner, error.message].map((text) => text.replace(ABORTED, "").trimStart());
}

/** EXEC of a transaction in which a command was refused names the refusal after words of its own. */
const ABORTED = /^EXECABORT [^:]*:\s*/;
