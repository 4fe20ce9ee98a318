import { existsSync } from "node:fs";
import type { Config, EmbeddingConfig } from "../../src/config.js";
import { createEmbedder } from "../../src/embeddings/index.js";
import { cachedModel } from "../downloads/local-model.js";
import { presentRuntime } from "../downloads/local-runtime.js";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import { ok, problem, warning } from "./finding.js";
import type { Finding } from "./finding.js";
import { storedModel } from "./stored-model.js";

const EMBEDS_WITHIN_MS = 30_000;

/** Whether what is configured really embeds a text, and is the model of the stored vectors. */
export async function* checkEmbedder(env: Env, config: Config): AsyncGenerator<Finding> {
  const ids: (string | undefined)[] = [];
  for (const embedding of [config.embedding, config.secondEmbedding]) {
    if (embedding?.provider === "none") {
      yield warning("embedder", "MNEME_EMBEDDER is none: recall finds words only, not meanings.");
    } else if (embedding !== undefined) {
      const { finding, id } = await tried(env, embedding);
      ids.push(id);
      yield finding;
    }
  }
  // The id of a model that isn't downloaded yet isn't known.
  if (ids.length === 0 || ids.includes(undefined)) return;
  const stored = await storedModel(env, config);
  if (stored === undefined || ids.includes(stored)) return;
  yield warning(
    "embedder",
    `The stored vectors are of the model ${stored}, but ${ids.join(" and ")} is configured: recall finds words only. Configure the model of the vectors, or change them: npx mneme migrate.`,
  );
}

interface Trial {
  readonly finding: Finding;
  readonly id?: string;
}

async function tried(env: Env, config: Exclude<EmbeddingConfig, { provider: "none" }>): Promise<Trial> {
  const where = config.provider === "local" ? located(env, config) : {};
  if (where === undefined) {
    return {
      finding: ok("embedder", "The local model isn't downloaded yet: `mneme start` does that, once."),
    };
  }
  const embedder = createEmbedder({ ...config, ...where });
  if (embedder === undefined) return { finding: ok("embedder", "There is no embedder.") };
  const { id } = embedder.model;
  const signal = AbortSignal.timeout(EMBEDS_WITHIN_MS);
  const started = performance.now();
  try {
    await embedder.ready(signal);
    await embedder.embedQuery("trial", signal);
    const took = Math.ceil(performance.now() - started);
    return { finding: ok("embedder", `${id} (${config.provider}) embeds, after ${took} ms.`), id };
  } catch (error) {
    return { finding: problem("embedder", `${messageOf(error)}. ${wayOut(config.provider)}`), id };
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
