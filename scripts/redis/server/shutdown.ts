import { setTimeout as sleep } from "node:timers/promises";
import { ErrorReply } from "redis";
import { processIdentity } from "../../bootstrap/process-identity.mjs";
import { Failure, messageOf } from "../../shell/failure.js";
import { connectOnce } from "./connect.js";
import type { RedisAddress } from "./connect.js";

const GONE_WITHIN_MS = 60_000;
/** For one that doesn't take the command: it may be ending already. */
const REFUSED_AFTER_MS = 2000;

/**
 * Tells a server to write what it holds and end, and waits until its process is gone. Throws a {@link Failure}
 * when it refuses, e.g. because the disk is full: it then still runs, with all its data.
 */
export async function shutdown(pid: number, address: RedisAddress): Promise<void> {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  const refusal = await askToEnd(address);
  // One that is deep in loading takes no connection; it obeys the signal as it obeys the command.
  if (refusal !== undefined && processIdentity(pid) === identity) process.kill(pid, "SIGTERM");
  const deadline = Date.now() + (refusal === undefined ? GONE_WITHIN_MS : REFUSED_AFTER_MS);
  while (processIdentity(pid) === identity) {
    if (Date.now() > deadline) {
      throw new Failure(
        `Redis (pid ${pid}) did not stop: ${refusal ?? "it still runs a minute after SHUTDOWN"}`,
      );
    }
    await sleep(20);
  }
}

/** What the server says against it, if anything. */
async function askToEnd(address: RedisAddress): Promise<string | undefined> {
  const client = await connectOnce(address).catch((error: unknown) => messageOf(error));
  if (typeof client === "string") return client;
  try {
    await client.sendCommand(["SHUTDOWN"]);
  } catch (error) {
    // A server that obeys closes the connection without a reply; only a reply is a refusal.
    if (error instanceof ErrorReply) return messageOf(error);
  } finally {
    if (client.isOpen) client.destroy();
  }
  return undefined;
}
