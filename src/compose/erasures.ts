import { ulid } from "ulid";
import { RELEASE } from "../backup/release.js";
import type { Sweeper } from "../domain/sweeper.js";
import type { ErasureServices } from "../erasures/services.js";
import { startErasuresWorker } from "../erasures/worker.js";
import type { Services } from "../memory/services.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

/** What erases people and namespaces; its worker is at work from here on. */
export function startErasures(
  base: Base,
  services: Services,
  complete: () => Promise<boolean>,
): { readonly erasures: ErasureServices; readonly eraser: Sweeper } {
  const { stores, now } = base;
  const erasures: ErasureServices = {
    memory: services,
    sessions: stores.sessions,
    contents: stores.contents,
    threads: stores.threads,
    source: stores.exportSource,
    jobs: stores.erasureJobs,
    leftovers: stores.leftovers,
    originals: { store: stores.pii, texts: stores.shownTokens },
    locks: stores.locks,
    newId: ulid,
    version: RELEASE,
    complete,
  };
  return {
    erasures,
    eraser: startErasuresWorker({ services: erasures, now, onError: reporter(base, "erasure") }),
  };
}
