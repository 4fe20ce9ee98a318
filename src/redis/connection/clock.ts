/** The time by which everything ends and is asked as of: Redis's, whose scripts decide it. */
export interface RedisClock {
  /** Milliseconds since the epoch; this process's own time until Redis was asked. */
  now(): number;
  /** Asks Redis. */
  sync(): Promise<void>;
}

export interface ClockOptions {
  /** What Redis replies to TIME: seconds, and microseconds beyond them. */
  readonly askTime: () => Promise<unknown>;
  /** Milliseconds of a clock that doesn't go back. */
  readonly monotonic?: () => number;
}

/** By how much Redis's clock must have gone back for that to be more than what a measurement is wrong by. */
const STEP_MS = 1_000;

/**
 * Follows Redis's clock between two questions by a clock that doesn't go back. What Redis said was so some time between
 * question and answer: an estimate within these bounds is kept, and another one is moved to the nearest bound.
 */
export function createRedisClock({ askTime, monotonic = () => performance.now() }: ClockOptions): RedisClock {
  let offset: number | undefined;
  let latest = 0;

  return {
    now() {
      if (offset === undefined) return Date.now();
      const value = Math.floor(monotonic() + offset);
      // Two things that follow each other here must not swap because the clock was measured in between.
      if (value < latest && latest - value < STEP_MS) return latest;
      latest = value;
      return value;
    },
    async sync() {
      const asked = monotonic();
      const time = milliseconds(await askTime());
      const [least, most] = [time - monotonic(), time - asked];
      const stepped = offset === undefined || offset - most > STEP_MS || least - offset > STEP_MS;
      // After a step, what it says must not be ahead: something written then would be from the future.
      offset = stepped || offset === undefined ? least : Math.min(most, Math.max(least, offset));
    },
  };
}

function milliseconds(reply: unknown): number {
  const [seconds, microseconds] = Array.isArray(reply) ? reply.map(Number) : [];
  if (seconds === undefined || microseconds === undefined || !Number.isFinite(seconds + microseconds)) {
    throw new Error("Redis replied to TIME without a time");
  }
  return seconds * 1000 + microseconds / 1000;
}
