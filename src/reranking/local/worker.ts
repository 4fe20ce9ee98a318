/** The thread of a cross-encoder: it reads the query together with each text, and gives one number. */
import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";

import { openWeights } from "../../embeddings/local/open-weights.js";
import type { ModelOptions } from "../../embeddings/local/protocol.js";
import { serveWorker } from "../../embeddings/local/serve-worker.js";
import { createWordPiece } from "../../embeddings/local/wordpiece.js";
import type { WordPieceFile } from "../../embeddings/local/wordpiece.js";

/** Tokens that BERT reads at once. */
const WINDOW = 512;

await serveWorker(parentPort, async (options: ModelOptions) => {
  const tokenizer = createWordPiece(parseTokenizer(await readFile(options.tokenizerFile, "utf8")));
  const { run, close } = await openWeights(options);
  const judge = async (query: string, text: string): Promise<number> => {
    const { ids, parts } = tokenizer.encodePair(query, text, WINDOW);
    const logits = await run(ids, parts);
    const [logit] = logits;
    if (logits.length !== 1 || logit === undefined || !Number.isFinite(logit))
      throw new Error("the model doesn't give one finite number a pair");
    return 1 / (1 + Math.exp(-logit));
  };
  await judge("trial", "trial");
  return {
    close,
    async answer(request) {
      if (request.kind !== "judge") throw new Error("this model judges");
      return { kind: "score", score: await judge(request.query, request.text) };
    },
  };
});

/** Its use checks what the file holds. */
function parseTokenizer(json: string): WordPieceFile {
  return JSON.parse(json) as WordPieceFile;
}
