import { systemContext } from "../../domain/context.js";
import { startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";
import { SegmentDamaged } from "../ports/archive.js";
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

/** Writes segments again without what is gone, and moves old episodes into new ones. */
export function startArchiveWorker({ services, locks, now, onError }: ArchiveWorkerOptions): Sweeper {
  const { archive } = services;
  const context = systemContext("archive", now);
  /** Where the last turn of a namespace was over before the end. */
  const walks = new Map<string, Walk>();
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
      for await (const page of archive.store.archiving(now())) {
        if (stopping.aborted) return 0;
        const busy = page.filter(({ due, settings }) => due.length > 0 || termsOf(settings) !== undefined);
        const done = await each(busy, async ({ namespace, settings, due }) => {
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
        });
        if (done < busy.length) return 0;
      }
      if (looked > 0) restsUntil = performance.now() + SHARE * looked;
      return unfinished;
    },
  });

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
