import { systemContext } from "../../domain/context.js";
import type { Locks } from "../../domain/lock.js";
import type { Carrying } from "./carry-publication.js";
import { carryPublications } from "./carry-publications.js";
import type { Sweeper } from "../../domain/sweeper.js";
import { startSweeper, SWEEP_LOCK_MS } from "../../domain/sweeper.js";

export interface PublicationWorkerOptions {
  readonly services: Carrying;
  readonly locks: Locks;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const SWEEP_SIZE = 50;
/** How long one that failed waits before it is tried again, in milliseconds. */
const STAND_BACK_MS = 60_000;

/** Carries what a publisher's own process didn't come to, because it or a Redis command failed in between. */
export function startPublicationWorker({ services, locks, now, onError }: PublicationWorkerOptions): Sweeper {
  const context = systemContext("publications", now);
  return startSweeper({
    name: "publications",
    locks,
    everyMs: 2000,
    maxBackoffMs: 30_000,
    onError,
    async sweep(lock, stopping) {
      const due = await services.store.pendingPublications(now(), SWEEP_SIZE);
      for (const pending of due) {
        if (stopping.aborted || !(await lock.renew(SWEEP_LOCK_MS))) return 0;
        await carryPublications(services, context, pending).catch(async (error: unknown) => {
          // Such as a namespace that is full: the others needn't wait for it.
          await services.store.postponePublications(pending, now() + STAND_BACK_MS);
          onError(error);
        });
      }
      return due.length;
    },
  });
}
