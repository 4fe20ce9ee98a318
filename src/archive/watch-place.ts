import type { ArchivePlace } from "../memory/ports/archive.js";

/** What can't be done in a place. */
export type PlaceFault = "read" | "write";

export interface PlaceWatch {
  readonly place: ArchivePlace;
  /** What failed when it was last tried. */
  faults(): readonly PlaceFault[];
}

/** The worker tries again within a minute while there is something to do; after that, nothing is known. */
const KNOWN_MS = 5 * 60_000;

/** Notes how the latest uses of a place ended, for readiness: to ask the place itself would cost a segment. */
export function watchPlace(place: ArchivePlace): PlaceWatch {
  const failedAt = new Map<PlaceFault, number>();

  async function noted<Result>(
    act: PlaceFault,
    work: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    try {
      const result = await work();
      failedAt.delete(act);
      return result;
    } catch (error) {
      // Its reader has no more time, which says nothing of the place.
      if (signal?.aborted !== true) failedAt.set(act, performance.now());
      throw error;
    }
  }

  return {
    place: {
      name: place.name,
      put: (ref, bytes) => noted("write", () => place.put(ref, bytes)),
      get: (ref, signal) => noted("read", () => place.get(ref, signal), signal),
      remove: (ref) => noted("write", () => place.remove(ref)),
    },
    faults: () => [...failedAt].filter(([, at]) => performance.now() - at < KNOWN_MS).map(([act]) => act),
  };
}
