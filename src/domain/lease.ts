import type { Locks } from "./lock.js";

/** How long what a process holds stays held after the process died. Then another one takes over. */
export const LEASE_MS = 10_000;
/** Renewals that fit into a lease: one that is slow or fails doesn't lose it. */
const RENEWALS = 4;

export interface LeaseOptions {
  readonly leaseMs?: number;
}

/** What keeps a lease while its holder works. */
export interface Renewal {
  /**
   * False once another process may hold it: the holder must stop. Decided by this process's clock too, because a process
   * that stood still for a whole lease learns of its loss only by the next renewal.
   */
  held(): boolean;
  stop(): void;
}

/**
 * Renews a lease again and again until it is stopped or lost.
 *
 * @param since when taking it was begun, by `performance.now`
 * @param renew prolongs it by the given time; false: another process holds it
 */
export function renewing(
  since: number,
  renew: (ms: number) => Promise<boolean>,
  { leaseMs = LEASE_MS }: LeaseOptions = {},
): Renewal {
  let until = since + leaseMs;
  let lost = false;
  async function renewOnce(): Promise<void> {
    const start = performance.now();
    if (await renew(leaseMs)) until = start + leaseMs;
    else lost = true;
  }
  // One that fails because Redis is away is followed by others.
  const timer = setInterval(() => void renewOnce().catch(() => {}), leaseMs / RENEWALS);
  timer.unref();
  return {
    held: () => !lost && performance.now() < until,
    stop: () => clearInterval(timer),
  };
}

/** A lock that is renewed until it is let go. */
export interface Lease {
  /** See {@link Renewal.held}. */
  held(): boolean;
  /** Lets it go; with a time, only after that. */
  end(restMs?: number): Promise<void>;
}

/** Takes the lock of that name, or returns undefined if another holder has it. */
export async function takeLease(
  locks: Locks,
  name: string,
  options: LeaseOptions = {},
): Promise<Lease | undefined> {
  const since = performance.now();
  const lock = await locks.acquire(name, options.leaseMs ?? LEASE_MS);
  if (lock === undefined) return undefined;
  const renewal = renewing(since, lock.renew, options);
  return {
    held: renewal.held,
    async end(restMs = 0) {
      renewal.stop();
      if (restMs > 0) await lock.renew(restMs);
      else await lock.release();
    },
  };
}
