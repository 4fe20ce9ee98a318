import type { RedisConnection } from "./connect.js";

const MIN_VERSION = [7, 4] as const;
const NEEDED = [
  { command: "FT.SEARCH", feature: "search" },
  { command: "JSON.SET", feature: "JSON" },
] as const;

export interface ServerFacts {
  readonly version: string;
  readonly pid: number;
  /** Why this server doesn't do, e.g. `it has no search and no JSON`; undefined when it does. */
  readonly unfit: string | undefined;
}

/** Asks a running server what it is. Rejects when it doesn't answer, e.g. while it loads its data. */
export async function inspect(client: RedisConnection): Promise<ServerFacts> {
  const info = await client.info("server");
  const known: unknown = await client.sendCommand([
    "COMMAND",
    "INFO",
    ...NEEDED.map(({ command }) => command),
  ]);
  const version = field(info, "redis_version");
  const missing = NEEDED.filter((_, i) => !Array.isArray(known) || known[i] === null).map(
    ({ feature }) => `no ${feature}`,
  );
  const reasons = [
    ...(olderThanNeeded(version) ? [`version ${version} is older than ${MIN_VERSION.join(".")}`] : []),
    ...(missing.length > 0 ? [`it has ${missing.join(" and ")}`] : []),
  ];
  return {
    version,
    pid: Number(field(info, "process_id")),
    unfit: reasons.length > 0 ? reasons.join("; ") : undefined,
  };
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
}

function olderThanNeeded(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]);
}
