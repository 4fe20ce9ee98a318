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
}

export interface Sweeper {
  readonly stopping: AbortSignal;
  /** Stops after what is at hand. */
  stop(): Promise<void>;
}

const LOCK_MS = 60_000;
/** How many are taken up at once. */
export const SWEEP_SIZE = 50;
/** How long one that failed by itself waits before it is tried again, so that it doesn't stand before all others. */
export const STAND_BACK_MS = 60_000;

const UNLOCKED: Lock = { renew: async () => true, release: async () => {} };

/** Looks again and again for work that is due; in one of all service processes at a time. */
export function startSweeper({
  name,
  locks,
  everyMs = 2000,
  maxBackoffMs = 30_000,
  sweep,
  onError,
}: SweeperOptions): Sweeper {
  const stop = new AbortController();

  const sweepWith = (lock: Lock): Sweep => ({
    stopping: stop.signal,
    async each(due, work) {
      for (const item of due) {
        if (stop.signal.aborted || !(await lock.renew(LOCK_MS))) return 0;
        await work(item);
      }
      return due.length;
    },
  });

  async function sweepOnce(): Promise<number> {
    if (locks === undefined) return sweep(sweepWith(UNLOCKED));
    const lock = await locks.acquire(name, LOCK_MS);
    if (lock === undefined) return 0;
    try {
      return await sweep(sweepWith(lock));
    } finally {
      await lock.release();
    }
  }

  async function sweepForever(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      let worked = 0;
      try {
        worked = await sweepOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        // Redis or a provider is away: readiness says so, and each turn of the loop would only say it again.
        if (!(error instanceof DomainError && error.retryAfterSeconds !== undefined)) onError(error);
      }
      const pause = worked > 0 ? 0 : Math.min(everyMs * 2 ** failures, Math.max(everyMs, maxBackoffMs));
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
