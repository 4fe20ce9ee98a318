import { once } from "node:events";
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { RedisClient } from "../redis/connection/client.js";
import type { Tracing } from "../tracing/tracing.js";
import type { Watchers } from "../state/watchers.js";

interface Worker {
  stop(): Promise<void>;
}

/** What a service holds. Each step of its start adds what it has opened, so that `stop` ends any part of a start too. */
export interface Open {
  /** Undefined until all else is open. */
  server: Server | undefined;
  readonly watchers: Watchers;
  readonly workers: Worker[];
  /** What embeds and reranks. */
  readonly models: { close(): Promise<void> };
  readonly connections: readonly { close(): void }[];
  readonly client: RedisClient;
  tracing: Tracing | undefined;
  readonly logger: Logger;
  /** From here on `/readyz` says that the process stops, and answers end their connections. */
  readonly announce: () => void;
  /** How long all is served after that, so that load balancers have noticed before the port closes. */
  readonly drainMs: number;
}

/** How long requests in flight may take to finish before their connections are cut, in milliseconds. */
const IN_FLIGHT_MS = 30_000;

/** How long a Redis that hangs may take for its last answers before its connection is cut, in milliseconds. */
const FAREWELL_MS = 2_000;

/** Turns of the event loop without a new connection after which none waits. */
const QUIET_TURNS = 5;
/** How long connections that wait are taken at most, in milliseconds. */
const TAKING_MS = 1_000;

/**
 * Takes the connections that wait, one in each turn of the event loop, since closing the port would reset them; then no
 * more. It closes none: Node's own `close` of an HTTP server also closes those on which it hasn't read a request yet,
 * although one may have arrived before the signal.
 */
async function stopListening(server: Server): Promise<void> {
  let quiet = 0;
  const taken = (): void => void (quiet = 0);
  server.on("connection", taken);
  const end = performance.now() + TAKING_MS;
  for (; quiet < QUIET_TURNS && performance.now() < end; quiet++) await breathe();
  server.off("connection", taken);
  NetServer.prototype.close.call(server);
}

async function finishRequests(server: Server, watchers: Watchers): Promise<void> {
  const closed = once(server, "close");
  await stopListening(server);
  // Those who follow changes would never finish by themselves.
  watchers.close();
  // A connection that has had its answer would otherwise stay for the keep-alive time.
  const idle = setInterval(() => setImmediate(() => server.closeIdleConnections()), 50);
  const cut = setTimeout(() => server.closeAllConnections(), IN_FLIGHT_MS);
  await closed;
  clearTimeout(cut);
  clearInterval(idle);
}

/** Says that it stops, lets requests in flight finish, then lets go of everything. */
export async function stop({
  server,
  watchers,
  workers,
  models,
  connections,
  client,
  tracing,
  logger,
  announce,
  drainMs,
}: Open): Promise<void> {
  logger.info("stopping");
  announce();
  if (server?.listening === true && drainMs > 0) await sleep(drainMs);
  if (server === undefined) watchers.close();
  else await finishRequests(server, watchers);
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const connection of connections) connection.close();
  await models.close();
  await tracing?.close();
  const forsake = setTimeout(() => client.destroy(), FAREWELL_MS);
  if (client.isReady) await client.close();
  else if (client.isOpen) client.destroy();
  clearTimeout(forsake);
  logger.info("stopped");
}
