import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
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
    serve({ env: ${JSON.stringify({ REDIS_URL: inject("redisUrl"), MNEME_KEY_PREFIX: prefix, MNEME_EMBEDDER: "none", ...env })} })
      .then(() => console.log("it serves"), (error) => console.log(error.message));`;
  const args = ["--input-type=module", "--eval", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const left = setTimeout(() => child.kill("SIGKILL"), 40_000);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(left);
  expect(code, `it is left open: ${output}`).toBe(0);
  return output;
}

test("a start whose port is taken leaves nothing open", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const output = await failureOf({ PORT: String(port), HOST: "127.0.0.1" });
  expect(output).toContain("The service can't listen");
});
