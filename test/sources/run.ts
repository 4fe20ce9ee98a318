import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Report } from "../../scripts/cli/sources/report.js";
import type { Service } from "../support/service/service.js";

const CLI = fileURLToPath(new URL("../../dist/scripts/cli/main.js", import.meta.url));

export interface Imported {
  readonly code: number | null;
  readonly report: Report;
  readonly stderr: string;
}

/** Starts `mneme import --from SOURCE`, as its user would. */
export function startImport(service: Pick<Service, "url">, args: readonly string[], env = {}) {
  return spawn(process.execPath, [CLI, "import", ...args, "--json", "--url", service.url], {
    env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs an import to its end. */
export async function runImport(
  service: Pick<Service, "url">,
  args: readonly string[],
  env = {},
): Promise<Imported> {
  const child = startImport(service, args, env);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr, report: (stdout === "" ? {} : JSON.parse(stdout)) as Report };
}

/** Imports what must be imported without an error. */
export async function importFrom(
  service: Pick<Service, "url">,
  source: string,
  file: string,
  into: string,
  ...more: readonly string[]
): Promise<Report> {
  const { code, report, stderr } = await runImport(service, [
    file,
    "--from",
    source,
    "--into",
    into,
    ...more,
  ]);
  expect(code, stderr).toBe(0);
  return report;
}
