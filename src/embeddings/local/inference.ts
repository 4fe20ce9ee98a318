import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { reasonOf } from "../abort.js";
import { EmbeddingUnavailable } from "../embedder.js";
import type { EmbedderFault } from "../embedder.js";
import { awaitIdle, isBusy, markBusy, markIdle } from "./protocol.js";
import type { FromWorker, ModelOptions, Reply, Request, ToWorker, WorkerOptions } from "./protocol.js";
import { createTurnQueue } from "./turn-queue.js";

/** Priorities when the worker is free: a query waits for at most the one text in progress. */
export const LANE = { query: 0, split: 1, passage: 2 } as const;
type Lane = (typeof LANE)[keyof typeof LANE];

export interface InferenceOptions {
  /** The module that the worker runs. */
  readonly script: URL;
  readonly worker: Omit<ModelOptions, "busy"> | Omit<WorkerOptions, "busy">;
  /** What the worker is called, in error messages too. */
  readonly name?: "embedder" | "reranker";
  /** Calls of a lane that may wait, so that no import takes the place of queries; one more is EmbeddingUnavailable. */
  readonly maxQueuedCalls: number;
  /** Longest pause before a crashed worker is started again, in milliseconds. */
  readonly maxBackoffMs: number;
}

export interface Inference {
  /** One reply per request, in order. Rejects with EmbeddingUnavailable or the signal's reason. */
  run(lane: Lane, requests: readonly Request[], signal?: AbortSignal): Promise<Reply[]>;
  /** Resolves once the model is loaded; rejects while it can't be. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

interface Task {
  readonly request: Request;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

type State =
  | { readonly name: "loading" | "loaded"; readonly worker: Worker }
  | { readonly name: "down"; readonly error: EmbeddingUnavailable; readonly restart?: NodeJS.Timeout };

const FIRST_BACKOFF_MS = 250;
const CLOSE_GRACE_MS = 2_000;
/** For a worker in native code, which loads the model or embeds: ending it there would abort the process. */
const CLOSE_BUSY_MS = 60_000;

/**
 * One worker, one request in it at a time; the rest waits here, where it can be overtaken and taken back.
 * While the model loads, calls wait; while a crashed worker pauses before its restart, they reject at once.
 */
export function createInference({
  script,
  worker,
  name = "embedder",
  maxQueuedCalls,
  maxBackoffMs,
}: InferenceOptions): Inference {
  const queue = createTurnQueue<Task>(Object.keys(LANE).length);
  const loads = new Set<{ resolve(): void; reject(error: Error): void }>();
  const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const onProcessExit = (): void => awaitIdle(busy, CLOSE_BUSY_MS);
  process.on("exit", onProcessExit);
  let current: Task | undefined;
  let crashes = 0;
  let closing = false;
  let state: State = start();

  function start(): State {
    markBusy(busy);
    const thread = new Worker(script, {
      name,
      workerData: { ...worker, busy } satisfies ModelOptions,
      execArgv: [],
    });
    let reason = "it stopped unexpectedly";
    let fault: EmbedderFault = "model_crashed";
    thread.on("message", (message: FromWorker) => {
      if (message.kind === "unloadable") {
        reason = `${worker.modelFile} or ${worker.tokenizerFile} can't be used: ${message.reason}`;
        fault = "model_unusable";
      } else if (message.kind === "loaded") onLoaded(thread);
      else onReply(message);
    });
    thread.on("error", (error) => {
      // Without its message, which may quote a text.
      reason = `it crashed with ${error instanceof Error ? error.name : "an unknown error"}`;
    });
    thread.once("exit", () => onExit(reason, fault));
    return { name: "loading", worker: thread };
  }

  function onLoaded(thread: Worker): void {
    if (closing) return;
    state = { name: "loaded", worker: thread };
    for (const load of loads) load.resolve();
    loads.clear();
    dispatch();
  }

  function onReply(message: Exclude<FromWorker, { kind: "loaded" | "unloadable" }>): void {
    const task = current;
    current = undefined;
    crashes = 0;
    if (message.kind === "failed") task?.reject(new EmbeddingUnavailable("the local model failed on a text"));
    else task?.resolve(message);
    dispatch();
  }

  function onExit(reason: string, fault: EmbedderFault): void {
    markIdle(busy);
    if (closing) return;
    const error = new EmbeddingUnavailable(`the local ${name} is down: ${reason}`, fault);
    const pause = crashes === 0 ? 0 : Math.min(maxBackoffMs, FIRST_BACKOFF_MS * 2 ** (crashes - 1));
    crashes++;
    const restart = setTimeout(() => (state = start()), pause);
    restart.unref();
    state = { name: "down", error, restart };
    rejectAll(error);
  }

  function rejectAll(error: Error): void {
    const tasks = [...(current === undefined ? [] : [current]), ...queue.drain()];
    current = undefined;
    for (const task of tasks) task.reject(error);
    for (const load of loads) load.reject(error);
    loads.clear();
  }

  function dispatch(): void {
    if (state.name !== "loaded" || current !== undefined) return;
    current = queue.next();
    if (current === undefined) {
      // An idle worker must not keep the process alive.
      state.worker.unref();
      return;
    }
    state.worker.ref();
    markBusy(busy);
    state.worker.postMessage(current.request satisfies ToWorker, []);
  }

  function run(lane: Lane, requests: readonly Request[], signal?: AbortSignal): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(reasonOf(signal));
      if (state.name === "down") return reject(state.error);
      if (requests.length === 0) return resolve([]);
      if (queue.waitingIn(lane) >= maxQueuedCalls) {
        return reject(new EmbeddingUnavailable("too many calls wait for the local model", "overloaded"));
      }
      const replies: Reply[] = Array.from({ length: requests.length });
      let missing = requests.length;
      const fail = (error: Error): void => {
        leave();
        reject(error);
      };
      const onAbort = (): void => {
        if (signal !== undefined) fail(reasonOf(signal));
      };
      const remove = queue.add(
        lane,
        requests.map((request, index) => ({
          request,
          reject: fail,
          resolve(reply) {
            replies[index] = reply;
            if (--missing > 0) return;
            leave();
            resolve(replies);
          },
        })),
      );
      const leave = (): void => {
        remove();
        signal?.removeEventListener("abort", onAbort);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      dispatch();
    });
  }

  return {
    run,
    ready: async () => {
      if (state.name === "down") throw state.error;
      if (state.name === "loaded") return;
      await new Promise<void>((resolve, reject) => loads.add({ resolve, reject }));
    },
    async close() {
      if (closing) return;
      closing = true;
      const last = state;
      const error = new EmbeddingUnavailable(`the local ${name} is closed`);
      state = { name: "down", error };
      rejectAll(error);
      if (last.name === "down") clearTimeout(last.restart);
      else await stop(last.worker, busy);
      process.off("exit", onProcessExit);
    },
  };
}

/** Lets the worker finish its text, or loading, and free the model; ends it if that takes too long. */
async function stop(worker: Worker, busy: Int32Array): Promise<void> {
  worker.ref();
  const exit = once(worker, "exit");
  worker.postMessage({ kind: "close" } satisfies ToWorker, []);
  const since = performance.now();
  const timer = setInterval(() => {
    const limit = isBusy(busy) ? CLOSE_BUSY_MS : CLOSE_GRACE_MS;
    if (performance.now() - since > limit) void worker.terminate();
  }, 100);
  await exit;
  clearInterval(timer);
}
