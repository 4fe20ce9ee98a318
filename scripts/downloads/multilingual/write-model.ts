import { encoderGraph } from "./encoder-graph.js";
import { writeOnnx } from "./onnx.js";
import { readPackedModel } from "./packed-model.js";

/** The files of a model folder. */
export interface ModelFiles {
  readonly "model.onnx": Uint8Array;
  readonly "tokenizer.json": Uint8Array;
}

/** Writes a packed model as the two files that the service loads. The same bytes for the same input, everywhere. */
export function writeModel(packed: Uint8Array): ModelFiles {
  const model = readPackedModel(packed);
  const { pieces, unknown } = model.vocabulary;
  const tokenizer = { model: { type: "Unigram", unk_id: unknown, vocab: pieces } };
  return {
    "model.onnx": writeOnnx(encoderGraph(model)),
    "tokenizer.json": Buffer.from(JSON.stringify(tokenizer)),
  };
}
