import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, onTestFinished, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { endKeysWithFile } from "../support/redis/own-keys.js";

/** Starts the service in a process that doesn't end itself, and returns what the start failed with once nothing is open. */
async function failureOf(env: Readonly<Record<string, string>>): Promise<string> {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  endKeysWithFile(prefix);
  const script = `
    import { serve } from ${JSON.stringify(pathToFileURL(join(repositoryRoot(), "dist", "src", "main.js")).href)};
    const threads = [];
    process.on("worker", (worker) => threads.push(worker));
    // A thread that has ended has the id -1. One that hasn't doesn't keep the process.
    const left = () => threads.filter(({ threadId }) => threadId !== -1).length;
    serve({ env: ${JSON.stringify({ REDIS_URL: inject("redisUrl"), MNEME_KEY_PREFIX: prefix, MNEME_EMBEDDER: "none", ...env })} })
      .then(() => console.log("it serves"), (error) => {
        // A thread that was asked for may begin only now.
        setTimeout(() => console.log(error.message, "Threads left:", left()), 1500);
      });`;
  const args = ["--input-type=module", "--eval", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const left = setTimeout(() => child.kill("SIGKILL"), 40_000);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(left);
  expect(code, `it is left open: ${output}`).toBe(0);
  expect(output).toContain("Threads left: 0");
  return output;
}

const NOWHERE = join(tmpdir(), randomUUID());

test.each([
  ["MNEME_RERANKER_DIR", { MNEME_RERANKER_DIR: NOWHERE }],
  ["MNEME_MODEL_DIR", { MNEME_EMBEDDING_SECOND: "local", MNEME_EMBEDDING_SECOND_MODEL_DIR: NOWHERE }],
])("a start whose later model can't be as %s says leaves the first one closed", async (name, later) => {
  const first = { MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") };
  const output = await failureOf({ ...first, ...later });
  expect(output).toContain(`${name} must name a folder that holds the model`);
});

test("a start whose port is taken leaves nothing open", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const output = await failureOf({ PORT: String(port), HOST: "127.0.0.1" });
  expect(output).toContain("The service can't listen");
});
