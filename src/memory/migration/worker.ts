import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../../domain/errors.js";
import { takeLease } from "../../domain/lease.js";
import type { Lease } from "../../domain/lease.js";
import type { SweepingOptions } from "../../domain/sweeper.js";
import { EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { EmbeddingMigration, MigrationProgress } from "../model/embedding-migration.js";
import { MODELS_KNOWN_MS } from "../ports/embedding-models.js";
import type { AskedQuery, StoredText } from "../ports/migration.js";
import { beginningOf, compareModels } from "./compare.js";
import { fill, needs } from "./fill.js";
import type { MigrationServices } from "./services.js";
import { walkAll } from "./walk.js";
import type { WalkOptions } from "./walk.js";
import { activeIn, stepped } from "./step.js";

export interface MigrationWorkerOptions extends Omit<SweepingOptions, "locks"> {
  readonly services: MigrationServices;
}

const IDLE_MS = 1_000;
const FAILED_MS = 5_000;
/** Texts from which the comparison takes queries. */
const BEGINNINGS = 50;

const WORKING = new Set<EmbeddingMigration["status"]>(["filling", "comparing", "finishing", "cancelling"]);

/** Another process has taken over, or an operator has changed the migration. */
class Superseded extends Error {
  override readonly name = "Superseded";
}

/** Does the work of a migration in the background, in one process at a time. */
export function startMigrationWorker({ services, now, onError }: MigrationWorkerOptions) {
  const { store, models, locks } = services;
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
  const beginnings: AskedQuery[] = [];

  /** Notes what has been done, unless somebody has taken the migration elsewhere. */
  async function note(
    migration: EmbeddingMigration,
    change: (current: EmbeddingMigration) => EmbeddingMigration,
  ): Promise<void> {
    for (;;) {
      const current = await models.read();
      const found = current.migration;
      if (found?.id !== migration.id || found.status !== migration.status) throw new Superseded();
      const next = change(found);
      if (await models.change(current, { active: activeIn(next), migration: next })) return;
    }
  }

  const noteProgress = (migration: EmbeddingMigration, progress: MigrationProgress) =>
    note(migration, (current) => ({ ...current, progress }));

  const noteStatus = (migration: EmbeddingMigration, status: EmbeddingMigration["status"]) =>
    note(migration, (current) => stepped(current, status, now()).migration);

  const walk = (
    migration: EmbeddingMigration,
    part: Pick<WalkOptions, "isDue" | "change">,
    goesOn: () => void,
  ) =>
    walkAll({
      ...part,
      store,
      from: migration.progress,
      rate: migration.rate,
      note: (progress) => noteProgress(migration, progress),
      onPage: (texts) => {
        if (beginnings.length < BEGINNINGS) beginnings.push(...sampleOf(texts));
      },
      goesOn,
      pause,
    });

  async function work(migration: EmbeddingMigration, goesOn: () => void): Promise<void> {
    // Until then, a process may write as if there were no such migration.
    if (now() - migration.since < MODELS_KNOWN_MS && migration.status !== "comparing") return;
    if (migration.status === "filling") {
      const bulk = services.embedderOf(migration.to)?.bulk;
      if (bulk === undefined) return;
      await services.ensureIndexes();
      const isDue = (text: StoredText) => needs(text, migration.to);
      await walk(migration, { isDue, change: (texts) => fill(services, bulk, texts) }, goesOn);
      await noteStatus(migration, "comparing");
      return;
    }
    if (migration.status === "comparing") {
      if (services.embedderOf(migration.to) === undefined) return;
      if (beginnings.length === 0) beginnings.push(...sampleOf((await store.page("0")).texts));
      const report = await compareModels(services, migration, beginnings, () => !stopping.signal.aborted);
      goesOn();
      const status = migration.switches === "when_ready" ? "switched" : "ready";
      await note(migration, (current) => stepped({ ...current, report }, status, now()).migration);
      return;
    }
    const kept = migration.status === "finishing" ? migration.to : migration.from;
    await store.dropVectorIndex(migration.status === "finishing" ? migration.from : migration.to);
    const settle = async (texts: readonly StoredText[]) => {
      const settled = await Promise.all(texts.map((text) => store.settleModel(text, kept)));
      return settled.reduce((sum, each) => sum + each, 0);
    };
    // With a memory go its old versions.
    const isDue = ({ old, embedding, also }: StoredText) =>
      !old && (also !== undefined || (embedding.model !== null && embedding.model !== kept));
    await walk(migration, { isDue, change: settle }, goesOn);
    await noteStatus(migration, migration.status === "finishing" ? "finished" : "cancelled");
  }

  async function workWith(migration: EmbeddingMigration, lease: Lease): Promise<void> {
    const goesOn = (): void => {
      if (!lease.held() || stopping.signal.aborted) throw new Superseded();
    };
    try {
      await work(migration, goesOn);
    } catch (error) {
      if (error instanceof Superseded) return;
      if (!(error instanceof EmbeddingUnavailable)) throw error;
      const waiting = error.fault ?? "unavailable";
      await note(migration, (current) => ({
        ...current,
        progress: { ...current.progress, waiting },
      })).catch(() => {});
      await pause(FAILED_MS);
    }
  }

  async function forever(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const migration = models.known()?.migration;
        if (migration === undefined || !WORKING.has(migration.status)) beginnings.length = 0;
        else {
          const lease = await takeLease(locks, "embedding-migration");
          if (lease !== undefined) {
            try {
              const current = (await models.read()).migration;
              if (current !== undefined && WORKING.has(current.status)) await workWith(current, lease);
            } finally {
              await lease.end();
            }
          }
        }
        await pause(IDLE_MS);
      } catch (error) {
        // Redis is away: readiness says so already.
        if (!(error instanceof DomainError && error.retryAfterSeconds !== undefined)) onError(error);
        await pause(FAILED_MS);
      }
    }
  }

  const running = forever();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function sampleOf(texts: readonly StoredText[]): AskedQuery[] {
  return texts
    .filter(({ old, content }) => !old && content !== "")
    .slice(0, BEGINNINGS)
    .map(({ namespace, content }) => beginningOf(namespace, content));
}
