import { setTimeout as sleep } from "node:timers/promises";
import type { Embedder } from "./embeddings/embedder.js";
import type { ComponentState, Readiness } from "./http/readiness.js";

interface UpgradeProgress {
  readonly done: boolean;
  readonly seen: number;
  readonly total: number;
}

export interface ReadinessOptions {
  readonly pingRedis: () => Promise<void>;
  /** Less than 1 while Redis fills an index, after a restart or an upgrade. Creates an index that is missing. */
  readonly indexFilled: () => Promise<number>;
  /** How far records of an older release have been upgraded. */
  readonly upgraded: () => Promise<UpgradeProgress>;
  readonly embedder: Embedder | undefined;
  /** Milliseconds within which a component must have answered. */
  readonly timeoutMs?: number;
}

/** How long an answer is given again, in milliseconds: however many ask, Redis is asked ten times a second. */
const FRESH_MS = 100;

/** Really asks Redis, the index and the embedder, all at once. */
export function createReadiness({
  pingRedis,
  indexFilled,
  upgraded,
  embedder,
  timeoutMs = 900,
}: ReadinessOptions) {
  let latest: { readonly readiness: Promise<Readiness>; until: number } | undefined;
  return (): Promise<Readiness> => {
    if (latest !== undefined && performance.now() < latest.until) return latest.readiness;
    const asked = { readiness: ask(), until: Number.POSITIVE_INFINITY };
    void asked.readiness.finally(() => (asked.until = performance.now() + FRESH_MS)).catch(() => {});
    latest = asked;
    return asked.readiness;
  };

  async function ask(): Promise<Readiness> {
    const [redis, index, upgrade, model] = await Promise.all([
      probe(timeoutMs, pingRedis, "Redis can't be reached."),
      probe(timeoutMs, indexFilled, "The index can't be queried."),
      probe(timeoutMs, upgraded, "Redis can't be reached."),
      embedder === undefined
        ? undefined
        : probe(timeoutMs, () => embedder.ready(), "The provider doesn't answer."),
    ]);
    return {
      ready: redis.status === "ok" && index.status !== "down",
      redis,
      index: indexState(index),
      upgrade: upgradeState(upgrade),
      embedder: embedderState(embedder, model),
    };
  }
}

interface Probe<Found> extends ComponentState {
  readonly found?: Found;
}

async function probe<Found>(
  timeoutMs: number,
  ask: () => Promise<Found>,
  detail: string,
): Promise<Probe<Found>> {
  const stop = new AbortController();
  const late = async (): Promise<never> => {
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

function indexState({ status, detail, found = 1 }: Probe<number>): ComponentState {
  if (status !== "ok") return detail === undefined ? { status } : { status, detail };
  if (found === 1) return { status };
  const percent = Math.floor(found * 100);
  return {
    status: "degraded",
    detail: `Redis is filling the index (${percent} %): recall may miss memories.`,
  };
}

function upgradeState({ status, detail, found }: Probe<UpgradeProgress>): ComponentState {
  if (status !== "ok" || found === undefined) return detail === undefined ? { status } : { status, detail };
  // Without records, or before the first look at them, there is nothing that a caller should know.
  if (found.done || found.total === 0) return { status };
  const seen = Math.min(found.seen, found.total);
  return {
    status: "degraded",
    detail: `Records of an older release are being upgraded: ${seen} of about ${found.total} done. They stay readable and writable.`,
  };
}

function embedderState(
  embedder: Embedder | undefined,
  state: Probe<unknown> | undefined,
): Readiness["embedder"] {
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
