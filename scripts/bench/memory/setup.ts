import { randomBytes } from "node:crypto";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import type { Keys } from "../../../src/redis/keys.js";
import type { Env } from "../../shell/env.js";
import { startService } from "../../harness/service.js";
import type { RunningService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { ThrowawayRedis } from "../../harness/throwaway-redis.js";
import { modelFolder } from "../../downloads/local-model.js";
import { createCorpus } from "../corpus/corpus.js";
import type { Corpus } from "../corpus/corpus.js";
import { connectHttp } from "../measure/http-client.js";
import type { HttpClient } from "../measure/http-client.js";

/** All that the measurements of the memory part share. */
export interface Bench {
  readonly env: Env;
  readonly server: ThrowawayRedis;
  readonly keyPrefix: string;
  readonly modelDir: string;
  readonly keys: Keys;
  readonly namespace: string;
  readonly service: RunningService;
  readonly http: HttpClient;
  /** As the service connects, so that the raw side is the same client with the same options. */
  readonly redis: RedisClient;
  readonly corpus: Corpus;
  /** Ids of the records written so far, oldest first. */
  readonly ids: string[];
  /** How many records of the corpus are used up: no content is written twice. */
  drawn: number;
}

const SEED = 20_260;
/** Of the local model. */
export const DIMENSIONS = 384;
const CHARACTERS = 300;

/** Lends a service on a Redis of its own, and takes both down again. */
export async function withBench<Result>(env: Env, work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const model = { MNEME_MODEL_DIR: await modelFolder(env) };
  const server = await startThrowawayRedis(env);
  try {
    const keyPrefix = `bench-${randomBytes(4).toString("hex")}`;
    const settings = { ...model, MNEME_EMBEDDER: "local" };
    const service = await startService({ env, redisUrl: server.url, keyPrefix, settings });
    const http = await connectHttp(service.url);
    const redis = createRedisClient({ url: server.url });
    await redis.connect();
    try {
      return await work({
        env,
        server,
        keyPrefix,
        modelDir: settings.MNEME_MODEL_DIR,
        keys: createKeys(keyPrefix),
        namespace: "bench",
        service,
        http,
        redis,
        corpus: createCorpus({ seed: SEED, dimensions: DIMENSIONS, characters: CHARACTERS }),
        ids: [],
        drawn: 0,
      });
    } catch (error) {
      service.assertAlive();
      throw error;
    } finally {
      redis.destroy();
      http.close();
      await service.stop();
    }
  } finally {
    await server.stop();
  }
}

/** A second service over the same data. */
export function startAnotherService(bench: Bench, embedder: "local" | "none"): Promise<RunningService> {
  const { env, server, keyPrefix, modelDir } = bench;
  return startService({
    env,
    redisUrl: server.url,
    keyPrefix,
    settings: { MNEME_MODEL_DIR: modelDir, MNEME_EMBEDDER: embedder },
  });
}
