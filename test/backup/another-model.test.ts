import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { linesOf, mneme } from "../support/acts/backup.js";
import { memoriesOf, newNamespace, recall, remember } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { until, useService } from "../support/service/service.js";

/** A service whose vectors have so many dimensions. */
async function withVectorsOf(dimensions: number) {
  const provider = await startFakeOpenAI(dimensions);
  afterAll(() => provider.close());
  return useService({
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: String(dimensions),
  });
}

test("an import onto another embedding model embeds each memory again, and vector recall finds it", async () => {
  const [origin, target] = await Promise.all([withVectorsOf(64), withVectorsOf(32)]);
  const namespace = newNamespace();
  const contents = ["The depot in Graz opens at six.", "Parcels are weighed twice.", "Ada keeps the keys."];
  for (const content of contents) await remember(origin, namespace, { content });
  const file = join(tempFolder(), "vectors.jsonl");
  const exported = await mneme(origin, ["export", "--out", file, "--namespace", namespace, "--vectors"]);
  expect(exported.code, exported.stderr).toBe(0);
  const [before] = linesOf(file).flatMap((line) => (line.kind === "memory" ? [line] : []));
  expect(before?.vectors).toHaveLength(1);

  expect((await mneme(target, ["import", file])).code).toBe(0);
  const listed = async () =>
    ((await target.send("GET", memoriesOf(namespace))).body as { memories: Memory[] }).memories;
  const memories = await until(listed, (all) =>
    all.every(({ embedding: { status } }) => status === "complete"),
  );
  expect(memories.map(({ content }) => content).toSorted()).toEqual(contents.toSorted());
  for (const { embedding } of memories) expect(embedding.model).not.toBe(before?.memory.embedding.model);
  const { hits } = await recall(target, { query: contents[1], namespaces: [namespace], mode: "vector" });
  expect(hits[0]?.memory.content).toBe(contents[1]);
});
