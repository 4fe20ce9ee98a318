import { setTimeout as sleep } from "node:timers/promises";
import type { StoreFault } from "./domain/errors.js";
import { storeFault, storeFaultOf } from "./domain/store-fault.js";
import type { Embedder, EmbedderFault } from "./embeddings/embedder.js";
import type { ComponentState, Readiness } from "./http/readiness.js";
import type { RerankerFault } from "./reranking/reranker.js";
import { otherModel } from "./memory/model/embedding-migration.js";
import type { ModelStore } from "./memory/ports/embedding-models.js";

interface Hazard {
  readonly reason: string;
  readonly severity: "error" | "warning";
  readonly detail: string;
}

interface UpgradeProgress {
  readonly done: boolean;
  readonly seen: number;
  readonly total: number;
}

export interface ReadinessOptions {
  /** Writes to Redis; a rejection that is a fault of the store says why it takes no writes. */
  readonly writeRedis: () => Promise<void>;
  /** Redis's latest refusal to any request. */
  readonly redisFault: () => StoreFault | undefined;
  /** The settings by which Redis may lose data. */
  readonly redisHazards: () => Promise<readonly Hazard[]>;
  /** Less than 1 while Redis fills an index, after a restart or an upgrade. Creates an index that is missing. */
  readonly indexFilled: () => Promise<number>;
  /** Progress of the upgrade of older records. */
  readonly upgraded: () => Promise<UpgradeProgress>;
  /** Embeds with the model in use; undefined: nothing embeds. */
  readonly embedder: () => Embedder | undefined;
  /** Which models the store uses, and which this process is configured for. */
  readonly models: Pick<ModelStore, "known" | "read"> & { readonly configured: readonly string[] };
  /** Whether the process is about to end. */
  readonly stopping: () => boolean;
  /** What the place of the archive refused when it was last used; undefined: there is no archive. */
  readonly archiveFaults: (() => readonly ("read" | "write")[]) | undefined;
  /** The embedder's last answer, if that was a fault. */
  readonly embedderFault: () => EmbedderFault | undefined;
  /** The reranker's last answer, if that was a fault; undefined: nothing reranks. */
  readonly rerankerFault: (() => RerankerFault | undefined) | undefined;
  /** Milliseconds within which a component must have answered. */
  readonly timeoutMs?: number;
}

/** How long an answer is reused, in milliseconds: Redis is asked at most ten times a second. */
const FRESH_MS = 100;

/** Really asks Redis, the index and the embedder, all at once. */
export function createReadiness({
  writeRedis,
  redisFault,
  redisHazards,
  indexFilled,
  upgraded,
  embedder: embedderNow,
  models,
  stopping,
  embedderFault,
  rerankerFault,
  archiveFaults,
  timeoutMs = 900,
}: ReadinessOptions) {
  let latest: { readonly readiness: Promise<Readiness>; until: number } | undefined;
  return async (): Promise<Readiness> => {
    const readiness = await probed();
    return stopping() ? { ...readiness, ready: false, stopping: true } : readiness;
  };

  function probed(): Promise<Readiness> {
    if (latest !== undefined && performance.now() < latest.until) return latest.readiness;
    const asked = { readiness: ask(), until: Number.POSITIVE_INFINITY };
    void asked.readiness.finally(() => (asked.until = performance.now() + FRESH_MS)).catch(() => {});
    latest = asked;
    return asked.readiness;
  }

  async function embedderReady(): Promise<void> {
    // After a pause of the process or of Redis, what is known of the store's model is too old to go by.
    if (models.known() === undefined) await models.read();
    await embedderNow()?.ready();
  }

  async function ask(): Promise<Readiness> {
    const embeds = embedderNow() !== undefined;
    const [written, hazards, index, upgrade, model] = await Promise.all([
      probe(timeoutMs, writeRedis, "Redis can't be reached."),
      probe(timeoutMs, redisHazards, "Redis can't be reached."),
      probe(timeoutMs, indexFilled, "The index can't be queried."),
      probe(timeoutMs, upgraded, "Redis can't be reached."),
      embeds ? probe(timeoutMs, embedderReady, "The provider doesn't answer.") : undefined,
    ]);
    const redis = withHazards(redisState(written, redisFault()), hazards.found ?? []);
    return {
      ready: redis.status !== "down" && index.status !== "down",
      stopping: false,
      redis,
      index: indexState(index),
      upgrade: upgradeState(upgrade),
      embedder:
        embeds && models.known() === undefined
          ? modelUnread(models.configured, redisFault() ?? "redis_unavailable")
          : migratingState(embedderState(embedderNow(), model, embedderFault()), models),
      reranker: rerankerState(rerankerFault),
      archive: archiveState(archiveFaults?.()),
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
  } catch (error) {
    const reason = storeFaultOf(error);
    if (reason === undefined || !(error instanceof Error)) return { status: "down", detail };
    return { status: "down", reason, detail: error.message };
  } finally {
    stop.abort();
  }
}

/** A Redis that is out of memory still lets callers delete, which is a way out. */
function redisState({ status, reason, detail }: Probe<void>, fault: StoreFault | undefined): ComponentState {
  if (status === "ok") {
    return fault === undefined
      ? { status }
      : { status: "degraded", reason: fault, detail: storeFault(fault).message };
  }
  if (detail === undefined) return { status };
  if (reason === undefined) return { status, detail };
  return { status: reason === "redis_out_of_memory" ? "degraded" : status, reason, detail };
}

/** A setting that would lose acknowledged data makes the service unready; warnings are only reported. */
function withHazards(state: ComponentState, hazards: readonly Hazard[]): Readiness["redis"] {
  const warnings = hazards.filter(({ severity }) => severity === "warning");
  const fatal = hazards.find(({ severity }) => severity === "error");
  const { status, reason, detail } =
    fatal === undefined || state.status === "down" ? state : { ...fatal, status: "down" as const };
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(warnings.length === 0
      ? {}
      : { warnings: warnings.map((each) => ({ reason: each.reason, detail: each.detail })) }),
  };
}

function indexState({ found = 1, ...state }: Probe<number>): ComponentState {
  if (state.status !== "ok") return state;
  const { status } = state;
  if (found === 1) return { status };
  const percent = Math.floor(found * 100);
  return {
    status: "degraded",
    detail: `Redis is filling the index (${percent} %): recall may miss memories.`,
  };
}

function upgradeState({ found, ...state }: Probe<UpgradeProgress>): ComponentState {
  if (state.status !== "ok" || found === undefined) return state;
  const { status } = state;
  // Without records, or before the first look at them, there is nothing to report.
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
  fault: EmbedderFault | undefined,
): Readiness["embedder"] {
  if (embedder === undefined || state === undefined) {
    return { status: "off", model: null, detail: "No embedder is configured: recall is by keyword only." };
  }
  if (state.status === "ok") return { status: "ok", model: embedder.model.id };
  return {
    status: "degraded",
    model: embedder.model.id,
    ...(fault === undefined ? {} : { reason: fault }),
    detail: `${fault === undefined ? "The embedder is unavailable." : EMBEDDER_FAULTS[fault]} Recall is by keyword only, and new memories are embedded later.`,
  };
}

/** The embedder may be well: which model the store uses can't be read. */
function modelUnread([model = null]: readonly (string | null)[], fault: StoreFault): Readiness["embedder"] {
  return {
    status: "degraded",
    model,
    reason: fault,
    detail: `${storeFault(fault).message} So it isn't known of which model the stored vectors are.`,
  };
}

/** Names the models while they differ, or the store changes from one to the other. */
function migratingState(
  state: Readiness["embedder"],
  { known, configured }: ReadinessOptions["models"],
): Readiness["embedder"] {
  const { active, migration } = known() ?? {};
  const [first] = configured;
  if (first === undefined || active === undefined) return state;
  const { detail, ...rest } = state;
  const said = detail === undefined ? "" : ` ${detail}`;
  const other = otherModel(migration);
  if (migration !== undefined && other !== undefined) {
    const reason = state.reason ?? "migrating";
    return {
      ...rest,
      status: "degraded",
      reason,
      detail: `The store changes its embedding model from ${migration.from} to ${migration.to} (${migration.status}). Recall uses ${active}.${said}`,
    };
  }
  if (active === first) return state;
  return {
    ...rest,
    detail: `The stored vectors are of the model ${active}; ${first} is configured. POST /v1/embedding-migrations changes the model.${said}`,
  };
}

function rerankerState(faultNow: ReadinessOptions["rerankerFault"]): ComponentState {
  if (faultNow === undefined) return { status: "off" };
  const fault = faultNow();
  if (fault === undefined) return { status: "ok" };
  return {
    status: "degraded",
    reason: fault,
    detail: `${RERANKER_FAULTS[fault]} Recalls keep the order of their own scores.`,
  };
}

/** An archive that is away never makes the service unready: what isn't moved stays in Redis. */
function archiveState(faults: readonly ("read" | "write")[] | undefined): ComponentState {
  if (faults === undefined) return { status: "off" };
  if (faults.length === 0) return { status: "ok" };
  const said = [
    ...(faults.includes("write")
      ? [
          "The archive can't be written to: old episodes stay in Redis, and what was deleted stays in the archive.",
        ]
      : []),
    ...(faults.includes("read") ? ["The archive can't be read: answers show excerpts."] : []),
  ];
  return { status: "degraded", reason: "archive_unavailable", detail: said.join(" ") };
}

/** Shown to strangers too: without paths, addresses and keys. The log has the rest. */
const EMBEDDER_FAULTS: Readonly<Record<EmbedderFault, string>> = {
  unreachable: "The embedding provider can't be reached.",
  timed_out: "The embedding provider doesn't answer in time.",
  key_rejected: "The embedding provider rejects the key (OPENAI_API_KEY).",
  model_unknown: "The embedding provider doesn't know the model or the path.",
  configuration_rejected: "The embedding provider rejects every call: check the model and its parameters.",
  quota_used_up: "The embedding provider's quota is used up.",
  rate_limited: "The embedding provider limits the rate.",
  provider_failed: "The embedding provider fails.",
  malformed_reply: "The embedding provider sends malformed replies.",
  wrong_dimensions:
    "The embedding provider sends vectors of other dimensions than MNEME_EMBEDDING_DIMENSIONS.",
  not_finite: "The embedding provider sends vectors that aren't finite numbers.",
  model_unusable:
    "The local model's files can't be used: they may be damaged. Delete them, and let npm start fetch them.",
  model_differs: "The model of the stored vectors isn't configured.",
  model_crashed: "The local model stopped unexpectedly. It is started again.",
  overloaded: "Too many texts wait for the local model.",
};

const RERANKER_FAULTS: Readonly<Record<RerankerFault, string>> = {
  unreachable: "The reranker can't be reached.",
  timed_out: "The reranker doesn't answer in time.",
  key_rejected: "The reranker rejects the key (MNEME_RERANKER_API_KEY).",
  model_unknown: "The reranker doesn't know the model or the path.",
  configuration_rejected: "The reranker rejects calls: check MNEME_RERANKER_FORMAT and the model.",
  rate_limited: "The reranker limits the rate.",
  provider_failed: "The reranker fails.",
  malformed_reply: "The reranker sends malformed replies.",
  model_unusable: "The reranker's files can't be used: they may be damaged, or of another kind of model.",
  model_crashed: "The local reranker stopped unexpectedly. It is started again.",
  overloaded: "Too many recalls wait for the reranker.",
};
