import type { Locks } from "../../domain/lock.js";
import type { CorroborationWorker, TrustStore } from "../ports/trust.js";
import type { Using } from "../services.js";
import { settleFeedback } from "./settle-feedback.js";
import { SWEEP_LOCK_MS, type Sweeper, startSweeper } from "../../domain/sweeper.js";

export interface TrustWorkerOptions {
  readonly services: Using<TrustStore, "agents" | "accuracies">;
  /** Undefined: nothing is compared. */
  readonly corroboration: Pick<CorroborationWorker, "compare"> | undefined;
  readonly locks: Locks;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const SWEEP_SIZE = 50;
/** How long one that failed waits before it is tried again, in milliseconds. */
const STAND_BACK_MS = 60_000;

/** Does what the process that took a verdict or a memory didn't come to, because it or a Redis command failed. */
export function startTrustWorker({
  services,
  corroboration,
  locks,
  now,
  onError,
}: TrustWorkerOptions): Sweeper {
  const { store } = services;
  return startSweeper({
    name: "trust",
    locks,
    everyMs: 2000,
    maxBackoffMs: 30_000,
    onError,
    async sweep(lock, stopping) {
      const verdicts = await store.pendingFeedback(now(), SWEEP_SIZE);
      for (const pending of verdicts) {
        if (stopping.aborted || !(await lock.renew(SWEEP_LOCK_MS))) return 0;
        await settleFeedback(services, pending);
      }
      if (corroboration === undefined) return verdicts.length;
      const due = await store.pendingCorroborations(now(), SWEEP_SIZE);
      for (const ref of due) {
        if (stopping.aborted || !(await lock.renew(SWEEP_LOCK_MS))) return 0;
        await corroboration.compare(ref).catch(async (error: unknown) => {
          await store.postponeCorroboration(ref, now() + STAND_BACK_MS);
          onError(error);
        });
      }
      return verdicts.length + due.length;
    },
  });
}
