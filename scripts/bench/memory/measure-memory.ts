import { createRandom, pick } from "../corpus/random.js";
import { residentMemory } from "../measure/process-memory.js";
import { indexMemory, meanKeySize, usedMemory } from "../redis/memory-info.js";
import { countRecords } from "./load.js";
import type { Bench } from "./setup.js";

/** Bytes per record, and of the service's process. */
export interface MemoryUse {
  readonly records: number;
  /** What Redis allocated more than before the first record. */
  readonly total: number;
  /** The record's JSON, its vector's HASH, its content hash; each with its key. */
  readonly json: number;
  readonly vector: number;
  readonly hash: number;
  /** The rest: what RediSearch holds. */
  readonly indexes: number;
  /** What FT.INFO says that they hold. */
  readonly recordIndex: number;
  readonly vectorIndex: number;
  /** Bytes, not per record. */
  readonly resident: { now: number; peak: number } | undefined;
}

const SAMPLED_KEYS = 300;

/** @param before bytes that Redis had allocated before the first record */
export async function measureMemory(bench: Bench, before: number): Promise<MemoryUse> {
  const { redis, keys, namespace, service } = bench;
  const records = await countRecords(bench);
  const total = ((await usedMemory(redis)) - before) / records;
  const random = createRandom(records);
  const ids = Array.from({ length: SAMPLED_KEYS }, () => pick(random, bench.ids));
  const model = String(await redis.hGet(keys.meta(), "embedding_model"));
  const json = await meanKeySize(
    redis,
    ids.map((id) => keys.record(namespace, id)),
  );
  const vector = await meanKeySize(
    redis,
    ids.map((id) => keys.vector(model, namespace, id, 0)),
  );
  const hash = await meanKeySize(redis, await someKeys(bench, `${keys.contentHashPrefix(namespace)}*`));
  const indexes = (await redis.sendCommand(["FT._LIST"])) as string[];
  const size = async (name: string): Promise<number> =>
    indexes.includes(name) ? (await indexMemory(redis, name)) / records : 0;
  return {
    records,
    total,
    json,
    vector,
    hash,
    indexes: total - json - vector - hash,
    recordIndex: await size(keys.recordIndex()),
    vectorIndex: await size(keys.vectorIndex(model)),
    resident: residentMemory(service.pid),
  };
}

async function someKeys({ redis }: Bench, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of redis.scanIterator({ MATCH: pattern, COUNT: 1000 })) {
    found.push(...keys);
    if (found.length >= SAMPLED_KEYS) break;
  }
  return found.slice(0, SAMPLED_KEYS);
}
