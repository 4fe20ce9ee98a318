import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { createInference, LANE } from "../../src/embeddings/local/inference.js";
import type { Inference } from "../../src/embeddings/local/inference.js";
import type { Request } from "../../src/embeddings/local/protocol.js";

const embed = (text: string): Request => ({ kind: "embed", text });
const isReady = (inference: Inference) =>
  inference.ready().then(
    () => true,
    () => false,
  );

describe("createInference with a worker that crashes", () => {
  let inference: Inference;
  beforeEach(() => {
    inference = createInference({
      script: new URL("./crashing-worker.mjs", import.meta.url),
      worker: {
        modelFile: "m",
        tokenizerFile: "t",
        tokenizer: "WordPiece",
        runtimeDir: undefined,
        dimensions: 1,
        threads: 1,
      },
      maxQueuedCalls: 10,
      maxBackoffMs: 500,
    });
  });
  afterEach(() => inference.close());

  test("rejects what it held, without its text, and starts it again", async () => {
    const calls = await Promise.allSettled([
      inference.run(LANE.query, [embed("crash")]),
      inference.run(LANE.passage, [embed("waits")]),
    ]);
    for (const call of calls) {
      expect(call).toMatchObject({ status: "rejected", reason: { name: "EmbeddingUnavailable" } });
      expect(String(call.status === "rejected" && call.reason)).not.toContain("confidential");
    }
    await expect.poll(() => isReady(inference)).toBe(true);
    expect(await inference.run(LANE.query, [embed("again")])).toHaveLength(1);
  });

  test("pauses longer when it keeps crashing, and rejects at once in between", async () => {
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => isReady(inference)).toBe(true);
      await expect(inference.run(LANE.query, [embed("crash")])).rejects.toThrow("down");
    }
    const started = performance.now();
    await expect(inference.run(LANE.query, [embed("q")])).rejects.toThrow("down");
    expect(await isReady(inference)).toBe(false);
    await expect.poll(() => isReady(inference)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(300);
  });

  test("rejects what is too much, and takes back what was aborted", async () => {
    const stuck = inference.run(LANE.query, [embed("hang")]);
    const ended = expect(stuck).rejects.toThrow("closed");
    await inference.ready();
    const controller = new AbortController();
    const waiting = Array.from({ length: 10 }, () =>
      inference.run(LANE.passage, [embed("p")], controller.signal),
    );
    await expect(inference.run(LANE.passage, [embed("one more")])).rejects.toThrow("too many");
    // An import that fills its lane doesn't keep out a query, which waits for the one that hangs.
    const query = expect(inference.run(LANE.query, [embed("q")])).rejects.toThrow("closed");
    controller.abort(new Error("gone"));
    for (const call of await Promise.allSettled(waiting))
      expect(call).toMatchObject({ reason: { message: "gone" } });
    await inference.close();
    await Promise.all([ended, query]);
  });
});
