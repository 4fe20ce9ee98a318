import { setTimeout as sleep } from "node:timers/promises";
import type { StoredEntry } from "../../access/entry.js";
import type { Scope } from "../../access/grants.js";
import type { AuditReader, TrailRange } from "../../access/ports.js";
import { DomainError } from "../../domain/errors.js";
import type { RedisClient, RedisGateway } from "../client.js";
import { isWrongType } from "../error-replies.js";
import type { Keys } from "../keys.js";
import { DENIALS, SYSTEM } from "../keys.js";

export function createAuditReader(redis: RedisGateway, keys: Keys): AuditReader {
  return {
    denials: DENIALS,
    system: SYSTEM,
    namespaces: (scope, limit) => namespaces(redis, keys, scope, limit),
    horizon: (trails) => horizon(redis, keys, trails),
    read: (ranges) =>
      redis.run((client) => Promise.all(ranges.map((range) => readRange(client, keys, range)))),
  };
}

/** In a set whose members have one score, they stand in the order of their bytes. */
async function namespaces(
  redis: RedisGateway,
  keys: Keys,
  { root, below }: Scope,
  limit: number,
): Promise<string[]> {
  if (!below) return [root];
  const between = (from: string, to: string) =>
    redis.run((client) =>
      client.zRange(keys.namespaces(), from, to, { BY: "LEX", LIMIT: { offset: 0, count: limit } }),
    );
  if (root === "") return between("-", "+");
  // "/" is the byte after ".", so this is what begins with `root.`
  const [own, rest] = await Promise.all([between(`[${root}`, `[${root}`), between(`[${root}.`, `(${root}/`)]);
  return [...own, ...rest];
}

/**
 * An entry's time is Redis's when it is written, so once that clock has gone on, nothing is added at or before what
 * it said. An entry may be ahead of it, though, if the clock was put back: such a trail goes on at the time of its
 * last entry.
 */
async function horizon(redis: RedisGateway, keys: Keys, trails: readonly string[]): Promise<number> {
  const [now, ...last] = await redis
    .run((client) =>
      Promise.all([
        timeOf(client),
        ...trails.map(async (trail) => Number(await client.hGet(keys.auditHead(trail), "time"))),
      ]),
    )
    .catch(unreadable);
  while ((await redis.run(timeOf)) === now) await sleep(1);
  return Math.max(now, ...last.filter((time) => Number.isSafeInteger(time)));
}

async function timeOf(client: RedisClient): Promise<number> {
  const [seconds, microseconds] = texts(await client.sendCommand(["TIME"]));
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

async function readRange(
  client: RedisClient,
  keys: Keys,
  { trail, from, to, order, count }: TrailRange,
): Promise<StoredEntry[]> {
  const [command, ...ends] = order === "asc" ? ["XRANGE", from, to] : ["XREVRANGE", to, from];
  const reply = await client
    .sendCommand([command, keys.audit(trail), ...ends, "COUNT", String(count)])
    .catch(unreadable);
  return decodeEntries(trail, reply);
}

/** What XRANGE replies in RESP2: `[[id, [field, value, ...]], ...]`. */
export function decodeEntries(trail: string, reply: unknown): StoredEntry[] {
  if (!Array.isArray(reply)) throw new Error("XRANGE replied with something else than an array");
  return reply.map((item: unknown) => {
    const [id, fields] = Array.isArray(item) ? item : [];
    const values = texts(fields);
    const field = (name: string): string =>
      values.find((_, index) => index % 2 === 1 && values[index - 1] === name) ?? "";
    return { trail, id: String(id), previous: field("p"), raw: field("e") };
  });
}

function texts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

function unreadable(error: unknown): never {
  if (!isWrongType(error)) throw error;
  throw new DomainError(
    "audit_unavailable",
    "An audit trail is damaged: `npm run audit:verify` says which. Ask for other namespaces.",
    { cause: error },
  );
}
