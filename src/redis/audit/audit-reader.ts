import { setTimeout as sleep } from "node:timers/promises";
import { RESP_TYPES } from "redis";
import type { StoredEntry } from "../../access/entry.js";
import type { Scope } from "../../access/grants.js";
import type { AuditReader, TrailRange } from "../../access/ports.js";
import { DomainError } from "../../domain/errors.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import { unpackText } from "../codec/packed-text.js";
import { isWrongType } from "../connection/error-replies.js";
import { redisTime } from "../connection/redis-time.js";
import type { Keys } from "../keys.js";
import { DENIALS, SYSTEM } from "../keys.js";
import { arrayOf, bytes } from "../scripts/replies.js";

export function createAuditReader(redis: RedisGateway, keys: Keys): AuditReader {
  return {
    denials: DENIALS,
    system: SYSTEM,
    namespaces: (scope) => namespaces(redis, keys, scope),
    horizon: (trails) => horizon(redis, keys, trails),
    read: (ranges) =>
      inParts(ranges, (part) =>
        redis.run((client) => Promise.all(part.map((range) => readRange(client, keys, range)))),
      ),
  };
}

/** Names of one answer of Redis, and trails that are asked in one round trip: others on the connection wait no longer. */
const TOGETHER = 1_000;

/** Those that were ever changed, and those of which only reads left a trail. */
async function namespaces(redis: RedisGateway, keys: Keys, scope: Scope): Promise<string[]> {
  const lists = [keys.namespaces(), keys.readNamespaces()];
  if (!scope.below) return [scope.root];
  const found = new Set<string>();
  for (const list of lists) for (const name of await namesOn(redis, list, scope)) found.add(name);
  return [...found].toSorted();
}

/** In a set whose members have one score, they stand in the order of their bytes. */
async function namesOn(redis: RedisGateway, list: string, { root }: Scope): Promise<string[]> {
  // "/" is the byte after ".", so this is what begins with `root.`
  const end = root === "" ? "+" : `(${root}/`;
  const own = root === "" ? [] : await between(redis, list, `[${root}`, `[${root}`);
  const names = [...own];
  for (let from = root === "" ? "-" : `[${root}.`; ;) {
    const page = await between(redis, list, from, end);
    names.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < TOGETHER) return names;
    from = `(${last}`;
  }
}

function between(redis: RedisGateway, list: string, from: string, to: string): Promise<string[]> {
  return redis.run((client) =>
    client.zRange(list, from, to, { BY: "LEX", LIMIT: { offset: 0, count: TOGETHER } }),
  );
}

/** In parts: there may be tens of thousands of trails. */
async function inParts<Item, Result>(
  items: readonly Item[],
  ask: (part: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += TOGETHER) {
    results.push(...(await ask(items.slice(from, from + TOGETHER))));
  }
  return results;
}

/**
 * An entry's time is Redis's when it is written, so once that clock has gone on, nothing is added at or before what
 * it said. An entry may be ahead of it, though, if the clock was put back: such a trail goes on at the time of its
 * last entry.
 */
async function horizon(redis: RedisGateway, keys: Keys, trails: readonly string[]): Promise<number> {
  const last = await inParts(trails, (part) =>
    redis
      .run((client) =>
        Promise.all(part.map(async (trail) => Number(await client.hGet(keys.auditHead(trail), "time")))),
      )
      .catch(unreadable),
  );
  const heads = trails.map((trail) => keys.auditHead(trail));
  const now = await redisTime(redis, heads);
  while ((await redisTime(redis, heads)) === now) await sleep(1);
  return last.reduce((latest, time) => (Number.isSafeInteger(time) ? Math.max(latest, time) : latest), now);
}

async function readRange(
  client: RoutedClient,
  keys: Keys,
  { trail, from, to, order, count }: TrailRange,
): Promise<StoredEntry[]> {
  const [command, ...ends] = order === "asc" ? ["XRANGE", from, to] : ["XREVRANGE", to, from];
  const reply = await client
    .withTypeMapping(BYTES)
    .sendCommand([command, keys.audit(trail), ...ends, "COUNT", String(count)])
    .catch(unreadable);
  return decodeEntries(trail, reply);
}

/** For replies with entries: they are bytes, not text. */
export const BYTES = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

/** What XRANGE replies in RESP2, as {@link BYTES}: `[[id, [field, value, ...]], ...]`. */
export function decodeEntries(trail: string, reply: unknown): StoredEntry[] {
  return arrayOf(reply).map((item) => {
    const [id, fields] = arrayOf(item);
    return decodeEntry(trail, { id: String(id), fields: arrayOf(fields).map(bytes) });
  });
}

export function decodeEntry(
  trail: string,
  { id, fields }: { readonly id: string; readonly fields: readonly Buffer[] },
): StoredEntry {
  const field = (name: string): Buffer =>
    fields.find((_, index) => index % 2 === 1 && fields[index - 1]?.toString() === name) ?? NO_BYTES;
  const kept = field("h");
  return {
    trail,
    id,
    previous: hashIn(field("p")),
    raw: unpackText(field("e")),
    ...(kept.length === 0 ? {} : { kept: hashIn(kept) }),
  };
}

const NO_BYTES = Buffer.alloc(0);
const HASH_BYTES = 20;

/** Releases before wrote it in hexadecimal. */
const hashIn = (field: Buffer): string =>
  field.length === HASH_BYTES ? field.toString("hex") : field.toString();

function unreadable(error: unknown): never {
  if (!isWrongType(error)) throw error;
  throw new DomainError(
    "audit_unavailable",
    "An audit trail is damaged. Run `npm run audit:verify` to find it, or query other namespaces.",
    { cause: error },
  );
}
