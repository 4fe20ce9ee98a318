import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { AppType } from "../app.js";
import type { Config } from "../config.js";
import { StartError } from "../start-error.js";

const KEEP_ALIVE_MS = 65_000;
/** From the connection, or the first byte of a later request, to the end of its headers. */
const HEADERS_MS = 15_000;
/** How often Node looks for requests that are late. */
const CHECK_MS = 5_000;

/** `stopping`: an answer then ends its connection, so that the next request of its client goes to another process. */
export function createServer(
  app: AppType,
  { bodyTimeoutMs, sendTimeoutMs }: Config,
  stopping: () => boolean,
): Server {
  const serverOptions = { connectionsCheckingInterval: CHECK_MS };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions }) as Server;
  server.prependListener("request", (_, response) => {
    if (stopping()) response.setHeader("Connection", "close");
    endUnread(response, sendTimeoutMs);
  });
  // Longer than clients and proxies keep a connection: who closes first must not be the side that is asked next.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  // Where a route reads the body, it says itself that it was late; this ends what no route reads.
  server.requestTimeout = HEADERS_MS + bodyTimeoutMs + CHECK_MS;
  return server;
}

/**
 * Ends a connection whose client takes nothing of its answer for so long: each would hold the answer in memory for ever. A
 * reader that is slow but takes something starts Node's time anew; while nothing is ready to be sent, the wait is ours.
 */
function endUnread(response: ServerResponse, withinMs: number): void {
  response.setTimeout(withinMs, () => {
    const { socket } = response;
    if (socket === null) return;
    if (socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(withinMs);
  });
}

/** Resolves to its URL; rejects with a {@link StartError} if it can't listen there. */
export async function listen(server: Server, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, "listening").catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The service can't listen: ${reason}. Set HOST or PORT to another address.`, {
      cause: error,
    });
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}
