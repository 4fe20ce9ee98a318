import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("the example tells the story that its README shows", async () => {
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const main = new URL("dist/scripts/example/main.js", root).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [main], {
    env: { ...env, OPENAI_API_KEY: "", MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") },
  });
  const readme = await readFile(new URL("checkpointer/examples/README.md", root), "utf8");
  const shown = /```text\n(.*?)```/s.exec(readme)?.[1];
  expect(stdout).toBe(shown);
}, 180_000);
