import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "./errors.js";
import { takeLease } from "./lease.js";
import type { Lease } from "./lease.js";
import type { Locks } from "./lock.js";
import { isStoreAway } from "./store-fault.js";

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
   * The lock is renewed meanwhile, however long one takes. One that fails is reported, `postpone` puts it off, and the
   * others go on. Without that, or while the store is away, the sweep ends.
   */
  each<Item>(
    due: readonly Item[],
    work: (item: Item) => Promise<void>,
    postpone?: (item: Item) => Promise<void>,
  ): Promise<number>;
  /** Lets no process sweep again for so long, if nothing more is due and that is longer than the usual pause. */
  rest(ms: number): void;
}

export interface Sweeper {
  readonly stopping: AbortSignal;
  /** Stops after what is at hand. */
  stop(): Promise<void>;
}

/** How soon a process that finds the lock taken asks again at the latest, since the one that holds it may have died. */
const ELSEWHERE_MS = 3_000;
/** A part of the pause, so that the lock is free when the process that held it looks again. */
const REST = 0.9;
/** How many are taken up at once. */
export const SWEEP_SIZE = 50;
/** How long one that failed by itself waits before it is tried again, so that it doesn't stand before all others. */
export const STAND_BACK_MS = 60_000;

const UNLOCKED: Lease = { held: () => true, end: async () => {} };

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

  const sweepWith = (lease: Lease, rest: (ms: number) => void): Sweep => ({
    stopping: stop.signal,
    async each(due, work, postpone) {
      for (const item of due) {
        if (stop.signal.aborted || !lease.held()) return 0;
        try {
          await work(item);
        } catch (error) {
          if (postpone === undefined || isStoreAway(error)) throw error;
          onError(error);
          await postpone(item);
        }
      }
      return due.length;
    },
    rest,
  });

  /** Returns how long to wait before the next one. */
  async function sweepOnce(): Promise<number> {
    const lease = locks === undefined ? UNLOCKED : await takeLease(locks, name);
    if (lease === undefined) return Math.min(everyMs, ELSEWHERE_MS);
    let pause = everyMs;
    let worked: number;
    try {
      worked = await sweep(sweepWith(lease, (ms) => (pause = Math.max(everyMs, ms))));
    } catch (error) {
      // Another process may have more luck.
      await lease.end();
      throw error;
    }
    await lease.end(worked > 0 || stop.signal.aborted ? 0 : Math.ceil(REST * pause));
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
