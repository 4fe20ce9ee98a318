import { startOriginalsWorker } from "../memory/pii/originals-worker.js";
import { startDeletionWorker } from "../memory/erasure/worker.js";
import { startPublicationWorker } from "../memory/publish/publication-worker.js";
import { startRetentionWorker } from "../memory/retention/worker.js";
import type { CorroborationWorker } from "../memory/ports/trust.js";
import type { Services } from "../memory/services.js";
import type { Sweeper } from "../domain/sweeper.js";
import { startTrustWorker } from "../memory/trust/trust-worker.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";

/** What looks for work that was left undone; at work from here on. */
export function startSweepers(
  base: Base,
  services: Services,
  corroboration: CorroborationWorker,
  originalsEveryMs: number,
): Sweeper[] {
  const { metrics, stores, now } = base;
  const { locks } = stores;
  return [
    startPublicationWorker({ services, locks, now, onError: reporter(base, "publication") }),
    startDeletionWorker({ services, locks, now, onError: reporter(base, "deletion") }),
    startRetentionWorker({
      services: {
        store: stores.retention,
        sessions: { store: stores.sessions, memory: services },
        retired: metrics.retired,
      },
      receiptSeconds: services.retention.receiptSeconds,
      locks,
      now,
      onError: reporter(base, "retention"),
    }),
    startOriginalsWorker({
      services: { store: stores.pii, texts: stores.shownTokens },
      everyMs: originalsEveryMs,
      locks,
      now,
      onError: reporter(base, "originals"),
    }),
    startTrustWorker({
      services,
      corroboration,
      locks,
      now,
      onError: reporter(base, "trust"),
    }),
  ];
}
