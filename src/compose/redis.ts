import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { Metrics } from "../http/metrics.js";
import { storeFault } from "../domain/store-fault.js";
import { createAuditor } from "../redis/audit/auditor.js";
import { createGateway } from "../redis/connection/client.js";
import { createReplicas } from "../redis/connection/replicas.js";
import { createSentinelWatch } from "../redis/connection/sentinel/sentinel-watch.js";
import { openRedis } from "../redis/connection/open-redis.js";
import { timeOf } from "../redis/connection/redis-time.js";
import { createHealth } from "../redis/connection/health.js";
import type { HealthChange } from "../redis/connection/health.js";
import { createRedisClock } from "../redis/connection/clock.js";
import { watchCapabilities } from "../redis/connection/watch-capabilities.js";
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
  const health = createHealth(healthLog(logger), () => performance.now());
  const { url, keyPrefix, timeoutMs } = config.redis;
  const sentinels = createSentinelWatch();
  const { client, nodes } = openRedis({
    url,
    keyPrefix,
    timeoutMs,
    onError: health.failed,
    onSentinels: sentinels.saw,
  });
  const replicas = config.redis.recallFromReplicas ? createReplicas(nodes) : undefined;
  const gateway = createGateway(client, {
    timeoutMs,
    nodes,
    replicas,
    observe: metrics.redis,
    onFault: health.failed,
    onMissingIndex: () => {
      auditor.forget();
      onMissingIndex();
    },
  });
  const auditor = createAuditor(gateway, keys, config.auditRetentionDays * DAY_MS);
  const capabilities = watchCapabilities(nodes, keys.jsonProbe);
  const clock = createRedisClock({ askTime: () => timeOf(nodes) });
  return { keys, client, gateway, health, auditor, capabilities, clock, sentinels };
}

/** One line for each change of state, whatever happens in between. */
function healthLog(logger: Logger): (change: HealthChange) => void {
  let since = performance.now();
  return ({ fault, before, cause, command }) => {
    const seconds = Math.round((performance.now() - since) / 100) / 10;
    since = performance.now();
    if (fault !== undefined) logger.error({ reason: fault, cause, command }, storeFault(fault).message);
    else logger.info({ reason: before, seconds }, "Redis serves again");
  };
}
