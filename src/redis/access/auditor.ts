import type { Trail } from "../../access/trail.js";
import type { RedisClient, RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";

/** What an audited script takes first: see lua/audit.lua. */
export interface AuditArguments {
  readonly keys: readonly [trail: string, head: string];
  readonly args: readonly [entry: string, keepMs: string];
}

/** Runs audited scripts, so that every act is on record in the round trip that does it. */
export interface Auditor {
  run<T>(
    namespace: string,
    trail: Trail,
    work: (client: RedisClient, audit: AuditArguments) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T>;
  /** As `run`, for scripts in many namespaces that are sent together. */
  runAll<T>(
    namespaces: readonly string[],
    work: (client: RedisClient, auditIn: (namespace: string, trail: Trail) => AuditArguments) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T>;
  /** After this, namespaces are registered anew: somebody may have flushed this Redis. */
  forget(): void;
}

/** More are forgotten, and registered once more when they are next acted in. */
const MAX_KNOWN = 10_000;

export function createAuditor(redis: RedisGateway, keys: Keys, retentionMs: number): Auditor {
  const known = new Set<string>();

  /** Sent ahead of the act on the same connection: a namespace with a trail is always on the list of namespaces. */
  async function register(client: RedisClient, namespaces: readonly string[]): Promise<void> {
    const unknown = namespaces.filter((namespace) => !known.has(namespace) && !namespace.startsWith("~"));
    if (unknown.length === 0) return;
    if (known.size > MAX_KNOWN) known.clear();
    await client.zAdd(
      keys.namespaces(),
      unknown.map((value) => ({ value, score: 0 })),
    );
    for (const namespace of unknown) known.add(namespace);
  }

  function auditIn(namespace: string, trail: Trail): AuditArguments {
    return {
      keys: [keys.audit(namespace), keys.auditHead(namespace)],
      args: [encodeTrail(trail), String(retentionMs)],
    };
  }

  async function runAll<T>(
    namespaces: readonly string[],
    work: (client: RedisClient, audit: typeof auditIn) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    return redis.run(async (client) => {
      const registered = register(client, namespaces);
      const [result] = await Promise.all([work(client, auditIn), registered]);
      return result;
    }, timeoutMs);
  }

  return {
    run: (namespace, trail, work, timeoutMs) =>
      runAll([namespace], (client) => work(client, auditIn(namespace, trail)), timeoutMs),
    runAll,
    forget: () => known.clear(),
  };
}

/** An entry as far as it is known before the act, open at its end. Short names: there is one for each request. */
function encodeTrail({ agent, keyId, verb, requestId, ids, other }: Trail): string {
  const entry = {
    a: agent,
    ...(keyId === null ? {} : { k: keyId }),
    v: verb,
    r: requestId,
    ...(other === undefined ? {} : { n: other }),
    ...(ids === undefined || ids.length === 0 ? {} : { i: ids }),
  };
  return JSON.stringify(entry).slice(0, -1);
}
