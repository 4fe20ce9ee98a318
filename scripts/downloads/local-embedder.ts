import type { Env } from "../shell/env.js";
import { embedsLocally, needsModel, provideModel } from "./local-model.js";
import { provideRuntime } from "./local-runtime.js";

/** The settings by which a service finds the model and the runtime, if it is to embed by itself; both are fetched once. */
export async function provideLocalEmbedder(env: Env): Promise<Readonly<Record<string, string>>> {
  if (!embedsLocally(env)) return {};
  const model = needsModel(env) ? { MNEME_MODEL_DIR: await provideModel(env) } : {};
  return { ...model, ...(await provideRuntime(env)) };
}
