import type { SweepingOptions } from "../../domain/sweeper.js";
import { startSweeper } from "../../domain/sweeper.js";
import type { PromotionServices } from "./promote.js";
import { promote } from "./promote.js";
import type { SessionRef } from "./session.js";

export interface PromotionWorkerOptions extends PromotionServices, SweepingOptions {}

export interface PromotionWorker {
  /** Returns at once. */
  promoteSoon(ref: SessionRef): void;
  /** Stops after what is at hand; the rest is left to others, or to the next start. */
  stop(): Promise<void>;
}

const SWEEP_SIZE = 20;
/** The most sessions that wait in one process; the sweep finds the others. */
const MOST_WAITING = 1000;

/**
 * Promotes what is past its window: at once what this process appended to, one session after the other, and now and
 * then what others didn't come to.
 */
export function startPromotionWorker({
  locks,
  onError,
  ...services
}: PromotionWorkerOptions): PromotionWorker {
  const waiting = new Map<string, SessionRef>();
  let stopped = false;
  let working = Promise.resolve();

  async function promoteSafely(ref: SessionRef): Promise<void> {
    await promote(services, ref).catch(onError);
  }

  async function work(): Promise<void> {
    for (const [name, ref] of waiting) {
      if (stopped) return;
      waiting.delete(name);
      await promoteSafely(ref);
    }
  }

  const sweeper = startSweeper({
    name: "sessions",
    locks,
    onError,
    async sweep({ each }) {
      const due = await services.store.due(services.now(), SWEEP_SIZE);
      let done = 0;
      const seen = await each(due, async (ref) => {
        // A session that another process has isn't counted, so the sweep then waits for its turn.
        if (await promote(services, ref).catch(fail)) done += 1;
      });
      return seen === 0 ? 0 : done;
    },
  });

  /** The others needn't wait for one that fails. */
  function fail(error: unknown): false {
    onError(error);
    return false;
  }

  return {
    promoteSoon(ref) {
      if (stopped || waiting.size >= MOST_WAITING) return;
      const idle = waiting.size === 0;
      waiting.set(JSON.stringify([ref.namespace, ref.sessionId]), ref);
      if (idle) working = working.then(work);
    },
    async stop() {
      stopped = true;
      await sweeper.stop();
      await working;
    },
  };
}
