import type { Scope } from "../../src/access/grants.js";
import { loadConfig } from "../../src/config.js";
import { covers } from "../../src/access/grants.js";
import { isWrongType } from "../../src/redis/connection/error-replies.js";
import { createKeys } from "../../src/redis/keys.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import { openStore } from "../redis/open-store.js";
import type { OpenStore } from "../redis/open-store.js";
import { provideRedis } from "../redis/provide.js";
import { readHeads, writeHeads } from "./heads.js";
import type { Heads, SavedHead } from "./heads.js";
import { findTrails } from "./trails.js";
import { verifyTrail } from "./verify-trail.js";
import type { Verified } from "./verify-trail.js";

export interface VerifyOptions {
  /** Only the trails of these namespaces; undefined: all, with that of refusals and that of acts in no namespace. */
  readonly scope: Scope | undefined;
  /** A file with heads that were saved earlier. */
  readonly heads: string | undefined;
  /** Where to save the heads, if nothing is wrong. */
  readonly writeHeads: string | undefined;
}

export interface AuditVerified {
  readonly trails: number;
  readonly entries: number;
  /** Number of trails with a problem. */
  readonly unsound: number;
  readonly problems: readonly { readonly trail: string; readonly problem: string }[];
}

const DAY_MS = 24 * 3600 * 1000;

/** Verifies the audit trails of the Redis that `npm start` uses. */
export async function verifyAudit(options: VerifyOptions): Promise<AuditVerified> {
  const env = loadEnv();
  const redis = await provideRedis(env);
  try {
    const store = await openStore(redis.url);
    try {
      return await verify(store, { ...env, REDIS_URL: redis.url }, options);
    } finally {
      store.close();
    }
  } finally {
    await redis.release();
  }
}

async function verify(
  { client, nodes }: OpenStore,
  env: Env,
  options: VerifyOptions,
): Promise<AuditVerified> {
  const { redis, auditRetentionDays } = loadConfig({ ...env, MNEME_EMBEDDER: "none" });
  const saved = options.heads === undefined ? new Map() : readHeads(options.heads, redis.keyPrefix);
  const keys = createKeys(redis.keyPrefix);
  const keepMs = auditRetentionDays * DAY_MS;
  const heads = new Map<string, SavedHead>();
  const problems: { trail: string; problem: string }[] = [];
  let [entries, unsound] = [0, 0];
  const trails = await findTrails(nodes, keys, options.scope);
  for (const trail of new Set([...trails, ...savedTrails(saved, options)])) {
    const own = await client.hGet(keys.settings(trail), "retention_audit_seconds");
    const kept = own === null ? keepMs : Number(own) * 1000;
    // One transaction, so on the node of the trail.
    const node = await nodes.ofKey(keys.audit(trail));
    const result = await verifyTrail(node.client, keys, trail, saved.get(trail), kept).catch(unreadable);
    for (const problem of result.problems) problems.push({ trail, problem });
    entries += result.entries;
    unsound += result.problems.length === 0 ? 0 : 1;
    if (result.head !== undefined) heads.set(trail, result.head);
  }
  if (options.writeHeads !== undefined && unsound === 0) {
    writeHeads(options.writeHeads, redis.keyPrefix, heads);
  }
  return { trails: heads.size, entries, unsound, problems };
}

/** Trails that were there when the heads were saved, and may be gone now. */
function savedTrails(saved: Heads, { scope }: VerifyOptions): string[] {
  return [...saved.keys()].filter(
    (trail) => scope === undefined || covers(scope, { root: trail, below: false }),
  );
}

/** A trail that isn't a stream, or a head that isn't a hash. */
function unreadable(error: unknown): Verified {
  if (!isWrongType(error)) throw error;
  return { entries: 0, problems: [`it can't be read: ${messageOf(error)}`], head: undefined };
}
