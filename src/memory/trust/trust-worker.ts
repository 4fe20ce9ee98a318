import type { CorroborationWorker, TrustStore } from "../ports/trust.js";
import type { Using } from "../services.js";
import { settleFeedback } from "./settle-feedback.js";
import { STAND_BACK_MS, SWEEP_SIZE, startSweeper } from "../../domain/sweeper.js";
import type { Sweeper, SweepingOptions } from "../../domain/sweeper.js";

export interface TrustWorkerOptions extends SweepingOptions {
  readonly services: Using<TrustStore, "agents" | "accuracies">;
  readonly corroboration: Pick<CorroborationWorker, "compare">;
}

/** Does what the process that took a verdict or a memory didn't come to, because it or a Redis command failed. */
export function startTrustWorker({
  services,
  corroboration,
  locks,
  now,
  onError,
}: TrustWorkerOptions): Sweeper {
  const { store } = services;
  return startSweeper({
    name: "trust",
    locks,
    onError,
    async sweep({ each }) {
      const verdicts = await store.pendingFeedback(now(), SWEEP_SIZE);
      const settled = await each(
        verdicts,
        (pending) => settleFeedback(services, pending),
        (pending) => store.postponeFeedback(pending, now() + STAND_BACK_MS),
      );
      if (settled < verdicts.length) return settled;
      const due = await store.pendingCorroborations(now(), SWEEP_SIZE);
      const compared = await each(
        due,
        (ref) => corroboration.compare(ref),
        (ref) => store.postponeCorroboration(ref, now() + STAND_BACK_MS),
      );
      return compared < due.length ? 0 : settled + compared;
    },
  });
}
