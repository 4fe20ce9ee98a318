import type { Deadline } from "./deadline.js";
import { DomainError } from "./errors.js";
import { stage } from "./tracing.js";

export interface LaneOptions {
  /** Pieces of work that are done at once; a function where that changes. */
  readonly width: number | (() => number);
  /** Pieces of one caller that are done at once, for long work: others then find a place. Default: any number. */
  readonly perCaller?: number;
  /** The longest wait for a turn, in milliseconds. */
  readonly waitMs: number;
  /** Called for each piece that is refused. */
  readonly onRefused?: () => void;
}

/** Does some pieces of work at once, lets others wait for a bounded time, and refuses the surplus. */
export interface Lane {
  /**
   * Rejects with `overloaded`, without having begun the work, if its turn doesn't come in time. Callers take turns: one
   * that sends much waits behind its own. With a deadline, a piece that is still waiting then begins without a turn: it
   * has to see for itself that there is no time left to do anything. A turn of one that has less time left than a piece
   * takes goes to that piece with a deadline, of the same caller, that has the most: where there are too many for all to
   * be in time, some are, instead of none.
   */
  run<T>(caller: string, work: () => Promise<T>, deadline?: Deadline): Promise<T>;
  readonly running: number;
  readonly waiting: number;
}

interface Waiter {
  readonly deadline: Deadline | undefined;
  begin(): void;
}

/** Bounds memory too, even where the time limit would allow more. */
const MAX_WAITING = 2_000;
/** Share of the latest piece in the mean duration. */
const WEIGHT = 0.1;

export function createLane({
  width,
  perCaller = Number.POSITIVE_INFINITY,
  waitMs,
  onRefused = () => {},
}: LaneOptions): Lane {
  /** Waiting pieces by caller, in the order of their turns. */
  const waiting = new Map<string, Waiter[]>();
  const widthNow = typeof width === "number" ? () => width : width;
  /** Pieces at work by caller; kept only where one caller may not have all places. */
  const atWork = new Map<string, number>();
  let running = 0;
  let count = 0;
  /** Mean duration of one piece of work, in milliseconds; 0 until the first has ended. */
  let meanMs = 0;

  /** When a caller's next piece would begin, if the others go on as they do. */
  function expectedMs(caller: string): number {
    const own = waiting.get(caller)?.length ?? 0;
    const callers = waiting.size + (own === 0 ? 1 : 0);
    const before = Math.min(count, (own + 1) * callers - 1);
    return ((before + 1) * meanMs) / Math.min(widthNow(), perCaller);
  }

  function refusal(caller: string): DomainError {
    onRefused();
    const seconds = Math.max(1, Math.ceil(expectedMs(caller) / 1000));
    return new DomainError(
      "overloaded",
      "Too many requests of this kind are waiting. Nothing was done; try again after Retry-After seconds.",
      { retryAfterSeconds: Math.min(30, seconds) },
    );
  }

  function mayBegin(caller: string): boolean {
    return (atWork.get(caller) ?? 0) < perCaller;
  }

  function noteAtWork(caller: string, change: 1 | -1): void {
    if (perCaller === Number.POSITIVE_INFINITY) return;
    const now = (atWork.get(caller) ?? 0) + change;
    if (now === 0) atWork.delete(caller);
    else atWork.set(caller, now);
  }

  /** In the order of their turns. */
  function nextCaller(): string | undefined {
    for (const caller of waiting.keys()) if (mayBegin(caller)) return caller;
    return undefined;
  }

  /** Undefined: it may begin at once. Else whether its turn came; false: its deadline passed before. */
  function enter(caller: string, deadline: Deadline | undefined): Promise<boolean> | undefined {
    if (running < widthNow() && mayBegin(caller)) {
      running++;
      noteAtWork(caller, 1);
      return undefined;
    }
    if (count >= MAX_WAITING || (deadline === undefined && expectedMs(caller) > waitMs))
      throw refusal(caller);
    return new Promise((resolve, reject) => {
      const own = waiting.get(caller) ?? [];
      waiting.set(caller, own);
      count++;
      const waiter: Waiter = {
        deadline,
        begin() {
          clearTimeout(late);
          resolve(true);
        },
      };
      own.push(waiter);
      const due = deadline !== undefined && deadline.leftMs <= waitMs;
      const late = setTimeout(
        () => {
          own.splice(own.indexOf(waiter), 1);
          if (own.length === 0) waiting.delete(caller);
          count--;
          if (due) resolve(false);
          else reject(refusal(caller));
        },
        due ? deadline.leftMs : waitMs,
      );
    });
  }

  function takeFirst(own: Waiter[]): Waiter | undefined {
    const [first, ...others] = own;
    if (first?.deadline === undefined || first.deadline.leftMs >= meanMs) return own.shift();
    const left = (waiter: Waiter): number => waiter.deadline?.leftMs ?? 0;
    const best = others.reduce((most, waiter) => (left(waiter) > left(most) ? waiter : most), first);
    own.splice(own.indexOf(best), 1);
    return best;
  }

  function leave(former: string): void {
    running--;
    noteAtWork(former, -1);
    // More than one where the lane has become wider.
    while (running < widthNow() && beginNext()) running++;
  }

  /** False: none waits that may begin. */
  function beginNext(): boolean {
    const caller = nextCaller();
    const own = caller === undefined ? undefined : waiting.get(caller);
    if (caller === undefined || own === undefined) return false;
    noteAtWork(caller, 1);
    waiting.delete(caller);
    const next = takeFirst(own);
    // Its next turn comes after those of all others.
    if (own.length > 0) waiting.set(caller, own);
    count--;
    next?.begin();
    return true;
  }

  return {
    async run(caller, work, deadline) {
      const turn = enter(caller, deadline);
      if (turn !== undefined && !(await stage("wait for a turn", () => turn))) return work();
      const start = performance.now();
      try {
        return await work();
      } finally {
        // One that took very long, such as by a time-out, mustn't make the lane refuse what it can do.
        const ms = Math.min(performance.now() - start, waitMs);
        meanMs = meanMs === 0 ? ms : meanMs + (ms - meanMs) * WEIGHT;
        leave(caller);
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return count;
    },
  };
}
