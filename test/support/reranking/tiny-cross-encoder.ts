import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A cross-encoder in ONNX, made here byte by byte: its logit is the number of pairs of equal tokens, one in the query and
 * one in the text (the last `[SEP]` of both counts one). So it can be told whether the query and the text reach it
 * together, in their parts, whole.
 */
export function writeTinyCrossEncoder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), model());
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer()));
  return folder;
}

const WORDS = "harbour boats night storm lights the was closed a week trial".split(" ");

function tokenizer(): object {
  const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...WORDS];
  return {
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordPiece",
      vocab: Object.fromEntries(vocab.map((word, id) => [word, id])),
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
    },
  };
}

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

/** Fields of a protobuf message: https://protobuf.dev/programming-guides/encoding, https://onnx.ai/onnx/repo-docs/IR.html */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number): Buffer =>
  Buffer.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(value.length)]), value]);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

function node(op: string, inputs: readonly string[], output: string, castTo?: number): Buffer {
  const attribute =
    castTo === undefined ? [] : [bytes(5, Buffer.concat([text(1, "to"), number(3, castTo), number(20, 2)]))];
  return bytes(
    1,
    Buffer.concat([...inputs.map((input) => text(1, input)), text(2, output), text(4, op), ...attribute]),
  );
}

/** `dimensions`: names stand for any size. */
function variable(
  field: number,
  name: string,
  type: number,
  dimensions: readonly (number | string)[],
): Buffer {
  const shape = dimensions.map((each) =>
    bytes(1, typeof each === "number" ? number(1, each) : text(2, each)),
  );
  const tensor = Buffer.concat([number(1, type), bytes(2, Buffer.concat(shape))]);
  return bytes(field, Buffer.concat([text(1, name), bytes(2, bytes(1, tensor))]));
}

function model(): Buffer {
  const inputs = ["input_ids", "attention_mask", "token_type_ids"];
  const graph = Buffer.concat([
    node("Transpose", ["input_ids"], "column"),
    node("Equal", ["input_ids", "column"], "equal"),
    node("Cast", ["equal"], "pairs", FLOAT),
    node("Cast", ["token_type_ids"], "in_text", FLOAT),
    node("Cast", ["token_type_ids"], "type", BOOL),
    node("Not", ["type"], "other"),
    node("Cast", ["other"], "in_query_row", FLOAT),
    node("Transpose", ["in_query_row"], "in_query"),
    node("Mul", ["pairs", "in_text"], "of_text"),
    node("Mul", ["of_text", "in_query"], "across"),
    node("ReduceSum", ["across"], "logits"),
    text(2, "tiny"),
    ...inputs.map((name) => variable(11, name, INT64, ["batch", "tokens"])),
    variable(12, "logits", FLOAT, [1, 1]),
  ]);
  const opset = bytes(8, Buffer.concat([text(1, ""), number(2, 13)]));
  return Buffer.concat([number(1, 8), text(2, "mneme tests"), bytes(7, graph), opset]);
}
