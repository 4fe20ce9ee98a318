import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "./errors.js";
import type { Lock, Locks } from "./lock.js";

/** Dependencies of every worker that sweeps. */
export interface SweepingOptions {
  readonly locks: Locks;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with failures that don't concern a caller. */
  readonly onError: (error: unknown) => void;
}

export interface SweeperOptions {
  /** The lock's name. */
  readonly name: string;
  /** One process at a time sweeps; undefined: each for itself, because what it takes up is claimed one by one. */
  readonly locks: Locks | undefined;
  readonly everyMs?: number;
  readonly maxBackoffMs?: number;
  /** Does a part of what is due. Returns how much that was: it is called again at once unless that is 0. */
  readonly sweep: (sweep: Sweep) => Promise<number>;
  /** Called with failures that don't concern a caller. */
  readonly onError: (error: unknown) => void;
}

export interface Sweep {
  readonly stopping: AbortSignal;
  /**
   * Does the work for one after the other, and says for how many; 0 if it has to stop, or another process sweeps by now.
   * The lock is renewed before each.
   */
  each<Item>(due: readonly Item[], work: (item: Item) => Promise<void>): Promise<number>;
  /** Lets no process sweep again for so long, if nothing more is due and that is longer than the usual pause. */
  rest(ms: number): void;
}

export interface Sweeper {
  readonly stopping: AbortSignal;
  /** Stops after what is at hand. */
  stop(): Promise<void>;
}

const LOCK_MS = 60_000;
/** A part of the pause, so that the lock is free when the process that held it looks again. */
const LEASE = 0.9;
/** How many are taken up at once. */
export const SWEEP_SIZE = 50;
/** How long one that failed by itself waits before it is tried again, so that it doesn't stand before all others. */
export const STAND_BACK_MS = 60_000;

const UNLOCKED: Lock = { renew: async () => true, release: async () => {} };

/**
 * Looks again and again for work that is due; in one of all service processes at a time. If there is none, the lock is
 * left to run out: N processes look as often as one.
 */
export function startSweeper({
  name,
  locks,
  everyMs = 2000,
  maxBackoffMs = 30_000,
  sweep,
  onError,
}: SweeperOptions): Sweeper {
  const stop = new AbortController();

  const sweepWith = (lock: Lock, rest: (ms: number) => void): Sweep => ({
    stopping: stop.signal,
    async each(due, work) {
      for (const item of due) {
        if (stop.signal.aborted || !(await lock.renew(LOCK_MS))) return 0;
        await work(item);
      }
      return due.length;
    },
    rest,
  });

  /** Returns how long to wait before the next one. */
  async function sweepOnce(): Promise<number> {
    const lock = locks === undefined ? UNLOCKED : await locks.acquire(name, LOCK_MS);
    if (lock === undefined) return everyMs;
    let pause = everyMs;
    let worked: number;
    try {
      worked = await sweep(sweepWith(lock, (ms) => (pause = Math.max(everyMs, ms))));
    } catch (error) {
      // Another process may have more luck.
      await lock.release();
      throw error;
    }
    if (worked > 0 || stop.signal.aborted) await lock.release();
    else await lock.renew(Math.ceil(LEASE * pause));
    return worked > 0 ? 0 : pause;
  }

  async function sweepForever(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      let pause: number;
      try {
        pause = await sweepOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        // Redis or a provider is away: readiness says so, and each turn of the loop would only say it again.
        if (!(error instanceof DomainError && error.retryAfterSeconds !== undefined)) onError(error);
        pause = Math.min(everyMs * 2 ** failures, Math.max(everyMs, maxBackoffMs));
      }
      await sleep(pause, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }

  const sweeping = sweepForever();
  return {
    stopping: stop.signal,
    async stop() {
      stop.abort();
      await sweeping;
    },
  };
}
