import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisArgument } from "redis";
import { RESP_TYPES } from "redis";
import { storeFault } from "../../domain/store-fault.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { arrayOf, bytes } from "../scripts/replies.js";

export interface StreamEntry {
  readonly id: string;
  /** Names and values in turn. */
  readonly fields: readonly Buffer[];
}

/** What becomes of an entry: it stays as it is, gets other fields, or goes. */
export type Fate = "stays" | "goes" | readonly RedisArgument[];

/** May ask for something of the entry; called more than once for each. */
export type Decide = (entry: StreamEntry) => Fate | Promise<Fate>;

export interface RewriteDeps {
  readonly redis: RedisGateway;
  readonly keys: Pick<Keys, "rewriting" | "rewritten">;
}

export interface RewrittenStream {
  readonly key: string;
  /** What its key has in its braces. */
  readonly home: string;
  /** How many entries are read at once: fewer where they are large. */
  readonly page?: number;
  /** True: the caller knows that something changes, so that it isn't looked for first. */
  readonly changes?: boolean;
}

const PAGE = 500;
/** Entries that the last step copies: Redis does nothing else meanwhile. */
const LAST = 1_000;
/** How long a writer may be silent before another one begins. */
const SILENCE_MS = 60_000;
const ATTEMPTS = 300;
const BYTES = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

/**
 * Changes or deletes entries of a stream, so that no byte of them is left. XDEL only marks an entry: its bytes stay in
 * memory, in dumps and in snapshots, until all entries of its node are deleted. So the stream is written again beside
 * the old one, with the same ids, and takes its place. Returns how many entries were changed or deleted.
 *
 * What is added while this runs isn't looked at. One process at a time writes streams of a home again: another one's copy
 * would bring back what this one deleted.
 */
export async function rewriteStream(
  deps: RewriteDeps,
  { key, home, page: size = PAGE, changes = false }: RewrittenStream,
  decide: Decide,
  tick: () => Promise<void> = async () => {},
): Promise<number> {
  const { redis, keys } = deps;
  // Most streams hold nothing of it.
  if (!changes && !(await someChange(pagesOf(redis, key, tick, undefined, size), decide))) return 0;
  const token = await begin(deps, home, tick);
  const [aside, writer] = [keys.rewritten(home, token), keys.rewriting(home)];
  try {
    let changed = 0;
    let written = 0;
    let last = "0-0";
    for (let swapped = 0; swapped !== 1;) {
      for await (const page of pagesOf(redis, key, tick, last, size)) {
        const kept: RedisArgument[] = [];
        for (const entry of page) {
          const fate = await decide(entry);
          if (fate !== "stays") changed += 1;
          kept.push(...argumentsOf(entry, fate));
        }
        written += heldBy(
          await redis.run((client) =>
            client.appendRewritten([aside, writer], [token, String(SILENCE_MS), ...kept]),
          ),
        );
        last = page.at(-1)?.id ?? last;
      }
      swapped = heldBy(
        await redis.run((client) =>
          client.swapRewritten([key, aside, writer], [token, last, String(LAST), String(written)]),
        ),
      );
    }
    return changed;
  } finally {
    // Another writer's would be its own again after a while.
    await redis.run((client) => client.unlink([aside, writer]));
  }
}

async function someChange(pages: AsyncIterable<readonly StreamEntry[]>, decide: Decide): Promise<boolean> {
  for await (const page of pages) {
    for (const entry of page) if ((await decide(entry)) !== "stays") return true;
  }
  return false;
}

/** Waits until no other process writes streams of this home again. */
async function begin({ redis, keys }: RewriteDeps, home: string, tick: () => Promise<void>): Promise<string> {
  const token = randomUUID();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await tick();
    const taken = await redis.run((client) =>
      client.acquireLock([keys.rewriting(home)], [token, String(SILENCE_MS)]),
    );
    if (taken === 1) return token;
    await sleep(100);
  }
  throw storeFault("redis_busy");
}

function heldBy(reply: number): number {
  if (reply === -1) throw storeFault("redis_busy");
  return reply;
}

function argumentsOf({ id, fields }: StreamEntry, fate: Fate): RedisArgument[] {
  if (fate === "goes") return [];
  const own = fate === "stays" ? fields : fate;
  return [id, String(own.length), ...own];
}

export async function* pagesOf(
  redis: RedisGateway,
  key: string,
  tick: () => Promise<void> = async () => {},
  after?: string,
  size = PAGE,
): AsyncGenerator<readonly StreamEntry[]> {
  let from = after === undefined ? "-" : `(${after}`;
  for (;;) {
    await tick();
    const reply = await redis.run((client) =>
      client.withTypeMapping(BYTES).sendCommand(["XRANGE", key, from, "+", "COUNT", String(size)]),
    );
    const page = arrayOf(reply).map((item): StreamEntry => {
      const [id, fields] = arrayOf(item);
      return { id: bytes(id).toString(), fields: arrayOf(fields).map(bytes) };
    });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < size) return;
    from = `(${last.id}`;
  }
}
