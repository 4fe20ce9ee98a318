import { createRedisClient } from "../../../src/redis/connection/client.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import type { Keys } from "../../../src/redis/keys.js";
import { modelFolder } from "../../downloads/local-model.js";
import { startService } from "../../harness/service.js";
import type { RunningService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { ThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { Env } from "../../shell/env.js";
import { createCorpus } from "../corpus/corpus.js";
import type { Corpus } from "../corpus/corpus.js";
import { startHandler } from "../measure/floor.js";
import type { Floor } from "../measure/floor.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { barePut, DOCUMENTS, documentOf } from "../state/requests.js";

export const NAMESPACE = "bench";
const KEY_PREFIX = "bench-load";
/** Of the local model. */
const DIMENSIONS = 384;
const CHARACTERS = 300;
const SEED = 20_260;
const BATCH = 250;

/** The service, the bare handler and Redis, a process each; with a thousand documents of state and some memories. */
export interface LoadBench {
  readonly server: ThrowawayRedis;
  readonly service: RunningService;
  readonly bare: Floor;
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly corpus: Corpus;
  /** Of memories. */
  readonly ids: readonly string[];
  /** The service needs a key, as in production. */
  readonly headers: Readonly<Record<string, string>>;
}

export async function withLoadBench<Result>(
  env: Env,
  records: number,
  work: (bench: LoadBench) => Promise<Result>,
): Promise<Result> {
  const model = { MNEME_MODEL_DIR: await modelFolder(env) };
  const ends: (() => Promise<void>)[] = [];
  try {
    const server = await startThrowawayRedis(env);
    ends.push(() => server.stop());
    const settings = { ...model, MNEME_EMBEDDER: "local" };
    const service = await startService({ env, redisUrl: server.url, keyPrefix: KEY_PREFIX, settings });
    ends.push(() => service.stop());
    const bare = await startHandler(new URL("../state/bare-server.js", import.meta.url), [server.url]);
    ends.push(() => bare.stop());
    const redis = createRedisClient({ url: server.url });
    await redis.connect();
    ends.push(async () => redis.destroy());
    const corpus = createCorpus({ seed: SEED, dimensions: DIMENSIONS, characters: CHARACTERS });
    const headers = { Authorization: `Bearer ${await createKey(service.url)}` };
    const ids = await fill({ service, bare, corpus, headers }, records);
    return await work({
      server,
      service,
      bare,
      redis,
      keys: createKeys(KEY_PREFIX),
      corpus,
      ids,
      headers,
    });
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

export async function createKey(url: string): Promise<string> {
  const http = await connectHttp(url);
  const verbs = ["read", "write", "admin"];
  const made = await http.send(
    httpRequest("POST", "/v1/keys", { agent: "bench", grants: [{ namespace: "**", verbs }] }),
  );
  http.close();
  return (JSON.parse(made.toString()) as { key: string }).key;
}

async function fill(
  { service, bare, corpus, headers }: Pick<LoadBench, "service" | "bare" | "corpus" | "headers">,
  records: number,
): Promise<string[]> {
  const [toService, toBare] = [await connectHttp(service.url), await connectHttp(bare.url)];
  for (let index = 0; index < DOCUMENTS; index++) {
    await toService.send(statePut(headers, index));
    await toBare.send(barePut(index));
  }
  const ids: string[] = [];
  const path = `/v1/namespaces/${NAMESPACE}/memories/batch`;
  for (let from = 0; from < records; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, records - from) }, (_, index) => ({
      ...corpus.record(from + index),
      memory_type: "episodic",
    }));
    const body = await toService.send(httpRequest("POST", path, { memories }, headers));
    const { results } = JSON.parse(body.toString()) as { results: { memory: { id: string } }[] };
    ids.push(...results.map(({ memory }) => memory.id));
  }
  toService.close();
  toBare.close();
  return ids;
}

const statePath = (index: number): string => `/v1/namespaces/${NAMESPACE}/state/order-${index % DOCUMENTS}`;

export const stateGet = (headers: LoadBench["headers"], index: number): Buffer =>
  httpRequest("GET", statePath(index), undefined, headers);

export const statePut = (headers: LoadBench["headers"], index: number): Buffer =>
  httpRequest("PUT", statePath(index), { value: documentOf(index) }, headers);
