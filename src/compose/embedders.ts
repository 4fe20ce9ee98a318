import type { Logger } from "pino";
import { absentEmbedder } from "../embeddings/absent.js";
import { createCalibrates } from "../embeddings/calibration.js";
import type { Calibrate } from "../embeddings/calibration.js";
import type { Embedder, EmbedderFault } from "../embeddings/embedder.js";
import type { Config, EmbeddingConfig } from "../config.js";
import type { Metrics } from "../http/metrics.js";
import { otherModel } from "../memory/model/embedding-migration.js";
import { createModelStore } from "../redis/embeddings/model.js";
import type { WatchedModels } from "../redis/embeddings/model.js";
import { embedderOf } from "./embedder.js";
import { createFaultHealth } from "./fault-health.js";
import type { Redis } from "./redis.js";

/** The models that this process embeds with, and which of them the store uses. */
export interface Embedders {
  /** Embeds with the model in use, and says which other one the store gets vectors of; undefined: nothing embeds. */
  active(): Embedder | undefined;
  /** Known here by this id; undefined: none is. `bulk` asks no cache: what it embeds is not asked again. */
  of(model: string): { readonly embedder: Embedder; readonly bulk: Embedder } | undefined;
  /** Ids of the models that are configured, the first one first. */
  readonly configured: readonly string[];
  readonly models: WatchedModels;
  readonly calibrate: Calibrate;
  /** What is wrong with the model in use. */
  fault(): EmbedderFault | undefined;
  /** What embeds, in words for a person. */
  describe(): string;
}

/** `opens` hears of each that must be closed, also if a later one throws. */
export function createEmbedders(
  config: Config,
  redis: Redis,
  metrics: Pick<Metrics, "embedding">,
  logger: Logger,
  now: () => number,
  opens: (embedder: Embedder) => void,
): Embedders {
  const wanted = [config.embedding, config.secondEmbedding].filter(
    (each): each is EmbeddingConfig => each !== undefined,
  );
  const members = wanted.flatMap((each) => {
    const health = createFaultHealth<EmbedderFault>(logger, {
      fails: "No text can be embedded",
      works: "The embedder works again",
    });
    const made = embedderOf(config, each, redis, metrics, health.tell);
    if (made === undefined) return [];
    opens(made.embedder);
    return [{ ...made, fault: health.current }];
  });
  const byModel = new Map(members.map((each) => [each.embedder.model.id, each]));
  const [first] = members;
  const differs = createFaultHealth<EmbedderFault>(logger, {
    fails: "Recall finds words only, and new memories get no vectors",
    works: "The model of the stored vectors is a configured one again",
  });
  const models = createModelStore(redis.gateway, redis.keys, first?.embedder.model.id, ({ active }) =>
    differs.tell(
      first === undefined || active === undefined || byModel.has(active)
        ? undefined
        : { message: modelDiffers(active, first.embedder.model.id), fault: "model_differs" },
    ),
  );
  const absent = new Map<string, Embedder>();

  function memberOrAbsent(id: string): Embedder {
    const found = byModel.get(id)?.embedder ?? absent.get(id) ?? absentEmbedder(id);
    if (!byModel.has(id)) absent.set(id, found);
    return found;
  }

  return {
    active() {
      if (first === undefined) return undefined;
      const known = models.known();
      // Which model is in use isn't known any more: nothing is embedded until it is.
      if (known === undefined) return absentEmbedder(first.embedder.model.id);
      const id = known.active ?? first.embedder.model.id;
      const other = otherModel(known.migration);
      const embedder = memberOrAbsent(id);
      return other === undefined ? embedder : { ...embedder, also: memberOrAbsent(other) };
    },
    of: (model) => byModel.get(model),
    configured: [...byModel.keys()],
    models,
    calibrate: createCalibrates(
      members.map(({ embedder }) => embedder),
      now,
    ),
    fault() {
      const id = models.known()?.active;
      if (id === undefined || first === undefined) return first?.fault();
      return byModel.has(id) ? byModel.get(id)?.fault() : "model_differs";
    },
    describe() {
      if (first === undefined) return "none (keyword only)";
      const { id } = first.embedder.model;
      const active = models.known()?.active ?? id;
      const used = byModel.get(active);
      return used === undefined
        ? `none (keyword only: ${modelDiffers(active, id)})`
        : `${active} (${used.embedder.model.provider})`;
    },
  };
}

const modelDiffers = (stored: string, configured: string): string =>
  `the stored vectors are of the model ${stored}, but ${configured} is configured`;
