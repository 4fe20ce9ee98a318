import { systemContext } from "../../domain/context.js";
import { isStoreAway } from "../../domain/store-fault.js";
import type { PendingPublications } from "../ports/publications.js";
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
      // Such as one whose namespace is full.
      const postpone = (pending: PendingPublications): Promise<void> =>
        services.store.postponePublications(pending, now() + STAND_BACK_MS);
      const carry = async (pending: PendingPublications): Promise<void> => {
        try {
          await carryPublications(services, context, pending, { hurried: false });
        } catch (error) {
          if (!isStoreAway(error)) throw error;
          // Only a shard may be away, and the memory's own be there: then the others go on. Else this fails too.
          await postpone(pending);
        }
      };
      return each(due, carry, postpone);
    },
  });
}
