import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { z } from "@hono/zod-openapi";
import { writeModel } from "../../../scripts/downloads/multilingual/write-model.js";
import type { modelsView } from "../../../src/http/embeddings/schemas.js";
import { bodyOf, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { smallModel } from "../../support/embeddings/packed-model.js";
import { startRedis } from "../../support/redis/start.js";
import { tempFolder } from "../../support/run/temp-dir.js";
import { startService, until, untilReady } from "../../support/service/service.js";

type Models = z.output<typeof modelsView>;

// Of its own: a migration walks over everything that is there.
const server = await startRedis();
afterAll(() => server.stop());

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz", "▁", ":", ".", "▁passage", "▁query", "▁kedi"];
const PIECES = [
  ...["<s>", "<pad>", "</s>", "<unk>"].map((piece) => [piece, 0] as const),
  ...LETTERS.map((piece, at) => [piece, -3 - at / 50] as const),
];

test("a store changes from the English local model to the multilingual one, and keeps it", async () => {
  const folder = tempFolder();
  for (const [name, bytes] of Object.entries(writeModel(smallModel(PIECES).packed)))
    writeFileSync(join(folder, name), bytes);
  const both = await startService({
    REDIS_URL: server.url,
    MNEME_EMBEDDER: "local",
    MNEME_EMBEDDING_SECOND: "local",
    MNEME_EMBEDDING_SECOND_MODEL_DIR: folder,
  });
  const namespace = newNamespace();
  const models = async (): Promise<Models> =>
    bodyOf<Models>(await both.send("GET", "/v1/embedding-migrations"), 200);
  try {
    await untilReady(both);
    await remember(both, namespace, { content: "kedi evde." });
    await remember(both, namespace, { content: "The gate opens at nine." });
    const begun = await both.send("POST", "/v1/embedding-migrations", {});
    expect(bodyOf(begun, 202)).toMatchObject({
      from: "e5-small-v2-int8-384",
      to: "multilingual-e5-small-q4-int8-384",
    });
    const { migration } = await until(models, (now) => now.migration?.status === "switched", 120_000);
    bodyOf(
      await both.send("POST", `/v1/embedding-migrations/${migration?.id}/steps`, { step: "finish" }),
      200,
    );
    await until(models, (now) => now.migration?.status === "finished", 120_000);
  } finally {
    await both.stop();
  }

  const after = await startService({
    REDIS_URL: server.url,
    MNEME_KEY_PREFIX: both.prefix,
    MNEME_EMBEDDER: "local",
    MNEME_LOCAL_MODEL: "multilingual",
    MNEME_MODEL_DIR: folder,
  });
  try {
    await untilReady(after);
    const found = await recall(after, { namespaces: [namespace], query: "kedi", mode: "vector" });
    expect(found.degraded).toEqual([]);
    expect(found.hits).toHaveLength(2);
  } finally {
    await after.stop();
  }
}, 300_000);
