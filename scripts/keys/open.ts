import { randomUUID } from "node:crypto";
import { ulid } from "ulid";
import type { KeyServices } from "../../src/access/keys/services.js";
import { loadConfig } from "../../src/config.js";
import type { Context } from "../../src/domain/context.js";
import { SYSTEM_ACTOR } from "../../src/domain/context.js";
import { createAuditLog } from "../../src/redis/audit/audit-log.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createKeyStore } from "../../src/redis/api-keys/key-store.js";
import { createGateway } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import type { Env } from "../shell/env.js";
import { openStore } from "../redis/open-store.js";
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
    const { client, nodes, close } = await openStore(redis.url, { note: console.error }, redis.keyPrefix);
    try {
      const gateway = createGateway(client, {
        timeoutMs: redis.timeoutMs,
        nodes,
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
      close();
    }
  } finally {
    await provided.release();
  }
}
