import type { PlaceOptions } from "../archive/open-place.js";
import { openPlace } from "../archive/open-place.js";
import { watchPlace } from "../archive/watch-place.js";
import type { PlaceWatch } from "../archive/watch-place.js";
import { createArchive } from "../memory/archive/create-archive.js";
import type { ArchiveDeps } from "../memory/archive/deps.js";
import { startArchiveWorker } from "../memory/archive/worker.js";
import { createIds } from "../memory/model/ids.js";
import type { Archive } from "../memory/ports/archive.js";
import type { Sweeper } from "../domain/sweeper.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

/** The archive, and what moves old episodes into it; at work from here on. */
export async function startArchive(base: Base): Promise<{
  readonly archive: Archive;
  readonly archivist: Sweeper;
  /** Undefined: no place is configured. */
  readonly archiveWatch: PlaceWatch | undefined;
}> {
  const { config, metrics, stores, embedders, now } = base;
  const archiveWatch = config.archive && watchPlace(await openPlace(config.archive satisfies PlaceOptions));
  const deps: ArchiveDeps = {
    store: stores.memories,
    place: archiveWatch?.place,
    newId: createIds(),
    now,
    model() {
      const embedder = embedders.active();
      return { id: embedder?.model.id, also: embedder?.also !== undefined };
    },
    observe: metrics.archive,
  };
  return {
    archiveWatch,
    archive: createArchive(deps),
    archivist: startArchiveWorker({
      services: { archive: deps, lifecycle: stores.memories },
      locks: stores.locks,
      now,
      onError: reporter(base, "archive"),
    }),
  };
}
