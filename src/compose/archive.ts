import type { PlaceOptions } from "../archive/open-place.js";
import { openPlace } from "../archive/open-place.js";
import { createArchive } from "../memory/archive/create-archive.js";
import type { ArchiveDeps } from "../memory/archive/deps.js";
import { startArchiveWorker } from "../memory/archive/worker.js";
import { createIds } from "../memory/model/ids.js";
import type { Archive } from "../memory/ports/archive.js";
import type { Sweeper } from "../domain/sweeper.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

/** The archive, and what moves old episodes into it; at work from here on. */
export async function startArchive(
  base: Base,
): Promise<{ readonly archive: Archive; readonly archivist: Sweeper }> {
  const { config, metrics, stores, embedders, now } = base;
  const deps: ArchiveDeps = {
    store: stores.memories,
    place: config.archive === undefined ? undefined : await openPlace(config.archive satisfies PlaceOptions),
    newId: createIds(),
    now,
    model() {
      const embedder = embedders.active();
      return { id: embedder?.model.id, also: embedder?.also !== undefined };
    },
    observe: metrics.archive,
  };
  return {
    archive: createArchive(deps),
    archivist: startArchiveWorker({
      services: { archive: deps, lifecycle: stores.memories },
      locks: stores.locks,
      now,
      onError: reporter(base, "archive"),
    }),
  };
}
