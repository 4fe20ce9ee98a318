/** A server that speaks Redis's protocol, by what `INFO server` says. */
export interface Product {
  readonly name: string;
  readonly version: string;
  /** Redis itself, also hosted: Redis Cloud, Redis Enterprise and Azure Managed Redis. */
  readonly isRedis: boolean;
}

interface Sign {
  readonly name: string;
  /** A line that only this product writes. */
  readonly line: RegExp;
  /** The field with its own version: `redis_version` names the Redis that it is compatible with. */
  readonly version?: string;
}

/** Several report a `redis_version` too: Valkey 9.1 that of Redis 7.2, Dragonfly 1.40 that of Redis 7.4. */
const OTHERS: readonly Sign[] = [
  { name: "Amazon MemoryDB", line: /^os:Amazon MemoryDB/m },
  { name: "Amazon ElastiCache", line: /^os:Amazon ElastiCache/m },
  { name: "Valkey", line: /^(?:server_name:valkey|valkey_version:)/m, version: "valkey_version" },
  { name: "Dragonfly", line: /^dragonfly_version:/m, version: "dragonfly_version" },
  { name: "Upstash", line: /^upstash_version:/m, version: "upstash_version" },
  { name: "KeyDB", line: /^(?:executable:.*\bkeydb-server\b|mvcc_depth:)/m },
  { name: "Apache Kvrocks", line: /^kvrocks_version:/m, version: "kvrocks_version" },
  { name: "Garnet", line: /^garnet_version:/m, version: "garnet_version" },
];

/** `info`: of `INFO server`; empty where an ACL keeps it from us, which counts as Redis. */
export function productOf(info: string): Product {
  const other = OTHERS.find(({ line }) => line.test(info));
  if (other === undefined) return { name: "Redis", version: infoField(info, "redis_version"), isRedis: true };
  // Dragonfly writes `df-v1.40.1`.
  const own = infoField(info, other.version ?? "redis_version").replace(/^\D+/, "");
  return { name: other.name, version: own, isRedis: false };
}

/** The value of a field of INFO; empty if there is none. */
export function infoField(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
}
