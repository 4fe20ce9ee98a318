import type { InferenceSession, Tensor } from "onnxruntime-node";

import type { ModelOptions } from "./protocol.js";
import { loadRuntime } from "./runtime.js";

export interface Weights {
  /** The first output for one text, which is never padded. `parts`: of each token, 0 or 1; undefined: all 0. */
  run(ids: readonly number[], parts?: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Loads a model's weights. Session options, measured with 2 cores and sequences of 10 to 512 tokens: without memory
 * patterns, because one is kept per length (365 MB instead of 215); with the arena, because long texts take twice as
 * long without it; one thread, because the second gains nothing next to a busy Redis.
 */
export async function openWeights(options: ModelOptions): Promise<Weights> {
  const runtime = loadRuntime(options.runtimeDir);
  const session: InferenceSession = await runtime.InferenceSession.create(options.modelFile, {
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    enableMemPattern: false,
  });
  const row = (values: BigInt64Array): Tensor => new runtime.Tensor("int64", values, [1, values.length]);
  const output = session.outputNames[0] ?? "last_hidden_state";
  return {
    async run(ids, parts) {
      const types = parts === undefined ? new BigInt64Array(ids.length) : BigInt64Array.from(parts, BigInt);
      const inputs: Record<string, Tensor> = {
        input_ids: row(BigInt64Array.from(ids, BigInt)),
        // A batch of one, so nothing is padding: the attention mask is all ones.
        attention_mask: row(new BigInt64Array(ids.length).fill(1n)),
        token_type_ids: row(types),
      };
      const results = await session.run(
        Object.fromEntries(Object.entries(inputs).filter(([name]) => session.inputNames.includes(name))),
      );
      const values = results[output]?.data;
      if (!(values instanceof Float32Array)) throw new Error("the model doesn't give float32");
      return values;
    },
    close: () => session.release(),
  };
}
