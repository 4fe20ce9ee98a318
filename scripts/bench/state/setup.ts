import { randomBytes } from "node:crypto";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import type { Env } from "../../shell/env.js";
import { startService } from "../../harness/service.js";
import type { RunningService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { ThrowawayRedis } from "../../harness/throwaway-redis.js";
import { startHandler } from "../measure/floor.js";
import type { Floor } from "../measure/floor.js";

/** What the measurements of the state part share: the service and the bare handler over one Redis, a process each. */
export interface StateBench {
  readonly server: ThrowawayRedis;
  readonly service: RunningService;
  readonly bare: Floor;
  /** As the service connects. */
  readonly redis: RedisClient;
}

export async function withStateBench<Result>(
  env: Env,
  work: (bench: StateBench) => Promise<Result>,
): Promise<Result> {
  const server = await startThrowawayRedis(env);
  try {
    const keyPrefix = `bench-${randomBytes(4).toString("hex")}`;
    const settings = { MNEME_EMBEDDER: "none" };
    const service = await startService({ env, redisUrl: server.url, keyPrefix, settings });
    const bare = await startHandler(new URL("./bare-server.js", import.meta.url), [server.url]);
    const redis = createRedisClient({ url: server.url });
    await redis.connect();
    try {
      return await work({ server, service, bare, redis });
    } catch (error) {
      service.assertAlive();
      throw error;
    } finally {
      redis.destroy();
      await bare.stop();
      await service.stop();
    }
  } finally {
    await server.stop();
  }
}
