import type { Worker } from "node:cluster";
import type { MetricsSnapshot } from "../../src/http/metrics.js";
import type { ToPrimary, ToWorker } from "./worker-messages.js";

/** A worker that is busy for longer is left out: a scrape must not wait for it. */
const WITHIN_MS = 2_000;

interface Round {
  readonly found: MetricsSnapshot[];
  left: number;
  finish(): void;
}

/** Collects the metrics of all workers for the one that was asked for them. */
export function createGathering(workers: () => readonly Worker[]) {
  const rounds = new Map<number, Round>();
  let next = 0;

  function tell(worker: Worker, message: ToWorker): void {
    // One that ends meanwhile needs no answer.
    if (worker.isConnected()) worker.send(message, () => {});
  }

  return {
    take(asker: Worker, message: ToPrimary): void {
      if (message.kind === "own") {
        const round = rounds.get(message.round);
        round?.found.push(message.metrics);
        if (round !== undefined && --round.left === 0) round.finish();
      } else if (message.kind === "ask") {
        const number = next++;
        const asked = workers().filter((worker) => worker.isConnected());
        const late = setTimeout(() => round.finish(), WITHIN_MS);
        const round: Round = {
          found: [],
          left: asked.length,
          finish() {
            clearTimeout(late);
            rounds.delete(number);
            tell(asker, { kind: "all", question: message.question, metrics: round.found });
          },
        };
        rounds.set(number, round);
        for (const worker of asked) tell(worker, { kind: "give", round: number });
      }
    },
  };
}
