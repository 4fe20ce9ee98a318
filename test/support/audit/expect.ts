import { inject } from "vitest";
import type { Trail } from "../../../src/access/trail.js";
import { createAuditLog } from "../../../src/redis/audit/audit-log.js";
import { createAuditReader } from "../../../src/redis/audit/audit-reader.js";
import { createAuditor } from "../../../src/redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import { loadScripts } from "../../../src/redis/scripts/index.js";

const DAY_MS = 24 * 3600 * 1000;

/** The audit trail's own parts, to write entries of whatever agents and acts, and to keep them as short as wanted. */
export async function openAuditing(prefix: string, retentionMs = 30 * DAY_MS) {
  const client = createRedisClient({ url: inject("redisUrl") });
  await client.connect();
  await loadScripts(client);
  const keys = createKeys(prefix);
  const redis = createGateway(client, { timeoutMs: 20_000, onMissingIndex: () => {}, observe: () => {} });
  return {
    keys,
    audit: createAuditLog(createAuditor(redis, keys, retentionMs)),
    reader: createAuditReader(redis, keys),
    close: () => client.destroy(),
  };
}

export type Auditing = Awaited<ReturnType<typeof openAuditing>>;

export function trail(details: Partial<Trail> = {}): Trail {
  return { agent: "someone", keyId: null, requestId: "request", verb: "read", ...details };
}
