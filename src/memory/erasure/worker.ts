import { systemContext } from "../../domain/context.js";
import type { Erasing } from "./erasing.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { startSweeper } from "../../domain/sweeper.js";
import { erase } from "./erase.js";

export interface ErasureWorkerOptions extends SweepingOptions {
  readonly services: Erasing;
}

const NAMESPACES = 20;
const SLICE_MS = 5_000;

/** Finishes deletions whose request left something to do, or was killed. */
export function startErasureWorker({ services, locks, now, onError }: ErasureWorkerOptions): Sweeper {
  const context = systemContext("erasures", now);
  return startSweeper({
    name: "erasures",
    locks,
    onError,
    async sweep({ each, stopping }) {
      const due = await services.erasures.due(now(), NAMESPACES);
      let worked = 0;
      const done = await each(due, async (namespace) => {
        const { counts } = await erase(services, context, namespace, { budgetMs: SLICE_MS, stopping });
        worked += counts.removed + counts.remade + counts.kept;
      });
      return done === 0 ? 0 : worked;
    },
  });
}
