import type { Logger } from "pino";
import { pino } from "pino";

export interface Log {
  readonly logger: Logger;
  /** Writes what still waits for others. */
  close(): void;
}

/** Characters of log that are written together, and how long a line may wait for others. */
const CHUNK = 16 * 1024;
const FLUSH_MS = 100;

export function openLog(level: string): Log {
  const destination = pino.destination({ sync: false });
  let lines: string[] = [];
  let size = 0;
  const hand = (): void => {
    if (lines.length === 0) return;
    destination.write(lines.join(""));
    lines = [];
    size = 0;
  };
  // Written in the background and many lines at once: each write of its own would be a tenth of a small request. Kept as
  // a list: the destination's own buffer is one text, which it measures, and so copies, at each line.
  const waiting = {
    write(line: string): void {
      lines.push(line);
      size += line.length;
      if (size >= CHUNK) hand();
    },
  };
  const flushing = setInterval(hand, FLUSH_MS);
  flushing.unref();
  const atExit = (): void => {
    hand();
    destination.flushSync();
  };
  process.once("exit", atExit);
  return {
    logger: pino({ level, base: { service: "mneme" } }, waiting),
    close() {
      process.off("exit", atExit);
      clearInterval(flushing);
      hand();
      destination.flush();
    },
  };
}
