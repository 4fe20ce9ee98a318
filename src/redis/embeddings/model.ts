import { setTimeout as sleep } from "node:timers/promises";
import type { EmbeddingMigration } from "../../memory/model/embedding-migration.js";
import { MODELS_KNOWN_MS } from "../../memory/ports/embedding-models.js";
import type { ModelStore, ModelsInUse } from "../../memory/ports/embedding-models.js";
import { parseStored } from "../codec/document.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import type { Keys } from "../keys.js";

const EVERY_MS = 500;
const FIELDS = ["embedding_model", "embedding_migration"];

export interface WatchedModels extends ModelStore {
  /** Claims an empty store for the configured model; the first to come decides, also when two services start at once. */
  claim(client: RoutedClient): Promise<void>;
  /** Reads it again and again from here on. */
  watch(): { stop(): Promise<void> };
}

/** `heard` is told with each reading which models the store uses. */
export function createModelStore(
  redis: RedisGateway,
  keys: Keys,
  configured: string | undefined,
  heard: (models: ModelsInUse) => void = () => {},
): WatchedModels {
  let latest: { readonly models: ModelsInUse; readonly at: number } | undefined;

  async function readFrom(client: RoutedClient): Promise<ModelsInUse> {
    // From the time of asking: what is answered later may have changed since.
    const at = performance.now();
    const [active, json] = await client.hmGet(keys.meta(), FIELDS);
    const models = {
      active: active ?? undefined,
      migration: json == null ? undefined : parseStored<EmbeddingMigration>(json),
    };
    latest = { models, at };
    heard(models);
    return models;
  }

  async function claim(client: RoutedClient): Promise<void> {
    const { active } = await readFrom(client);
    // Only if there is none: a Redis without memory for writes still serves what it has.
    if (active !== undefined || configured === undefined) return;
    await client.hSetNX(keys.meta(), "embedding_model", configured);
    await readFrom(client);
  }

  const read = (): Promise<ModelsInUse> => redis.run(readFrom);

  return {
    claim,
    read,
    known: () =>
      latest !== undefined && performance.now() - latest.at < MODELS_KNOWN_MS ? latest.models : undefined,
    async change(from, { active, migration }) {
      const args = [
        from.migration === undefined ? "" : JSON.stringify(from.migration),
        JSON.stringify(migration),
        from.active ?? "",
        active,
      ];
      const done = await redis.run((client) => client.changeModel([keys.meta()], args));
      await read();
      return done === 1;
    },
    watch() {
      const stopping = new AbortController();
      const { signal } = stopping;
      const forever = (async () => {
        while (!signal.aborted) {
          await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
          // Without Redis, nothing is searched or written either.
          if (!signal.aborted) await redis.run(claim).catch(() => {});
        }
      })();
      return {
        async stop() {
          stopping.abort();
          await forever;
        },
      };
    },
  };
}
