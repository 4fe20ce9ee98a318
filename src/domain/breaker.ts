export interface BreakerOptions {
  /** Calls that must fail in a row before the breaker opens. */
  readonly failures?: number | undefined;
  /** How long it stays open before one call is let through, in milliseconds. */
  readonly openMs?: number | undefined;
  /** Milliseconds of a clock that doesn't go back. */
  readonly now?: (() => number) | undefined;
}

/**
 * The meaning of a call's error. `failed`: the provider is away. `hung`: it cost a time-out, so one is enough to know.
 * `well`: the provider answered, and refused this call. `unknown`: it shows nothing of the provider.
 */
export type Failing = "failed" | "hung" | "well" | "unknown";

export interface Breaker {
  /** Whether calls are let through because none of the last ones failed too often. */
  readonly closed: boolean;
  /** Makes the call, or rejects at once while the breaker is open. */
  guard<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * After several failures in a row, or a single time-out, calls are rejected at once for a while, so that a call doesn't
 * spend a time-out to learn what the last one learnt. Then one call tries the provider.
 *
 * `paused`: the error while it is open.
 */
export function createBreaker(
  judge: (error: unknown) => Failing,
  paused: () => Error,
  { failures = 3, openMs = 5_000, now = () => performance.now() }: BreakerOptions = {},
): Breaker {
  let failed = 0;
  let openUntil = Number.NEGATIVE_INFINITY;
  let probing = false;
  return {
    get closed() {
      return failed < failures;
    },
    async guard(call) {
      const isProbe = failed >= failures;
      if (isProbe) {
        if (probing || now() < openUntil) throw paused();
        probing = true;
      }
      try {
        const result = await call();
        failed = 0;
        return result;
      } catch (error) {
        const failing = judge(error);
        if (failing === "well") failed = 0;
        else if (failing !== "unknown") {
          failed = failing === "hung" ? Math.max(failed + 1, failures) : failed + 1;
          openUntil = now() + openMs;
        }
        throw error;
      } finally {
        if (isProbe) probing = false;
      }
    },
  };
}
