import { systemContext } from "../../domain/context.js";
import { isStoreAway } from "../../domain/store-fault.js";
import { STAND_BACK_MS, startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { PlaceAway, SegmentDamaged } from "../ports/archive.js";
import { termsOf } from "./eligible.js";
import { packSegment } from "./pack.js";
import type { PackServices, Walk } from "./pack.js";
import { settleSegments } from "./settle.js";

export interface ArchiveWorkerOptions extends SweepingOptions {
  readonly services: PackServices;
}

const EVERY_MS = 2_000;
/** The most of the time that looking for old episodes may take, as one part in this many. */
const SHARE = 20;
/** How long one namespace may keep the others waiting. */
const SLICE_MS = 2_000;
/** A sweep ends after so many namespaces for which the place is away: it may be for all, and each could take a timeout. */
const MOST_AWAY = 3;

/** Writes segments again without what is gone, and moves old episodes into new ones. */
export function startArchiveWorker({ services, locks, now, onError }: ArchiveWorkerOptions): Sweeper {
  const { archive } = services;
  const context = systemContext("archive", now);
  /** Where the last turn of a namespace was over before the end. */
  const walks = new Map<string, Walk>();
  /** Namespaces that failed, until when they stand back, and how often in a row the place was away for them. */
  const standingBack = new Map<string, { readonly until: number; readonly away: number }>();
  /** Looking for old episodes rests; what is gone doesn't wait for that. */
  let restsUntil = 0;

  return startSweeper({
    name: "archive",
    locks,
    everyMs: EVERY_MS,
    maxBackoffMs: 60_000,
    onError,
    async sweep({ each, stopping }) {
      const { place } = archive;
      let unfinished = 0;
      let looked = 0;
      let away = 0;
      for await (const page of archive.store.archiving(now())) {
        if (stopping.aborted) return 0;
        const busy = page.filter(
          ({ namespace, due, settings }) =>
            (due.length > 0 || termsOf(settings) !== undefined) &&
            (standingBack.get(namespace)?.until ?? 0) <= performance.now(),
        );
        const turn = async ({ namespace, settings, due }: (typeof page)[number]): Promise<void> => {
          if (due.length > 0) await settleOrReport(namespace);
          const terms = termsOf(settings);
          // While vectors of another model are made, each stub would lack them.
          if (place === undefined || terms === undefined || archive.model().also) return;
          if (performance.now() < restsUntil) return;
          const start = performance.now();
          const isOver = (): boolean => stopping.aborted || performance.now() - start >= SLICE_MS;
          const walk = walks.get(namespace) ?? { from: 0, ended: false };
          walks.set(namespace, walk);
          let count: number;
          do count = await packSegment(services, place, context, namespace, terms, walk, isOver);
          while (count > 0 && !isOver());
          if (walk.ended) walks.delete(namespace);
          if (count > 0) unfinished += 1;
          else looked += performance.now() - start;
        };
        const done = await each(busy, async (one) => {
          try {
            await turn(one);
            standingBack.delete(one.namespace);
          } catch (error) {
            // Without the store, all fail alike.
            if (isStoreAway(error)) throw error;
            standBack(one.namespace, error instanceof PlaceAway);
            if (error instanceof PlaceAway && ++away === MOST_AWAY) throw error;
            onError(error);
          }
        });
        if (done < busy.length) return 0;
      }
      if (looked > 0) restsUntil = performance.now() + SHARE * looked;
      return unfinished;
    },
  });

  /** A place that was away is tried again soon: one namespace's part of it may be broken, or all of it for a moment. */
  function standBack(namespace: string, placeAway: boolean): void {
    const away = placeAway ? (standingBack.get(namespace)?.away ?? 0) + 1 : 0;
    const ms = placeAway ? Math.min(EVERY_MS * 2 ** (away - 1), STAND_BACK_MS) : STAND_BACK_MS;
    standingBack.set(namespace, { until: performance.now() + ms, away });
  }

  /** A damaged segment concerns one namespace, and doesn't hold up the others. */
  async function settleOrReport(namespace: string): Promise<void> {
    try {
      await settleSegments(archive, namespace, now());
    } catch (error) {
      if (!(error instanceof SegmentDamaged)) throw error;
      onError(error);
    }
  }
}
