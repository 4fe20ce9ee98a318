import { shellEnvironment } from "../../src/config.js";
import type { MetricsSnapshot } from "../../src/http/metrics.js";
import { serve } from "../../src/main.js";
import { Failure, reportFailure } from "../shell/failure.js";
import type { ToPrimary, ToWorker } from "./worker-messages.js";

/** A worker of `npm start -- --workers N`: the service, told by the primary when to end. */
async function run(): Promise<void> {
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
  const end = (): void => stop.abort(new Failure("Stopped."));
  let own = async (): Promise<MetricsSnapshot> => [];
  const questions = new Map<number, (metrics: readonly MetricsSnapshot[]) => void>();
  let next = 0;
  process.on("message", (message: ToWorker) => {
    if (message.kind === "stop") end();
    else if (message.kind === "all") {
      questions.get(message.question)?.(message.metrics);
      questions.delete(message.question);
    } else void own().then((metrics) => tell({ kind: "own", round: message.round, metrics }));
  });
  process.on("SIGTERM", end);
  // A terminal sends these to the whole group: the primary says what they mean.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  const service = await serve({
    env: shellEnvironment(),
    signal: stop.signal,
    siblings: {
      share: (metrics) => (own = metrics),
      all: () =>
        new Promise((resolve) => {
          const question = next++;
          questions.set(question, resolve);
          tell({ kind: "ask", question });
        }),
    },
  });
  const { url, access, embedder } = service;
  tell({ kind: "serving", url, access, embedder });
  await stopped;
  await service.stop();
}

function tell(message: ToPrimary): void {
  // Without the primary, the cluster ends this process.
  if (process.connected) process.send?.(message);
}

await run().catch(reportFailure);
process.exit();
