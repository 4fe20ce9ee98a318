import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import { parseMonitorLine } from "./monitor-line.js";
import type { SeenCommand } from "./monitor-line.js";

/** What Redis was asked while one piece of work was done. */
export interface Captured {
  /** What the service sent, in order. */
  readonly sent: readonly SeenCommand[];
  /** What its scripts called, in order. */
  readonly scripted: readonly SeenCommand[];
}

export interface Capture {
  /** Does the work, and returns the commands that Redis received in between. */
  during(work: () => Promise<unknown>): Promise<Captured>;
  stop(): void;
}

/** Long enough for every turn of the service's own background work. */
const IDLE_MS = 2500;

/** Separates the commands before it from those after it. */
interface Marker {
  sendCommand(args: string[]): Promise<unknown>;
}

/**
 * Watches Redis with MONITOR, so that the raw side of a measurement is what the service really sends, whatever
 * its code becomes. What the idle service sends by itself is learnt first and left out. MONITOR costs Redis time:
 * stop it before measuring.
 */
export async function startCapture(redisUrl: string, marker: Marker): Promise<Capture> {
  const monitor = createRedisClient({ url: redisUrl });
  await monitor.connect();
  let seen: SeenCommand[] = [];
  let onMark: { mark: string; done: () => void } | undefined;
  await monitor.monitor((line) => {
    const command = parseMonitorLine(String(line));
    if (command === undefined) return;
    if (onMark !== undefined && command.args[1]?.toString() === onMark.mark) onMark.done();
    else seen.push(command);
  });

  /** Resolves when all that was sent before has been seen. */
  async function settled(): Promise<void> {
    const mark = randomUUID();
    await new Promise<void>((resolve, reject) => {
      onMark = { mark, done: resolve };
      marker.sendCommand(["PING", mark]).catch(reject);
    });
    onMark = undefined;
  }

  await sleep(IDLE_MS);
  await settled();
  const background = new Set(seen.map(shape));

  return {
    async during(work) {
      seen = [];
      await work();
      await settled();
      const own = seen.filter((command) => !background.has(shape(command)));
      return {
        sent: own.filter(({ source }) => source !== "lua"),
        scripted: own.filter(({ source }) => source === "lua"),
      };
    },
    stop: () => monitor.destroy(),
  };
}

/** Name and first two arguments (which index or key, and which query) but for their numbers: a time may be in it. */
function shape({ args }: SeenCommand): string {
  return args
    .slice(0, 3)
    .map((arg) => arg.toString("latin1").replaceAll(/\d+/g, "#"))
    .join(" ");
}
