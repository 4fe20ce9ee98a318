import { spawn } from "node:child_process";
import { once } from "node:events";
import { inject } from "vitest";
import type { Service } from "../service/service.js";

/** `npx mneme keys …` for the Redis of a service, with the service's own variables. */
export async function keysCommand({ env: variables }: Pick<Service, "env">, ...args: string[]) {
  const env = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], ...variables };
  const child = spawn(process.execPath, [inject("commandsMain"), "keys", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
