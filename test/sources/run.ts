import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { RESP_TYPES } from "redis";
import { expect, inject } from "vitest";
import { createApi } from "../../scripts/cli/api.js";
import { DEFAULT_TRUST } from "../../scripts/cli/sources/drafts.js";
import { takeIn } from "../../scripts/cli/sources/import-source.js";
import type { SourceName } from "../../scripts/cli/sources/index.js";
import type { Report } from "../../scripts/cli/sources/report.js";
import type { connectOnce } from "../../scripts/redis/server/connect.js";
import { listAll, newNamespace } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";

export interface Imported {
  readonly code: number | null;
  readonly report: Report;
  readonly stderr: string;
}

/** Starts `mneme import --from SOURCE`, as its user would. */
export function startImport(service: Pick<Service, "url">, args: readonly string[], env = {}) {
  return spawn(
    process.execPath,
    [inject("commandsMain"), "import", ...args, "--json", "--url", service.url],
    {
      env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
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

export interface ImportOptions {
  readonly dryRun?: boolean;
  readonly user?: string;
  readonly keyPrefix?: string;
}

/** Imports what must be imported without an error, in this process: a command takes seconds to start. */
export async function importFrom(
  service: Pick<Service, "url">,
  source: SourceName,
  file: string,
  into: string,
  options: ImportOptions = {},
): Promise<Report> {
  const all = { ...options, into, trust: DEFAULT_TRUST };
  const { report, failure } = await takeIn(source, file, all, createApi(service.url, undefined));
  expect(failure).toBeUndefined();
  return report;
}

export interface Expected {
  readonly made: number;
  readonly skipped: number;
  readonly failed: number;
}

/** A dry run, the import, and the import once more; gives the memories. */
export async function importThrice(
  service: Service,
  source: SourceName,
  file: string,
  expected: Expected,
  options: ImportOptions = {},
): Promise<Memory[]> {
  const into = newNamespace();
  const dry = await importFrom(service, source, file, into, { ...options, dryRun: true });
  expect(dry).toMatchObject({ ...expected, seen: 0, dry_run: true });
  expect(await listAll(service, into)).toEqual([]);
  const first = await importFrom(service, source, file, into, options);
  expect(first).toMatchObject({ ...expected, seen: 0, dry_run: false, complete: true });
  const second = await importFrom(service, source, file, into, options);
  expect(second).toMatchObject({ ...expected, made: 0, seen: expected.made });
  const again = await importFrom(service, source, file, into, { ...options, dryRun: true });
  expect(again).toMatchObject({ made: 0, seen: expected.made });
  const memories = await listAll(service, into);
  expect(memories).toHaveLength(expected.made);
  for (const memory of memories) {
    expect(memory).toMatchObject({ trust_score: 0.5, seen_count: 1 });
    expect(memory.metadata).toMatchObject({ source, trust_class: "import" });
    expect(memory.metadata["source_ref"]).toMatch(new RegExp(`^${source}/`));
  }
  return memories;
}

/** Every key that isn't the service's, with its value and time to live: equal for a Redis that nothing was written to. */
export async function foreignKeys(redis: Keys, ownPrefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of redis.scanIterator({ COUNT: 1000 })) keys.push(...page);
  const foreign = [...new Set(keys)].filter((key) => !key.startsWith(ownPrefix)).toSorted();
  const bytes = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return Promise.all(
    foreign.map(async (key) => {
      const dump = (await bytes.dump(key)) ?? "";
      const digest = createHash("sha256").update(dump).digest("hex");
      return `${key} ${digest} ${await redis.pExpireTime(key)}`;
    }),
  );
}

type Keys = Awaited<ReturnType<typeof connectOnce>>;
