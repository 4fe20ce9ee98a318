import { systemContext } from "../../domain/context.js";
import type { Erasing } from "./erasing.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { STAND_BACK_MS, startSweeper } from "../../domain/sweeper.js";
import { erase } from "./erase.js";

export interface DeletionWorkerOptions extends SweepingOptions {
  readonly services: Erasing;
}

const NAMESPACES = 20;
const SLICE_MS = 5_000;

/** Finishes deletions whose request left something to do, or was killed. */
export function startDeletionWorker({ services, locks, now, onError }: DeletionWorkerOptions): Sweeper {
  const context = systemContext("erasures", now);
  return startSweeper({
    name: "erasures",
    locks,
    onError,
    async sweep({ each, stopping }) {
      const due = await services.erasures.due(now(), NAMESPACES);
      let worked = 0;
      const standBack = (namespace: string): Promise<void> =>
        services.erasures.postpone(namespace, now() + STAND_BACK_MS);
      const done = await each(
        due,
        async (namespace) => {
          const { counts, pending } = await erase(services, context, namespace, {
            budgetMs: SLICE_MS,
            stopping,
          });
          const count = counts.removed + counts.remade + counts.kept;
          worked += count;
          // Held up, it would come first in each sweep.
          if (pending && count === 0 && !stopping.aborted) await standBack(namespace);
        },
        standBack,
      );
      return done === 0 ? 0 : worked;
    },
  });
}
