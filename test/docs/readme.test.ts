import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { useService } from "../support/service/service.js";

const README = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
const run = promisify(execFile);

const service = await useService({
  MNEME_EMBEDDER: "local",
  MNEME_MODEL_DIR: inject("modelDir"),
  MNEME_REDIS_TIMEOUT_MS: "4000",
});

/** Request ids differ with each run. */
const plain = (text: string): string => text.replaceAll(/"request_id":"[^"]+"/g, '"request_id":"…"').trim();

test("the session in README prints what README shows", async () => {
  const [, session = ""] = /^## A session\n([^]*?)^## /m.exec(README) ?? [];
  const steps = [...session.matchAll(/```sh\n([^]*?)```\n\n```\n([^]*?)```/g)];
  expect(steps.length).toBe(4);
  const namespace = newNamespace();
  const commands = steps
    .map(([, shell = ""]) => shell)
    .join("\n")
    .replaceAll("http://127.0.0.1:8080", service.url)
    .replaceAll("acme.support", namespace);
  const { stdout } = await run("bash", ["-euc", commands]);
  expect(plain(stdout)).toBe(plain(steps.map(([, , shown = ""]) => shown).join("")));
});
