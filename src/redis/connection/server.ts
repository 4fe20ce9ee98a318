import { StartError } from "../../start-error.js";
import { publicAddress } from "./address.js";
import { isNotLetIn } from "./error-replies.js";
import type { Loading } from "./loading.js";
import { loadingOf } from "./loading.js";
import type { Patience } from "./patience.js";
import { openConnection } from "./open-connection.js";
import { patiently, untilLoaded } from "./patience.js";

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
  /** Undefined: its data is loaded. While it loads, a server answers little more than what it is. */
  readonly loading: Loading | undefined;
}

/** The part of a connection that can ask. */
interface Connection {
  info(section: string): Promise<string>;
  sendCommand(args: string[]): Promise<unknown>;
}

/** Asks a running server what it is, which it says while it still loads. Rejects when it doesn't answer. */
export async function inspect(client: Connection): Promise<ServerFacts> {
  // An ACL may keep this from us: then the version isn't known, and what it lacks shows in the commands below.
  const ask = (section: string) => client.info(section).catch(emptyIfDenied);
  const info = await ask("server");
  const loading = loadingOf(await ask("persistence"));
  const known = await client.sendCommand(["COMMAND", "INFO", ...NEEDED.map(({ command }) => command)]);
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
    loading,
  };
}

function emptyIfDenied(error: unknown): string {
  if (isNotLetIn(error)) return "";
  throw error;
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
}

function olderThanNeeded(version: string): boolean {
  if (version === "") return false;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]);
}

/**
 * Connects, waits until the server has loaded its data, and makes sure that it will do. Rejects with a
 * {@link StartError} that says why it doesn't.
 */
export async function connectTo(
  client: Connection & { connect(): Promise<unknown>; destroy(): void; readonly isOpen: boolean },
  url: string,
  patience: Patience,
): Promise<ServerFacts> {
  const facts = await patiently(
    url,
    async () => {
      if (!client.isOpen) await openConnection(client);
      return untilLoaded(url, () => inspect(client), patience);
    },
    patience,
  );
  if (facts.unfit !== undefined) throw new RedisUnfit(url, facts.unfit);
  return facts;
}

/** A Redis that answers, but can't hold memories. */
export class RedisUnfit extends StartError {
  override readonly name = "RedisUnfit";

  constructor(url: string, reason: string) {
    super(
      `The Redis of REDIS_URL (${publicAddress(url)}) isn't supported: ${reason}. mneme needs Redis 8, or Redis Stack 7.4.`,
    );
  }
}
