import { existsSync } from "node:fs";
import type { Config, EmbeddingConfig } from "../../src/config.js";
import { createEmbedder } from "../../src/embeddings/index.js";
import { cachedModel } from "../downloads/local-model.js";
import { presentRuntime } from "../downloads/local-runtime.js";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import { ok, problem, warning } from "./finding.js";
import type { Finding } from "./finding.js";

const EMBEDS_WITHIN_MS = 30_000;

/** Whether what is configured really embeds a text. */
export async function* checkEmbedder(env: Env, config: Config): AsyncGenerator<Finding> {
  for (const embedding of [config.embedding, config.secondEmbedding]) {
    if (embedding !== undefined) yield await tried(env, embedding);
  }
}

async function tried(env: Env, config: EmbeddingConfig): Promise<Finding> {
  if (config.provider === "none") {
    return warning("embedder", "MNEME_EMBEDDER is none: recall finds words only, not meanings.");
  }
  const where = config.provider === "local" ? located(env, config) : {};
  if (where === undefined) {
    return ok("embedder", "The local model isn't downloaded yet: `mneme start` does that, once.");
  }
  const embedder = createEmbedder({ ...config, ...where });
  if (embedder === undefined) return ok("embedder", "There is no embedder.");
  const signal = AbortSignal.timeout(EMBEDS_WITHIN_MS);
  const started = performance.now();
  try {
    await embedder.ready(signal);
    await embedder.embedQuery("trial", signal);
    const { id } = embedder.model;
    return ok(
      "embedder",
      `${id} (${config.provider}) embeds, after ${Math.ceil(performance.now() - started)} ms.`,
    );
  } catch (error) {
    return problem("embedder", `${messageOf(error)}. ${wayOut(config.provider)}`);
  } finally {
    await embedder.close();
  }
}

/** Where ONNX Runtime is; undefined: the model or the runtime will be downloaded. */
function located(env: Env, { model, modelDir }: LocalConfig): { runtimeDir?: string } | undefined {
  const runtime = presentRuntime(env);
  const isOurs = modelDir === cachedModel(env, model);
  if (runtime === undefined || (isOurs && !existsSync(modelDir))) return undefined;
  return runtime === "" ? {} : { runtimeDir: runtime };
}

type LocalConfig = Extract<EmbeddingConfig, { provider: "local" }>;

const wayOut = (provider: "local" | "openai"): string =>
  provider === "local"
    ? "Remove the folder, so that the model is downloaded again, or set MNEME_MODEL_DIR to one with model.onnx and tokenizer.json."
    : "Check OPENAI_API_KEY, OPENAI_BASE_URL and MNEME_EMBEDDING_MODEL.";
