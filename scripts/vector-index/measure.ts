import { createRedisClient } from "../../src/redis/connection/client.js";
import type { RedisClient } from "../../src/redis/connection/client.js";
import { encodeCachedVector, encodeIndexVector } from "../../src/redis/codec/vector.js";
import { readRows } from "../../src/redis/search/rows.js";
import { createCorpus } from "../bench/corpus/corpus.js";
import { cpuTime } from "../bench/measure/cpu-time.js";
import { usedMemory } from "../bench/redis/memory-info.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import type { Env } from "../shell/env.js";
import { nearestOf } from "./exact.js";

export interface IndexResult {
  readonly name: string;
  /** All of Redis for one vector: hash and index. */
  readonly bytes: number;
  /** Redis's CPU for one insertion. */
  readonly insertMs: number;
  readonly searches: readonly {
    readonly ef: number;
    readonly recall: number;
    /** Redis's CPU for one search. */
    readonly ms: number;
  }[];
}

export interface MeasureOptions {
  readonly records: number;
  readonly queries: number;
  readonly note: (line: string) => void;
}

const DIMENSIONS = 384;
const NEAREST = 10;
const EF_RUNTIMES = [10, 50, 100, 200] as const;
const TOGETHER = 100;

interface Variant {
  readonly type: "FLOAT32" | "FLOAT16";
  readonly m: number;
  readonly construction: number;
}

/** RediSearch's own defaults, M 16 and EF_CONSTRUCTION 200, are mneme's; around them, one changes at a time. */
const VARIANTS: readonly Variant[] = [
  { type: "FLOAT32", m: 16, construction: 200 },
  { type: "FLOAT16", m: 16, construction: 200 },
  { type: "FLOAT16", m: 8, construction: 200 },
  { type: "FLOAT16", m: 32, construction: 200 },
  { type: "FLOAT16", m: 16, construction: 100 },
  { type: "FLOAT16", m: 16, construction: 400 },
];

/** Each index on an empty Redis; CPU time, because it hardly depends on what else runs on the machine. */
export async function measureIndexes(
  env: Env,
  { records, queries, note }: MeasureOptions,
): Promise<{ readonly version: string; readonly results: readonly IndexResult[] }> {
  const corpus = createCorpus({ seed: 20_260, dimensions: DIMENSIONS, characters: 40 });
  note(`making ${records} vectors, and the exact neighbours of ${queries} questions`);
  const vectors = Array.from({ length: records }, (_, index) =>
    Float32Array.from(corpus.record(index).embedding),
  );
  const questions = Array.from({ length: queries }, (_, index) =>
    Float32Array.from(corpus.question(index, records).embedding),
  );
  const exact = questions.map((question) => nearestOf(vectors, question, NEAREST));
  const results: IndexResult[] = [];
  let version = "";
  for (const variant of VARIANTS) {
    const { type, m, construction } = variant;
    const name = `${type}, M ${m}, EF_CONSTRUCTION ${construction}`;
    note(name);
    const server = await startThrowawayRedis(env);
    version = server.version;
    const client = createRedisClient({ url: server.url });
    await client.connect();
    try {
      await create(client, variant);
      const memory = await usedMemory(client);
      const before = cpuTime(server.pid);
      await insert(client, vectors, type);
      const insertMs = (cpuTime(server.pid) - before) / 1000 / records;
      const bytes = ((await usedMemory(client)) - memory) / records;
      const searches = [];
      for (const ef of EF_RUNTIMES) {
        const start = cpuTime(server.pid);
        const found: string[][] = [];
        for (const question of questions) found.push(await search(client, question, type, ef));
        const ms = (cpuTime(server.pid) - start) / 1000 / queries;
        searches.push({ ef, recall: recallOf(found, exact), ms });
      }
      results.push({ name, bytes, insertMs, searches });
    } finally {
      client.destroy();
      await server.stop();
    }
  }
  return { version, results };
}

async function create(client: RedisClient, { type, m, construction }: Variant): Promise<void> {
  const attributes = [
    ["TYPE", type],
    ["DIM", String(DIMENSIONS)],
    ["DISTANCE_METRIC", "COSINE"],
    ["M", String(m)],
    ["EF_CONSTRUCTION", String(construction)],
  ].flat();
  const schema = ["v", "VECTOR", "HNSW", String(attributes.length), ...attributes];
  await client.sendCommand(["FT.CREATE", "vectors", "ON", "HASH", "PREFIX", "1", "v:", "SCHEMA", ...schema]);
}

const encodedAs = (type: Variant["type"]) => (type === "FLOAT16" ? encodeIndexVector : encodeCachedVector);

async function insert(
  client: RedisClient,
  vectors: readonly Float32Array[],
  type: Variant["type"],
): Promise<void> {
  const encode = encodedAs(type);
  for (let from = 0; from < vectors.length; from += TOGETHER) {
    await Promise.all(
      vectors
        .slice(from, from + TOGETHER)
        .map((vector, index) => client.sendCommand(["HSET", `v:${from + index}`, "v", encode(vector)])),
    );
  }
}

async function search(
  client: RedisClient,
  question: Float32Array,
  type: Variant["type"],
  ef: number,
): Promise<string[]> {
  const query = `*=>[KNN ${NEAREST} @v $v EF_RUNTIME ${ef} AS distance]`;
  const params = ["PARAMS", "2", "v", encodedAs(type)(question)];
  const reply = await client.sendCommand([
    "FT.SEARCH",
    "vectors",
    query,
    "NOCONTENT",
    "SORTBY",
    "distance",
    ...params,
    "DIALECT",
    "2",
  ]);
  return readRows(reply, 1, (key) => key);
}

/** The share of the exact neighbours that were found. */
function recallOf(found: readonly (readonly string[])[], exact: readonly (readonly number[])[]): number {
  const shares = exact.map((nearest, index) => {
    const keys = new Set(found[index]);
    return nearest.filter((place) => keys.has(`v:${place}`)).length / nearest.length;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
