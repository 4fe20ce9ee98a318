import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../shell/failure.js";
import { acquireEmbedded } from "./acquire.js";
import type { EmbeddedOptions, EmbeddedRedis } from "./acquire.js";
import { isAlive, refOf } from "./state.js";

const POLL_MS = 250;
const PAUSE_AFTER_FAILURE_MS = 5000;

/**
 * Starts the server again, on the same port, whenever it dies while we own it: what was written is in its
 * append-only file, and the service reconnects by itself.
 *
 * @returns stops supervising; resolves when no restart is under way
 */
export function supervise(redis: EmbeddedRedis, options: EmbeddedOptions): () => Promise<void> {
  const stop = new AbortController();
  const loop = watch(redis, { ...options, port: redis.port, signal: stop.signal }, stop.signal);
  return async () => {
    stop.abort();
    await loop;
  };
}

async function watch(redis: EmbeddedRedis, options: EmbeddedOptions, signal: AbortSignal): Promise<void> {
  const note = options.note ?? (() => {});
  let server = refOf(redis.pid);
  while (await pause(POLL_MS, signal)) {
    if (server !== undefined && isAlive(server)) continue;
    note("Redis is gone; starting it again ...");
    try {
      const again = await acquireEmbedded(options);
      server = refOf(again.pid);
      note(`Redis runs again (pid ${again.pid}).`);
    } catch (error) {
      if (signal.aborted) return;
      note(`Redis could not be started again, next attempt in 5 s: ${messageOf(error)}`);
      await pause(PAUSE_AFTER_FAILURE_MS, signal);
    }
  }
}

/** False when it was cut short. Doesn't keep the process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, undefined, { signal, ref: false }).then(
    () => true,
    () => false,
  );
}
