import { ATTEST_VERB, attestOf, contentOf, hashOf } from "../../src/access/entry.js";
import type { StoredEntry } from "../../src/access/entry.js";
import { BYTES, decodeEntries } from "../../src/redis/audit/audit-reader.js";
import type { Keys } from "../../src/redis/keys.js";
import { arrayOf } from "../../src/redis/scripts/replies.js";
import type { SavedHead } from "./heads.js";

export interface Verified {
  readonly entries: number;
  /** What is wrong, each with the entry it is about; empty if nothing is. */
  readonly problems: readonly string[];
  /** The last entry; undefined if there is none. */
  readonly head: SavedHead | undefined;
}

/** Entries in one answer. */
const BATCH = 500;
/** One change can break much that follows. */
const MAX_PROBLEMS = 20;

/** The head that lua/audit.lua keeps for a trail. */
interface TrailHead {
  readonly number: number;
  readonly hash: string;
  readonly time: number;
  /** Number of the oldest entry kept, and the hash before it. */
  readonly first: number;
  readonly before: string;
}

/**
 * Recomputes a trail's hashes from its oldest entry on. Each batch is read together with the head, so that acts (which
 * add) and retention (which cuts off the beginning) may go on in between.
 *
 * `saved`: an earlier head through which the trail must still lead. `keepMs`: retention can't have cut off younger
 * entries.
 */
export async function verifyTrail(
  client: TrailReader,
  keys: Keys,
  trail: string,
  saved: SavedHead | undefined,
  keepMs: number,
): Promise<Verified> {
  const found: string[] = [];
  const complain = (text: string): void => void found.push(text);
  const attests = createAttests();
  let entries = 0;
  let last: { readonly entry: StoredEntry; readonly number: number; readonly hash: string } | undefined;
  let first: { readonly number: number; readonly previous: string } | undefined;
  let now = 0;
  for (;;) {
    const { head, batch, ...read } = await readBatch(client, keys, trail, last?.entry.id);
    now = read.now;
    for (const entry of batch) {
      const number = numberOf(entry);
      const hash = hashOf(entry);
      const atStart = head?.first === number && head.before === entry.previous;
      if (last === undefined) {
        first = { number, previous: entry.previous };
        if (head !== undefined && !atStart) complain(wrongStart(head, entry, number));
      } else if (!atStart || number <= last.number) {
        // At the start that retention has reached since the batch before, there is nothing to compare with.
        const wrong = wrongLink(last, entry, number);
        if (wrong !== undefined) complain(wrong);
      }
      if (saved?.number === number && saved.hash !== hash) {
        complain(`entry ${entry.id}: changed: the saved head has another hash for it`);
      }
      attests.look(entry);
      last = { entry, number, hash };
      entries++;
    }
    if (batch.length === BATCH) continue;
    const wrong = wrongEnd(head, last);
    if (wrong !== undefined) complain(wrong);
    break;
  }
  for (const wrong of attests.wrong()) complain(wrong);
  const wrong = saved === undefined ? undefined : wrongSaved(saved, first, last?.number ?? 0, now - keepMs);
  if (wrong !== undefined) complain(wrong);
  return {
    entries,
    problems:
      found.length > MAX_PROBLEMS
        ? [...found.slice(0, MAX_PROBLEMS), `and ${found.length - MAX_PROBLEMS} more`]
        : found,
    head:
      last === undefined
        ? undefined
        : { number: last.number, hash: last.hash, time: Number(last.entry.id.split("-")[0]) },
  };
}

/** The part of a connection that is needed here. */
export interface TrailReader {
  withTypeMapping(mapping: typeof BYTES): { sendCommand(args: string[]): Promise<unknown> };
}

/**
 * Entries that an erasure pseudonymised keep the hash that they had, so that hash says nothing of what they say now. A
 * later entry must say it.
 */
function createAttests() {
  const open = new Map<string, string>();
  return {
    look(entry: StoredEntry): void {
      if (entry.kept !== undefined) {
        open.set(attestOf(entry.id, entry.raw), entry.id);
        return;
      }
      const { verb, ids } = contentOf(entry);
      if (verb === ATTEST_VERB) for (const attest of ids) open.delete(attest);
    },
    wrong: (): string[] =>
      [...open.values()].map((id) => `entry ${id}: changed: no erasure says that it was pseudonymised so`),
  };
}

async function readBatch(
  client: TrailReader,
  keys: Keys,
  trail: string,
  after: string | undefined,
): Promise<{ head: TrailHead | undefined; batch: StoredEntry[]; now: number }> {
  const typed = client.withTypeMapping(BYTES);
  const from = after === undefined ? "-" : `(${after}`;
  // Not by multi(): that maps the replies of none but the commands before its EXEC.
  const replies = await Promise.all([
    typed.sendCommand(["MULTI"]),
    typed.sendCommand(["HMGET", keys.auditHead(trail), "number", "hash", "time", "first", "before"]),
    typed.sendCommand(["XRANGE", keys.audit(trail), from, "+", "COUNT", String(BATCH)]),
    typed.sendCommand(["TIME"]),
    typed.sendCommand(["EXEC"]),
  ]);
  const results = arrayOf(replies.at(-1));
  const failure = results.find((result) => result instanceof Error);
  if (failure !== undefined) throw failure;
  const [fields, entries, time] = results;
  const [seconds] = Array.isArray(time) ? time : [];
  const [number, hash, at, start, before] = Array.isArray(fields) ? fields : [];
  const head =
    number === null
      ? undefined
      : {
          number: Number(number),
          hash: String(hash),
          time: Number(at),
          first: start === null ? 1 : Number(start),
          before: before === null ? "" : String(before),
        };
  return { head, batch: decodeEntries(trail, entries), now: Number(seconds) * 1000 };
}

const numberOf = ({ id }: StoredEntry): number => Number(id.split("-")[1]);

function wrongStart({ first, before }: TrailHead, { id, previous }: StoredEntry, number: number): string {
  if (number > first) return `entry ${id}: missing before it: ${range(first, number - 1)}`;
  if (number < first) return `entry ${id}: added: the trail begins with number ${first}`;
  return `entry ${id}: changed: it follows "${previous}", but the trail begins after "${before}"`;
}

function wrongLink(
  last: { readonly entry: StoredEntry; readonly number: number; readonly hash: string },
  { id, previous }: StoredEntry,
  number: number,
): string | undefined {
  if (number <= last.number) return `entry ${id}: added: it comes after number ${last.number}`;
  if (number > last.number + 1)
    return `entry ${id}: missing before it: ${range(last.number + 1, number - 1)}`;
  if (previous === last.hash) return undefined;
  return `entry ${last.entry.id}: changed or reordered: the entry after it, ${id}, has another hash for it`;
}

function wrongEnd(
  head: TrailHead | undefined,
  last: { readonly entry: StoredEntry; readonly number: number; readonly hash: string } | undefined,
): string | undefined {
  if (head === undefined) {
    return last === undefined ? undefined : `entry ${last.entry.id}: the trail's head is missing`;
  }
  if (last === undefined) return `missing at the end: ${range(head.first, head.number)}, all there were`;
  const { id } = last.entry;
  if (last.number < head.number)
    return `entry ${id}: missing after it: ${range(last.number + 1, head.number)}`;
  if (last.number > head.number)
    return `entry ${id}: added: the head says that number ${head.number} is last`;
  if (last.hash !== head.hash) return `entry ${id}: changed: the head has another hash for it`;
  return Number(id.split("-")[0]) === head.time
    ? undefined
    : `entry ${id}: the head says that it is of ${head.time}`;
}

/** What became of the entry that was last when the heads were saved. */
function wrongSaved(
  saved: SavedHead,
  first: { readonly number: number; readonly previous: string } | undefined,
  last: number,
  keepSince: number,
): string | undefined {
  const place = `entry ${saved.time}-${saved.number}`;
  if (first?.number === saved.number + 1 && first.previous !== saved.hash)
    return `${place}: changed: the saved head has another hash for it`;
  const gone = first === undefined || saved.number < first.number || saved.number > last;
  return gone && saved.time >= keepSince ? `${place}: missing: the saved head leads through it` : undefined;
}

function range(from: number, to: number): string {
  return from === to ? `number ${from}` : `numbers ${from} to ${to}`;
}
