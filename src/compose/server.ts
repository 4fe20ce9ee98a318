import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { AppType } from "../app.js";
import type { Config } from "../config.js";
import { StartError } from "../start-error.js";

const KEEP_ALIVE_MS = 65_000;

export function createServer(app: AppType): Server {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Longer than clients and proxies keep a connection: who closes first must not be the side that is asked next.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1000;
  return server;
}

/** Resolves to its URL; rejects with a {@link StartError} if it can't listen there. */
export async function listen(server: Server, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The service can't listen: ${reason}. HOST and PORT choose where it does.`, {
      cause: error,
    });
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}
