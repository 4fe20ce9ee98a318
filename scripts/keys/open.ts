import { randomUUID } from "node:crypto";
import { ulid } from "ulid";
import type { KeyServices } from "../../src/access/keys/services.js";
import { loadConfig } from "../../src/config.js";
import type { Context } from "../../src/domain/context.js";
import { SYSTEM_ACTOR } from "../../src/domain/context.js";
import { createAuditLog } from "../../src/redis/audit/audit-log.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createKeyStore } from "../../src/redis/api-keys/key-store.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import { connectTo } from "../../src/redis/connection/server.js";
import type { Env } from "../shell/env.js";
import { provideRedis } from "../redis/provide.js";

/** Lends the acts on keys, on the Redis that `npm start` would use: brought up for the time where it doesn't run. */
export async function withKeys<Result>(
  env: Env,
  work: (services: KeyServices, context: Context) => Promise<Result>,
): Promise<Result> {
  const provided = await provideRedis(env);
  try {
    // No embedder is needed here, so none is asked for.
    const { redis, auditRetentionDays, rateLimitPerMinute } = loadConfig({
      ...env,
      REDIS_URL: provided.url,
      MNEME_EMBEDDER: "none",
    });
    const client = createRedisClient({ url: redis.url });
    await connectTo(client, redis.url, { note: console.error });
    try {
      const gateway = createGateway(client, {
        timeoutMs: redis.timeoutMs,
        onMissingIndex: () => {},
        observe: () => {},
      });
      const keys = createKeys(redis.keyPrefix);
      const auditor = createAuditor(gateway, keys, auditRetentionDays * 24 * 3600 * 1000);
      return await work(
        {
          keys: createKeyStore(gateway, auditor, keys),
          cache: { forget: () => {}, forgetAll: () => {} },
          rateLimitPerMinute,
          audit: createAuditLog(auditor),
          newId: ulid,
        },
        { actor: SYSTEM_ACTOR, requestId: randomUUID(), now: Date.now, operation: undefined },
      );
    } finally {
      client.destroy();
    }
  } finally {
    await provided.release();
  }
}
