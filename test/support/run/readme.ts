import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { newNamespace } from "../acts/memories.js";
import type { Service } from "../service/service.js";

const STEPS = 4;
const run = promisify(execFile);

/** Request ids differ with each run. */
const plain = (text: string): string => text.replaceAll(/"request_id":"[^"]+"/g, '"request_id":"…"').trim();

/** Runs the commands of README's session against a service: what they print, and what README shows of it. */
export async function runReadme(
  service: Pick<Service, "url">,
): Promise<{ readonly printed: string; readonly shown: string }> {
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
  const [, session = ""] = /^## A session\n([^]*?)^## /m.exec(readme) ?? [];
  const steps = [...session.matchAll(/```sh\n([^]*?)```\n\n```\n([^]*?)```/g)];
  if (steps.length !== STEPS) throw new Error(`README's session has ${steps.length} steps.`);
  const commands = steps
    .map(([, shell = ""]) => shell)
    .join("\n")
    .replaceAll("http://127.0.0.1:8080", service.url)
    .replaceAll("acme.support", newNamespace());
  const { stdout } = await run("bash", ["-euc", commands]);
  return { printed: plain(stdout), shown: plain(steps.map(([, , shown = ""]) => shown).join("")) };
}
