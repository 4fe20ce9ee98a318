import { systemContext } from "../../domain/context.js";
import { STAND_BACK_MS, startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { enforceRetention } from "./enforce.js";
import { createOrphanWalks } from "./orphan-walks.js";
import type { RetentionServices } from "./enforce.js";

export interface RetentionWorkerOptions extends SweepingOptions {
  readonly services: RetentionServices;
  /** Seconds; 0: none is kept. */
  readonly receiptSeconds: number;
}

const EVERY_MS = 5_000;
/** The most of the time that looking may take, as one part in this many: with many namespaces it takes long. */
const SHARE = 20;
/** So long one namespace's deletions may keep the others waiting. */
const SLICE_MS = 2_000;

/** Deletes what namespaces have kept as long as their settings say, and counts out what has ended by itself. */
export function startRetentionWorker({
  services,
  receiptSeconds,
  locks,
  now,
  onError,
}: RetentionWorkerOptions): Sweeper {
  const { store } = services;
  const context = systemContext("retention", now);
  const walks = createOrphanWalks(services);
  /** Namespaces that failed, and until when they stand back. */
  const standingBack = new Map<string, number>();
  return startSweeper({
    name: "retention",
    locks,
    everyMs: EVERY_MS,
    maxBackoffMs: 60_000,
    onError,
    async sweep({ each, rest, stopping }) {
      const start = performance.now();
      let unfinished = 0;
      let working = 0;
      await store.trimReceipts(receiptSeconds, stopping);
      for await (const page of store.namespaces()) {
        if (stopping.aborted) return 0;
        await store.prune(page.map(({ namespace }) => namespace));
        const settled = page.filter(
          ({ namespace, kept }) =>
            Object.values(kept).some((ms) => ms !== undefined) &&
            (standingBack.get(namespace) ?? 0) <= performance.now(),
        );
        const enforce = async ({ namespace, kept }: (typeof page)[number]): Promise<void> => {
          standingBack.delete(namespace);
          if (kept.audit !== undefined) await store.trimTrail(namespace, kept.audit);
          const began = performance.now();
          let count = await enforceRetention(services, context, namespace, kept);
          while (count > 0 && !stopping.aborted && performance.now() - began < SLICE_MS)
            count = await enforceRetention(services, context, namespace, kept);
          const orphans = await walks.step(context, namespace, kept);
          if (orphans > 0) services.retired("memories", orphans);
          if (count > 0 || orphans > 0) unfinished += 1;
          working += performance.now() - began;
        };
        const done = await each(settled, enforce, async ({ namespace }) => {
          standingBack.set(namespace, performance.now() + STAND_BACK_MS);
        });
        if (done < settled.length) return 0;
      }
      rest(SHARE * (performance.now() - start - working));
      // A large namespace goes on at once.
      return unfinished;
    },
  });
}
