import { writeMessage } from "./protobuf.js";
import type { Field, Message } from "./protobuf.js";

/** Numbers of ONNX's TensorProto.DataType. */
export const TYPE = { float32: 1, int8: 3, int64: 7, float16: 10, int4: 22 } as const;
export type ElementType = keyof typeof TYPE;

/** Operators of ONNX Runtime's own. */
const RUNTIME_DOMAIN = "com.microsoft";
const RUNTIME_OPERATORS = new Set([
  "DynamicQuantizeMatMul",
  "GatherBlockQuantized",
  "MultiHeadAttention",
  "SkipLayerNormalization",
]);
const OPERATOR_SET = 21;
/** The version of the file format that knows int4. */
const FORMAT = 10;

export interface Node {
  readonly operator: string;
  /** Names; "": an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
}

export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian; of int4, the first of two is in the low half of a byte. */
  readonly data: Uint8Array;
}

export interface Value {
  readonly name: string;
  readonly type: ElementType;
  /** A name stands for a size that differs from run to run. */
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** The file of a model: ONNX's ModelProto. */
export function writeOnnx(graph: Graph): Uint8Array {
  return writeMessage([
    [1, FORMAT],
    [2, "mneme"],
    [
      7,
      [
        ...graph.nodes.map((node): Field => [1, nodeOf(node)]),
        [2, graph.name],
        ...graph.initializers.map((tensor): Field => [5, tensorOf(tensor)]),
        ...graph.inputs.map((value): Field => [11, valueOf(value)]),
        ...graph.outputs.map((value): Field => [12, valueOf(value)]),
      ],
    ],
    [
      8,
      [
        [1, ""],
        [2, OPERATOR_SET],
      ],
    ],
    [
      8,
      [
        [1, RUNTIME_DOMAIN],
        [2, 1],
      ],
    ],
  ]);
}

function nodeOf({ operator, inputs, outputs, integers = {}, floats = {} }: Node): Message {
  const attribute = (name: string, value: Field, type: number): Field => [5, [[1, name], value, [20, type]]];
  return [
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, operator],
    ...Object.entries(integers).map(([name, value]) => attribute(name, [3, value], 2)),
    ...Object.entries(floats).map(([name, value]) => attribute(name, [2, { float32: value }], 1)),
    ...(RUNTIME_OPERATORS.has(operator) ? [[7, RUNTIME_DOMAIN] as const] : []),
  ];
}

function tensorOf({ name, type, shape, data }: Initializer): Message {
  return [...shape.map((size): Field => [1, size]), [2, TYPE[type]], [8, name], [9, data]];
}

function valueOf({ name, type, shape }: Value): Message {
  const dimensions = shape.map((size): Field => [1, typeof size === "number" ? [[1, size]] : [[2, size]]]);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, TYPE[type]],
            [2, dimensions],
          ],
        ],
      ],
    ],
  ];
}
