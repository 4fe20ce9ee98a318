import type { RedisArgument } from "redis";
import { DELETING_VERBS, READING_VERBS } from "../../access/trail.js";
import type { Trail } from "../../access/trail.js";
import { stage } from "../../domain/tracing.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import type { AuditArguments } from "../scripts/bind.js";
import { createTrailEncoder } from "./encode-trail.js";
import type { Keys } from "../keys.js";

/** Runs audited scripts, so that every act is on record in the round trip that does it. */
export interface Auditor {
  run<T>(
    namespace: string,
    trail: Trail,
    work: (client: RoutedClient, audit: AuditArguments) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T>;
  /** As `run`, for acts of one kind that one script does together: `others` are the entries of all but the first. */
  runTogether<T>(
    namespace: string,
    trails: readonly [Trail, ...Trail[]],
    work: (client: RoutedClient, audit: AuditArguments, others: readonly RedisArgument[]) => Promise<T>,
  ): Promise<T>;
  /** As `run`, for scripts in many namespaces that are sent together. */
  runAll<T>(
    work: (client: RoutedClient, auditIn: (namespace: string, trail: Trail) => AuditArguments) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T>;
  /** See `AuditLog.done`. */
  done(namespace: string, operation: string): Promise<string | undefined>;
  /** After this, namespaces are registered again: this Redis may have been flushed. */
  forget(): void;
}

/** More are forgotten, and registered once more when they are next acted in. */
const MAX_KNOWN = 10_000;
/** A trail outlives its last act by more than this, so one that is pruned isn't known any more. */
const KNOWN_MS = 3_600_000;
/** Of namespaces that were only read, so many are looked at whenever one more is: those without a trail are forgotten. */
const PRUNED = 3;

function isKnown(list: ReadonlyMap<string, number>, namespace: string, now: number): boolean {
  return (list.get(namespace) ?? -Infinity) + KNOWN_MS > now;
}

export function createAuditor(redis: RedisGateway, keys: Keys, retentionMs: number): Auditor {
  const encodeTrail = createTrailEncoder();
  const kept = String(retentionMs);
  /** Which namespaces are on which list, and since when that is known. */
  const known = { acted: new Map<string, number>(), read: new Map<string, number>() };

  /**
   * Sent ahead of the act on the same connection: a namespace with a trail is always on a list. A read puts it on another
   * one than other acts do: what doesn't exist doesn't come to exist by being asked for.
   */
  function register(client: RoutedClient, namespace: string, trail: Trail): Promise<void> | undefined {
    if (namespace.startsWith("~")) return undefined;
    const now = performance.now();
    if (isKnown(known.acted, namespace, now)) return undefined;
    const reads = READING_VERBS.has(trail.verb);
    if (reads && isKnown(known.read, namespace, now)) return undefined;
    return enlist(client, namespace, trail, now);
  }

  async function enlist(client: RoutedClient, namespace: string, trail: Trail, now: number): Promise<void> {
    const reads = READING_VERBS.has(trail.verb);
    const list = reads ? known.read : known.acted;
    const key = reads ? keys.readNamespaces() : keys.namespaces();
    // A full Redis would refuse this, and so a deletion in a namespace that has been on the list for long.
    if (DELETING_VERBS.has(trail.verb)) await client.registerNamespace([key], [namespace]);
    else await client.zAdd(key, { value: namespace, score: 0 });
    if (list.size > MAX_KNOWN) list.clear();
    list.set(namespace, now);
    if (reads) void prune(client).catch(() => {});
  }

  async function prune(client: RoutedClient): Promise<void> {
    const some = await client.zRandMemberCount(keys.readNamespaces(), PRUNED);
    const ended = await withTrail(client, some, false);
    if (ended.length === 0) return;
    await client.zRem(keys.readNamespaces(), ended);
    // A read may have begun a trail in between.
    for (const value of await withTrail(client, ended, true))
      await client.zAdd(keys.readNamespaces(), { value, score: 0 });
  }

  async function withTrail(client: RoutedClient, names: readonly string[], has: boolean): Promise<string[]> {
    const exists = await Promise.all(names.map((namespace) => client.exists(keys.audit(namespace))));
    return names.filter((_, index) => (exists[index] === 1) === has);
  }

  function auditIn(namespace: string, trail: Trail): AuditArguments {
    const { entry, packed } = encodeTrail(trail);
    const settings = trail.settings === undefined ? "" : `v${trail.settings}`;
    return {
      keys: [keys.audit(namespace), keys.auditHead(namespace)],
      args: [entry, packed, kept, settings, trail.operation ?? ""],
    };
  }

  function runAll<T>(
    work: (client: RoutedClient, audit: typeof auditIn) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T> {
    return redis.run((client) => {
      const registered: Promise<void>[] = [];
      const result = work(client, (namespace, trail) => {
        const registering = register(client, namespace, trail);
        if (registering !== undefined) registered.push(registering);
        return auditIn(namespace, trail);
      });
      return registered.length === 0 ? result : settled(result, registered);
    }, timeoutMs);
  }

  /** Most acts are in a namespace that is known, and make no promises for it. */
  async function settled<T>(result: Promise<T>, registered: readonly Promise<void>[]): Promise<T> {
    const [done] = await Promise.all([result, ...registered]);
    return done;
  }

  return {
    run: (namespace, trail, work, timeoutMs) =>
      stage(
        READING_VERBS.has(trail.verb) ? "read" : "write",
        () => runAll((client, audit) => work(client, audit(namespace, trail)), timeoutMs),
        { act: trail.verb },
      ),
    runTogether: (namespace, [first, ...rest], work) =>
      runAll((client, audit) => {
        const others = rest.map(encodeTrail).flatMap(({ entry, packed }) => [entry, packed]);
        return work(client, audit(namespace, first), others);
      }),
    runAll,
    done: async (namespace, operation) =>
      (await redis.run((client) => client.get(keys.done(namespace, operation)))) ?? undefined,
    forget() {
      known.acted.clear();
      known.read.clear();
    },
  };
}
