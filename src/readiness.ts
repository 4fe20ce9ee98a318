import { setTimeout as sleep } from "node:timers/promises";
import type { Embedder } from "./embeddings/embedder.js";
import type { ComponentState, Readiness } from "./http/env.js";

export interface ReadinessOptions {
  readonly pingRedis: () => Promise<void>;
  /** False while Redis still fills an index after a restart. Creates an index that is missing. */
  readonly indexComplete: () => Promise<boolean>;
  readonly embedder: Embedder | undefined;
  /** Milliseconds within which a component must have answered. */
  readonly timeoutMs?: number;
}

/** Really asks Redis, the index and the embedder, all at once. */
export function createReadiness({ pingRedis, indexComplete, embedder, timeoutMs = 900 }: ReadinessOptions) {
  return async (): Promise<Readiness> => {
    const [redis, index, model] = await Promise.all([
      probe(timeoutMs, pingRedis, "Redis can't be reached."),
      probe(timeoutMs, indexComplete, "The index can't be asked."),
      embedder === undefined
        ? undefined
        : probe(timeoutMs, () => embedder.ready(), "The provider doesn't answer."),
    ]);
    return {
      ready: redis.status === "ok" && index.status !== "down",
      redis,
      index:
        index.found === false
          ? { status: "degraded", detail: "Redis is still filling the index." }
          : strip(index),
      embedder: embedderState(embedder, model),
    };
  };
}

interface Probe extends ComponentState {
  readonly found?: unknown;
}

async function probe(timeoutMs: number, ask: () => Promise<unknown>, detail: string): Promise<Probe> {
  const stop = new AbortController();
  const late = async () => {
    await sleep(timeoutMs, undefined, { signal: stop.signal, ref: false });
    throw new Error("late");
  };
  try {
    return { status: "ok", found: await Promise.race([ask(), late()]) };
  } catch {
    return { status: "down", detail };
  } finally {
    stop.abort();
  }
}

function strip({ status, detail }: Probe): ComponentState {
  return detail === undefined ? { status } : { status, detail };
}

function embedderState(embedder: Embedder | undefined, state: Probe | undefined): Readiness["embedder"] {
  if (embedder === undefined || state === undefined) {
    return { status: "off", model: null, detail: "No embedder is configured: recall is by keyword only." };
  }
  if (state.status === "ok") return { status: "ok", model: embedder.model.id };
  return {
    status: "degraded",
    model: embedder.model.id,
    detail: "Recall is by keyword; new memories are embedded later.",
  };
}
