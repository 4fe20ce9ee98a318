import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, inject, test } from "vitest";

const DRILL = fileURLToPath(new URL("../../dist/scripts/backup-drill/main.js", import.meta.url));

test("a store that lost its machine answers recalls from a backup as before: same ids, same order", async () => {
  const env = { ...process.env, REDIS_URL: "", MNEME_MODEL_DIR: inject("modelDir") };
  const child = spawn(process.execPath, [DRILL, "300"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  expect(code, output).toBe(0);
  expect(output).toMatch(/same ids in the same order: 104 of 104/);
});
