import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { Metrics } from "../http/metrics.js";
import { describeError } from "../log.js";
import { createAuditor } from "../redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../redis/connection/client.js";
import { createJsonFloats } from "../redis/connection/json-floats.js";
import { createKeys } from "../redis/keys.js";

export interface RedisOptions {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "redis">;
  /** Called when a search meets no index. */
  readonly onMissingIndex: () => void;
}

export type Redis = ReturnType<typeof createRedis>;

const DAY_MS = 24 * 3600 * 1000;

/** What all that talks to Redis is made of; not connected yet. */
export function createRedis(config: Config, { logger, metrics, onMissingIndex }: RedisOptions) {
  const keys = createKeys(config.redis.keyPrefix);
  const client = createRedisClient({
    url: config.redis.url,
    onError: (error) => logger.warn({ error: describeError(error) }, "redis connection"),
  });
  const gateway = createGateway(client, {
    timeoutMs: config.redis.timeoutMs,
    observe: metrics.redis,
    onMissingIndex: () => {
      auditor.forget();
      onMissingIndex();
    },
  });
  const auditor = createAuditor(gateway, keys, config.auditRetentionDays * DAY_MS);
  const floats = createJsonFloats(client, keys.jsonProbe());
  return { keys, client, gateway, auditor, floats };
}
