import { createClient } from "redis";
import type { RedisClientOptions } from "redis";
import { createSeveral, readSeveral } from "./several.js";
import type { Several } from "./several.js";

const DEFAULT_TIMEOUT_MS = 5000;
const EXAMPLE = "redis://localhost:6379";

/**
 * A connected client of a single Redis, of a cluster, or of the master that Sentinels name. Until it was connected once,
 * nothing is tried again: an address that is wrong would else be waited for without end. After that, it reconnects by
 * itself.
 */
export async function connect(
  url: unknown,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
  options: Omit<RedisClientOptions, "url"> = {},
) {
  const { address, database, several } = readUrl(url);
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
    throw new RangeError(`connectTimeoutMs must be a number above 0, not ${timeoutMs}.`);
  }
  const client =
    several === undefined
      ? createSingle(database, timeoutMs, options)
      : createSeveral(several, timeoutMs, options);
  // Without a listener a lost connection would end the process. The affected commands reject by themselves.
  client.on("error", () => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // Also bounds a server that accepts the connection and then says nothing.
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([client.connect(), late]);
  } catch (error) {
    if (client.isOpen) void client.destroy();
    throw new Error(`Redis at ${address} can't be used: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  return client;
}

function createSingle(url: string, timeoutMs: number, options: Omit<RedisClientOptions, "url">) {
  let connected = false;
  const client = createClient({
    ...options,
    url,
    socket: {
      connectTimeout: timeoutMs,
      reconnectStrategy: (retries: number, cause: Error) =>
        connected ? Math.min(2 ** retries * 50, 2000) + Math.floor(Math.random() * 200) : cause,
      ...options.socket,
    },
  });
  client.on("ready", () => (connected = true));
  return client;
}

interface Place {
  /** For people: it has no user, password or query. */
  readonly address: string;
  readonly database: string;
  readonly several: Several | undefined;
}

function readUrl(url: unknown): Place {
  const wrong = (what: string): TypeError =>
    new TypeError(`The url of Redis must be one such as ${EXAMPLE}: ${what}.`);
  if (typeof url !== "string") throw wrong(`it is ${url === null ? "null" : typeof url}`);
  if (url.trim() === "") throw wrong("it is empty");
  const several = readSeveral(url, wrong);
  if (several !== undefined) {
    return { address: several.nodes.map(({ host }) => host).join(", "), database: "", several };
  }
  // An unparseable URL isn't quoted: it may hold a password.
  if (!URL.canParse(url)) throw wrong("it isn't a URL");
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol !== "redis:" && protocol !== "rediss:") throw wrong(`it begins with ${protocol}`);
  if (hostname === "") throw wrong("it names no host");
  if (!/^\/?\d*$/.test(pathname)) throw wrong("what follows the host must be the number of a database");
  return { address: `${hostname}:${port || "6379"}`, database: url, several: undefined };
}

/** An error of a name with several addresses has none of its own to say. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  const cause = "originalError" in error ? error.originalError : undefined;
  const reasons = [...inner, ...(cause === undefined ? [] : [cause])].map(reasonOf).filter(Boolean);
  return reasons.length > 0 ? [...new Set(reasons)].join("; ") : error.message;
}

/** Closes after what is under way; at once, where Redis doesn't answer any more. */
export async function closeWithin(
  client: { close(): Promise<unknown>; destroy(): unknown; readonly isOpen: boolean },
  timeoutMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  try {
    await Promise.race([client.close(), late]);
  } finally {
    clearTimeout(timer);
    // A sentinel's takes a promise for it.
    if (client.isOpen) await client.destroy();
  }
}
