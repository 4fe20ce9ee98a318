import { otherLocalModel } from "../../src/embeddings/local-models.js";
import type { Env } from "../shell/env.js";
import { embedsLocally, embedsWithBothModels, localModel, needsModel, provideModel } from "./local-model.js";
import { provideRuntime } from "./local-runtime.js";

/**
 * The settings by which a service finds its models and the runtime, if it is to embed by itself or has a reranker of its
 * own; all are fetched once.
 */
export async function provideLocalEmbedder(env: Env): Promise<Readonly<Record<string, string>>> {
  if (!embedsLocally(env)) return env["MNEME_RERANKER_DIR"] ? provideRuntime(env) : {};
  const model = needsModel(env) ? { MNEME_MODEL_DIR: await provideModel(env) } : {};
  return { ...model, ...(await provideSecondModel(env)), ...(await provideRuntime(env)) };
}

async function provideSecondModel(env: Env): Promise<Readonly<Record<string, string>>> {
  if (!embedsWithBothModels(env) || env["MNEME_EMBEDDING_SECOND_MODEL_DIR"]) return {};
  const folder = await provideModel(env, {}, otherLocalModel(localModel(env)));
  return { MNEME_EMBEDDING_SECOND_MODEL_DIR: folder };
}
