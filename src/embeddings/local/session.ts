import { readFile } from "node:fs/promises";

import { normalise } from "../vectors.js";
import { openWeights } from "./open-weights.js";
import type { WorkerOptions } from "./protocol.js";
import type { Tokenizer } from "./tokenizer.js";
import { createUnigram } from "./unigram.js";
import type { UnigramFile } from "./unigram.js";
import { createWordPiece } from "./wordpiece.js";
import type { WordPieceFile } from "./wordpiece.js";

/** Tokens that each of the models reads at once, its first and last included. */
export const WINDOW = 512;

export interface Session {
  readonly tokenizer: Tokenizer;
  embed(text: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Loads tokeniser and weights, and embeds one text as a trial. */
export async function openSession(options: WorkerOptions): Promise<Session> {
  const tokenizer = createTokenizer(await readFile(options.tokenizerFile, "utf8"), options);
  const { run, close } = await openWeights(options);

  // One text at a time: the vectors of an int8 model depend a little on what else is in the batch.
  async function embed(text: string): Promise<Float32Array> {
    const ids = tokenizer.encode(text, WINDOW);
    const states = await run(ids);
    if (states.length !== ids.length * options.dimensions) {
      throw new Error(`the model doesn't give ${options.dimensions} float32 a token`);
    }
    const vector = sumOfRows(states, options.dimensions);
    if (!normalise(vector)) throw new Error("the model gave a vector without direction");
    return vector;
  }

  await embed("query: trial");
  return { tokenizer, embed, close };
}

/** Mean pooling up to a factor, which the normalisation after it takes out. */
function sumOfRows(states: Float32Array, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions);
  for (let at = 0; at < states.length; at++) {
    const column = at % dimensions;
    sum[column] = (sum[column] ?? 0) + (states[at] ?? 0);
  }
  return sum;
}

function createTokenizer(json: string, { tokenizer }: Pick<WorkerOptions, "tokenizer">): Tokenizer {
  const file = parseTokenizer(json);
  if (file.model.type !== tokenizer) {
    throw new Error(
      `its tokenizer is ${file.model.type}, not ${tokenizer}: MNEME_LOCAL_MODEL is another model`,
    );
  }
  return isUnigram(file) ? createUnigram(file) : createWordPiece(file);
}

const isUnigram = (file: TokenizerFile): file is UnigramFile => file.model.type === "Unigram";

type TokenizerFile = UnigramFile | WordPieceFile;

/** The file is one of the model's own, checked by digest when it was fetched; its use checks the rest. */
function parseTokenizer(json: string): TokenizerFile {
  return JSON.parse(json) as TokenizerFile;
}
