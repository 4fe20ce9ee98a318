import cluster from "node:cluster";
import type { Worker } from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Failure } from "../shell/failure.js";
import { createGathering } from "./gather-metrics.js";
import type { Serving, ToPrimary, ToWorker } from "./worker-messages.js";

/** A worker that ends sooner than this after its start is replaced after a pause. */
const SHORT_LIFE_MS = 5_000;
const PAUSE_MS = 1_000;

export interface RunningWorkers {
  readonly first: Serving;
  /** Lets every worker finish its requests. */
  stop(): Promise<void>;
}

/**
 * Runs the service in so many processes that share one port. A worker that ends is replaced. Rejects if one ends before it
 * serves for the first time: then it is the configuration, and the worker has said what is wrong.
 *
 * @param signal ends a start, and all workers with it
 */
export async function runWorkers(
  count: number,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<RunningWorkers> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL("./worker.js", import.meta.url)), args: [] });
  const workers = new Set<Worker>();
  const gathering = createGathering(() => [...workers]);
  let stopping = false;
  const pauses = new Set<NodeJS.Timeout>();

  function begin(): Promise<Serving> {
    const worker = cluster.fork(env);
    const since = performance.now();
    workers.add(worker);
    return new Promise((resolve, reject) => {
      worker.on("message", (message: ToPrimary) => {
        if (message.kind === "serving") resolve(message);
        else gathering.take(worker, message);
      });
      worker.once("exit", (code, killer) => {
        workers.delete(worker);
        reject(new Failure("A worker ended before it served."));
        if (stopping) return;
        console.error(`A worker ended (${killer ?? `exit ${code}`}). Another one takes its place.`);
        const short = performance.now() - since < SHORT_LIFE_MS;
        // One whose start fails is tried again when it ends.
        const pause = setTimeout(
          () => {
            pauses.delete(pause);
            void begin().catch(() => {});
          },
          short ? PAUSE_MS : 0,
        );
        pauses.add(pause);
      });
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const pause of pauses) clearTimeout(pause);
    const ended = [...workers].map((worker) => once(worker, "exit"));
    for (const worker of workers) if (worker.isConnected()) worker.send({ kind: "stop" } satisfies ToWorker);
    await Promise.all(ended);
  }

  const giveUp = (): void => void stop();
  signal.addEventListener("abort", giveUp);
  try {
    const [first] = await Promise.all(Array.from({ length: count }, begin));
    if (first === undefined) throw new Failure("There is no worker.");
    return { first, stop };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
