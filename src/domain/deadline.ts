/** When an answer is due. What isn't there by then is left out of it. */
export interface Deadline {
  readonly passed: boolean;
  /** Milliseconds that are left; never negative. */
  readonly leftMs: number;
  /** Milliseconds since it passed; 0 before. */
  readonly overdueMs: number;
  /**
   * The result of the work, or {@link LATE} if there is none `reserveMs` before the deadline. The work isn't stopped; if
   * it fails later, no one hears of it. A reserve takes at most half of what is left.
   */
  within<T>(work: Promise<T>, reserveMs?: number): Promise<T | typeof LATE>;
}

export const LATE = Symbol("late");

/** Why work isn't begun whose result no one waits for any more. */
export class TooLate extends Error {
  constructor() {
    super("The deadline passed before the work began.");
  }
}

/** A deadline `budgetMs` milliseconds after `from`, which is a time of `performance.now()`; default: from now on. */
export function createDeadline(budgetMs: number, from = performance.now()): Deadline {
  const at = from + budgetMs;
  const left = (): number => Math.max(0, at - performance.now());
  return {
    get passed() {
      return left() === 0;
    },
    get leftMs() {
      return left();
    },
    get overdueMs() {
      return Math.max(0, performance.now() - at);
    },
    within(work, reserveMs = 0) {
      const now = left();
      const ms = now - Math.min(reserveMs, now / 2);
      return new Promise((resolve, reject) => {
        // An answer that came while this process was busy is read first.
        const timer = setTimeout(() => setImmediate(resolve, LATE), ms);
        work
          .then(resolve, (error: unknown) => (error instanceof TooLate ? resolve(LATE) : reject(error)))
          .finally(() => clearTimeout(timer));
      });
    },
  };
}

/** The result of the work; by a deadline, if there is one. */
export function inTime<T>(
  deadline: Deadline | undefined,
  work: Promise<T>,
  reserveMs?: number,
): Promise<T | typeof LATE> {
  return deadline === undefined ? work : deadline.within(work, reserveMs);
}
