import { startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { dropOriginals } from "./drop-originals.js";
import type { OriginalsServices } from "./drop-originals.js";

export interface OriginalsWorkerOptions extends SweepingOptions {
  readonly services: OriginalsServices;
  /** How often it looks, and how long an original stays that no write has used. */
  readonly everyMs: number;
}

class Interrupted extends Error {}

/** Deletes originals of tokens with the last text that shows them. */
export function startOriginalsWorker({ services, everyMs, locks, onError }: OriginalsWorkerOptions): Sweeper {
  return startSweeper({
    name: "originals of tokens",
    locks,
    everyMs,
    onError,
    async sweep({ each }) {
      const tick = async (): Promise<void> => {
        if ((await each(["step"], async () => {})) === 0) throw new Interrupted();
      };
      const namespaces: string[] = [];
      for await (const page of services.store.namespaces()) namespaces.push(...page);
      try {
        await dropOriginals(services, namespaces, everyMs, tick, (_, error) => onError(error));
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
      return 0;
    },
  });
}
