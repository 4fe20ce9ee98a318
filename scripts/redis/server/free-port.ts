import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Whether a server could listen on this loopback port now. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

const FIRST_PORT = 15_000;
/** Where Linux begins to give ports to clients. */
const CLIENT_PORTS = 32_768;
const ATTEMPTS = 200;

/**
 * A loopback port on which no process listens now. Another process may take it before you do.
 *
 * None of those that clients are given: a client that knocks at a port of these while its Redis restarts may get that
 * very number as its own, is then connected to itself, and keeps the Redis from listening.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await tryPort(randomInt(FIRST_PORT, CLIENT_PORTS));
    if (port !== undefined) return port;
  }
  throw new Error("No free port on 127.0.0.1.");
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}
