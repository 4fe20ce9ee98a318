import type { Logger } from "pino";
import { pino } from "pino";

export interface Log {
  readonly logger: Logger;
  /** Writes what still waits for others. */
  close(): void;
}

/** Bytes of log that are written together, and how long a line may wait for others. */
const CHUNK = 12 * 1024;
const FLUSH_MS = 100;

export function openLog(level: string): Log {
  // Written in the background and many lines at once: each write of its own would be a tenth of a small request.
  const destination = pino.destination({ sync: false, minLength: CHUNK });
  const flushing = setInterval(() => destination.flush(), FLUSH_MS);
  flushing.unref();
  return {
    logger: pino({ level, base: { service: "mneme" } }, destination),
    close() {
      clearInterval(flushing);
      destination.flush();
    },
  };
}
