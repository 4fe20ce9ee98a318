import { systemContext } from "../../domain/context.js";
import type { Locks } from "../../domain/lock.js";
import type { Erasing } from "./erasing.js";
import type { Sweeper } from "../../domain/sweeper.js";
import { startSweeper, SWEEP_LOCK_MS } from "../../domain/sweeper.js";
import { erase } from "./erase.js";

export interface ErasureWorkerOptions {
  readonly services: Erasing;
  readonly locks: Locks;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const NAMESPACES = 20;
const SLICE_MS = 5_000;

/** Finishes deletions whose request left something to do, or was killed. */
export function startErasureWorker({ services, locks, now, onError }: ErasureWorkerOptions): Sweeper {
  const context = systemContext("erasures", now);
  return startSweeper({
    name: "erasures",
    locks,
    everyMs: 2000,
    maxBackoffMs: 30_000,
    onError,
    async sweep(lock, stopping) {
      const due = await services.erasures.due(now(), NAMESPACES);
      let worked = 0;
      for (const namespace of due) {
        if (stopping.aborted || !(await lock.renew(SWEEP_LOCK_MS))) return 0;
        const { counts } = await erase(services, context, namespace, { budgetMs: SLICE_MS, stopping });
        worked += counts.removed + counts.remade + counts.kept;
      }
      return worked;
    },
  });
}
