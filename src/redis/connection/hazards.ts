import { unlessDenied } from "./find-modules.js";
import { infoField } from "./product.js";
import { hidesWhenFull } from "./search-when-full.js";
import type { Connection } from "./server.js";
import type { Nodes } from "./nodes.js";

/** How a Redis that serves may lose what it acknowledged. */
export interface Hazard {
  readonly reason:
    | "redis_unsupported"
    | "redis_evicts"
    | "redis_keeps_nothing"
    | "redis_replica_may_lag"
    | "redis_hides_when_full"
    | "redis_unchecked"
    | "sentinels_unreachable";
  /** An error unless the operator allows it; a warning is only said. */
  readonly severity: "error" | "warning";
  readonly detail: string;
}

export interface HazardOptions {
  readonly mayEvict: boolean;
  /** Why this server isn't supported. */
  readonly unfit: string | undefined;
  /** Its searches may find nothing while its memory is full. */
  readonly mayHide: boolean;
}

/** What the settings of any of the nodes put at risk, each risk once. */
export async function hazardsOf(nodes: Nodes, options: HazardOptions): Promise<readonly Hazard[]> {
  const every = await nodes.every();
  const found = await Promise.all(every.map(({ client }) => findHazards(client, options)));
  return [...new Map(found.flat().map((hazard) => [hazard.reason, hazard])).values()];
}

/** What the settings of this Redis put at risk. What may not be asked is said, and is no error. */
export async function findHazards(
  client: Connection,
  { mayEvict, unfit, mayHide }: HazardOptions,
): Promise<readonly Hazard[]> {
  const [memory, persistence, replication, save] = await Promise.all([
    unlessDenied(() => client.info("memory")),
    unlessDenied(() => client.info("persistence")),
    unlessDenied(() => client.info("replication")),
    unlessDenied(async () => savePoints(await client.sendCommand(["CONFIG", "GET", "save"]))),
  ]);
  const policy = field(memory, "maxmemory_policy");
  const appends = field(persistence, "aof_enabled");
  const replicas = Number(field(replication, "connected_slaves") ?? 0);
  const waits = field(replication, "min_slaves_good_slaves") !== undefined;
  const unknown = [
    ...(policy === undefined ? ["its maxmemory-policy"] : []),
    ...(appends === undefined || (appends === "0" && save === undefined) ? ["its persistence"] : []),
    ...(replication === undefined ? ["its replicas"] : []),
  ];
  const hides = mayHide && (await hidesWhenFull(client));
  return [
    ...(unfit === undefined ? [] : [unsupported(unfit)]),
    ...(policy === undefined || policy === "noeviction" ? [] : [evicts(policy, mayEvict)]),
    ...(appends === "0" && save === "" ? [KEEPS_NOTHING] : []),
    ...(replicas > 0 && !waits ? [REPLICA_MAY_LAG] : []),
    ...(hides ? [HIDES_WHEN_FULL] : []),
    ...(unknown.length === 0 ? [] : [unchecked(unknown)]),
  ];
}

/** After a reconnect that leads to another server. */
function unsupported(reason: string): Hazard {
  return {
    reason: "redis_unsupported",
    severity: "error",
    detail: `The Redis isn't supported: ${reason}.`,
  };
}

function evicts(policy: string, mayEvict: boolean): Hazard {
  return {
    reason: "redis_evicts",
    severity: mayEvict ? "warning" : "error",
    detail: `Redis's maxmemory-policy is ${policy}: when its memory is full, it silently deletes what mneme has acknowledged. Set it to noeviction.`,
  };
}

const KEEPS_NOTHING: Hazard = {
  reason: "redis_keeps_nothing",
  severity: "warning",
  detail:
    "Redis writes neither an append-only file nor snapshots: a restart of Redis loses everything. Set appendonly to yes.",
};

const REPLICA_MAY_LAG: Hazard = {
  reason: "redis_replica_may_lag",
  severity: "warning",
  detail:
    "Redis has replicas but no min-replicas-to-write: a failover may lose acknowledged writes. Set min-replicas-to-write and min-replicas-max-lag.",
};

const HIDES_WHEN_FULL: Hazard = {
  reason: "redis_hides_when_full",
  severity: "warning",
  detail:
    "When Redis's memory is full, its searches silently find nothing, and mneme couldn't change that (CONFIG SET). Set search-on-oom to ignore.",
};

export const SENTINELS_UNREACHABLE: Hazard = {
  reason: "sentinels_unreachable",
  severity: "warning",
  detail:
    "No Sentinel of REDIS_URL answers. The master that they named last is served from; a failover wouldn't be followed.",
};

function unchecked(what: readonly string[]): Hazard {
  return {
    reason: "redis_unchecked",
    severity: "warning",
    detail: `Redis doesn't let mneme's user see ${what.join(", ")} (INFO, CONFIG GET): check by yourself that it loses nothing.`,
  };
}

/** Of CONFIG GET in RESP2: name and value. */
function savePoints(reply: unknown): string | undefined {
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  return typeof value === "string" ? value : undefined;
}

function field(info: string | undefined, name: string): string | undefined {
  const value = infoField(info ?? "", name);
  return value === "" ? undefined : value;
}
