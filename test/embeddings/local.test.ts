import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import type { Embedder } from "../../src/embeddings/embedder.js";
import { embedderContract, expectUnit } from "../support/embeddings/contract.js";
import { embeddings } from "../support/service/built.js";
import { memoryCache } from "../support/embeddings/fakes.js";

const { createEmbedder, createLocalEmbedder } = embeddings;
const modelDir = inject("modelDir");

embedderContract("local", async () => createLocalEmbedder({ modelDir }), { isReal: true });
embedderContract(
  "local with cache",
  async () => {
    const embedder = createEmbedder({ provider: "local", modelDir, cache: memoryCache() });
    if (embedder === undefined) throw new Error("expected an embedder");
    return embedder;
  },
  { isReal: true },
);

test("no provider, no embedder", () => {
  expect(createEmbedder({ provider: "none" })).toBeUndefined();
});

describe("createLocalEmbedder", () => {
  let embedder: Embedder;
  beforeAll(() => {
    embedder = createLocalEmbedder({ modelDir });
  });
  afterAll(() => embedder.close());

  test("answers queries before the passages that wait", async () => {
    const order: string[] = [];
    const ingest = embedder
      .embedPassages(Array.from({ length: 40 }, (_, i) => `passage ${i} `.repeat(10)))
      .then(() => order.push("ingest"));
    await embedder.embedQuery("a query").then(() => order.push("query"));
    await ingest;
    expect(order).toEqual(["query", "ingest"]);
  });

  test("lets a short write overtake a long ingest", async () => {
    const order: string[] = [];
    const ingest = embedder
      .embedPassages(Array.from({ length: 40 }, (_, i) => `passage ${i} `.repeat(10)))
      .then(() => order.push("ingest"));
    await embedder.embedPassages(["a note"]).then(() => order.push("note"));
    await ingest;
    expect(order).toEqual(["note", "ingest"]);
  });

  test("keeps the event loop free", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await embedder.embedPassages(["many words ".repeat(300), "many others ".repeat(300)]);
    clearInterval(timer);
    // Two texts of a window each: on this thread, the loop would turn but once between them.
    expect(turns).toBeGreaterThan(10);
  });

  test("reads no more than the window", async () => {
    const long = "word ".repeat(2_000);
    const [one, other] = await embedder.embedPassages([`${long} apples`, `${long} pears`]);
    expect(one).toEqual(other);
  });

  test("rejects what is too much to hold", async () => {
    const small = createLocalEmbedder({ modelDir, maxQueuedCalls: 2 });
    const calls = await Promise.allSettled(["a", "b", "c", "d"].map((text) => small.embedQuery(text)));
    expect(calls.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    expectUnit(await small.embedQuery("after"), small);
    await small.close();
  });
});

// onnxruntime aborts the process when its thread is ended in native code.
test.each([
  ["loads", ""],
  ["embeds", "await embedder.ready(); void embedder.embedPassages(['word '.repeat(500)]).catch(() => {});"],
])("a process that exits while the model %s ends as it says", async (_name, before) => {
  const index = new URL("../../dist/src/embeddings/index.js", import.meta.url).href;
  const script = `
    import { createLocalEmbedder } from ${JSON.stringify(index)};
    const embedder = createLocalEmbedder({ modelDir: ${JSON.stringify(modelDir)} });
    ${before}
    setTimeout(() => process.exit(7), 60);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  expect(await once(child, "exit")).toEqual([7, null]);
});

describe("a local model that can't be used", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "mneme-model-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("names the files that are missing", () => {
    expect(() => createLocalEmbedder({ modelDir: directory })).toThrow(
      `lacks ${join(directory, "model.onnx")} and ${join(directory, "tokenizer.json")}`,
    );
  });

  test("rejects until the files are right, then loads by itself", async () => {
    await copyFile(join(modelDir, "tokenizer.json"), join(directory, "tokenizer.json"));
    await writeFile(join(directory, "model.onnx"), "no model");
    const embedder = createLocalEmbedder({ modelDir: directory, maxBackoffMs: 50 });
    await expect(embedder.embedQuery("q")).rejects.toMatchObject({ name: "EmbeddingUnavailable" });
    await expect(embedder.ready()).rejects.toThrow(join(directory, "model.onnx"));
    await writeFile(join(directory, "model.onnx"), await readFile(join(modelDir, "model.onnx")));
    await expect
      .poll(() =>
        embedder.ready().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expectUnit(await embedder.embedQuery("q"), embedder);
    await embedder.close();
  });
});
