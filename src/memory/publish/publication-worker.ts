import { systemContext } from "../../domain/context.js";
import type { Carrying } from "./carry-publication.js";
import { carryPublications } from "./carry-publications.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { STAND_BACK_MS, SWEEP_SIZE, startSweeper } from "../../domain/sweeper.js";

export interface PublicationWorkerOptions extends SweepingOptions {
  readonly services: Carrying;
}

/** Carries what a publisher's own process didn't come to, because it or a Redis command failed in between. */
export function startPublicationWorker({ services, locks, now, onError }: PublicationWorkerOptions): Sweeper {
  const context = systemContext("publications", now);
  return startSweeper({
    name: "publications",
    locks,
    onError,
    async sweep({ each }) {
      const due = await services.store.pendingPublications(now(), SWEEP_SIZE);
      return each(
        due,
        (pending) => carryPublications(services, context, pending),
        // Such as one whose namespace is full.
        (pending) => services.store.postponePublications(pending, now() + STAND_BACK_MS),
      );
    },
  });
}
