import { StartError } from "../start-error.js";
import { publicAddress } from "./address.js";
import { isNotLetIn } from "./error-replies.js";

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

/** The part of a connection that can ask. */
interface Connection {
  info(section: string): Promise<string>;
  sendCommand(args: string[]): Promise<unknown>;
}

/** Asks a running server what it is. Rejects when it doesn't answer, e.g. while it loads its data. */
export async function inspect(client: Connection): Promise<ServerFacts> {
  const info = await client.info("server");
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
  };
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
}

function olderThanNeeded(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]);
}

/** Connects, and makes sure of a server that will do. Rejects with a {@link StartError} that says why it doesn't. */
export async function connectTo(
  client: Connection & { connect(): Promise<unknown> },
  url: string,
): Promise<ServerFacts> {
  const facts = await client
    .connect()
    .then(() => inspect(client))
    .catch((error: unknown) => {
      throw new RedisUnreachable(url, error);
    });
  if (facts.unfit !== undefined) throw new RedisUnfit(url, facts.unfit);
  return facts;
}

/** No connection at the start, or none that lets us in. */
export class RedisUnreachable extends StartError {
  override readonly name = "RedisUnreachable";

  constructor(url: string, cause: unknown) {
    super(`The Redis of REDIS_URL (${publicAddress(url)}) ${whyNot(cause)}`, { cause });
  }
}

/** A Redis that answers, but can't hold memories. */
export class RedisUnfit extends StartError {
  override readonly name = "RedisUnfit";

  constructor(url: string, reason: string) {
    super(
      `The Redis of REDIS_URL (${publicAddress(url)}) doesn't do: ${reason}. mneme needs Redis 8, or Redis Stack 7.4.`,
    );
  }
}

function whyNot(cause: unknown): string {
  const reason = reasonOf(cause);
  if (isNotLetIn(cause)) {
    return `refuses the user or the password: ${reason}. REDIS_URL takes them as redis://user:password@host:port, special characters percent-encoded.`;
  }
  if (/certificate/.test(reason)) {
    return `has a certificate that isn't trusted: ${reason}. NODE_EXTRA_CA_CERTS=<file.pem> adds an authority.`;
  }
  return `can't be reached: ${reason}. Does it run there, and does it speak TLS (rediss://) or not (redis://)?`;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Node tries each address of a name, and its error for all of them has a code but no message.
  const text = cause.message || ("code" in cause ? String(cause.code) : cause.name);
  return text.trim().replace(/\.$/, "");
}
