import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createKey } from "../support/acts/access.js";
import { isLong } from "../support/run/long.js";
import { findPython, runPython } from "../support/run/python.js";
import { loadContract } from "../support/service/contract.js";
import { startService } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

const PROGRAMS = join(import.meta.dirname, "programs");

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  // Of programs/listed_refusals.py: what fits the schema is taken, or refused for a reason that no schema can say.
  "refusals_are_listed",
];

/** All operations take two minutes of processor time: a run tries one part of them, which is drawn, and the long form all. */
const PARTS = 8;
/** An answer that never ends. A key that `createKey` makes would close a service without keys for the rest of the run. */
const LEFT_OUT = new Set(["watchState", "createKey"]);

/** The ids of the operations that this run tries. */
async function drawnOperations(url: string, leftOut: ReadonlySet<string>): Promise<string[]> {
  const { document } = await loadContract(url);
  const all = Object.values(document.paths)
    .flatMap((operations) => Object.values(operations).flatMap(({ operationId }) => operationId ?? []))
    .filter((id) => !leftOut.has(id));
  expect(all.length).toBeGreaterThan(60);
  const part = Math.floor(Math.random() * PARTS);
  return isLong ? all : all.filter((_, index) => index % PARTS === part);
}

/** Requests made of operations of the served document, by a seed that stays: the same ones in each run. */
async function check(url: string, operations: readonly string[], ...flags: readonly string[]) {
  const { code, text } = await runPython(
    [
      "-m",
      "schemathesis.cli",
      "run",
      `${url}/openapi.json`,
      `--url=${url}`,
      ...operations.map((id) => `--include-operation-id=${id}`),
      `--checks=${CHECKS.join(",")}`,
      "--seed=1",
      "--workers=1",
      "--request-timeout=30",
      "--suppress-health-check=all",
      "--max-failures=50",
      "--no-color",
      ...flags,
    ],
    { path: [PROGRAMS], env: { SCHEMATHESIS_HOOKS: "listed_refusals" }, cwd: tempDir(), timeoutMs: 550_000 },
  );
  const failures = [...text.matchAll(/^.*(?:A request that fits|Undocumented|Server error).*$/gm)].join("\n");
  const tested = Number(/^ {2}Tested: (\d+)$/m.exec(text)?.[1] ?? 0);
  const generated = Number(/^ {2}(\d+) generated/m.exec(text)?.[1] ?? 0);
  return { code, text: failures + text.slice(-20_000), tested, generated };
}

describe.skipIf(findPython() === undefined)("requests that schemathesis makes of the served document", () => {
  test("without keys get described answers, no 5xx, and no refusal that the schema could have predicted", async () => {
    const service = await startService({ MNEME_OPEN_REQUESTS_PER_SECOND: "100000" });
    // A key that it makes would close the service for the rest of the run.
    const operations = await drawnOperations(service.url, LEFT_OUT);
    const outcome = await check(service.url, operations, "--phases=coverage", "--mode=all");
    await service.stop();
    expect(outcome.code, outcome.text).toBe(0);
    expect(outcome.tested).toBe(operations.length);
    expect(outcome.generated).toBeGreaterThan(20 * operations.length);
  }, 600_000);

  test("with a key get described answers, no 5xx, and no refusal that the schema could have predicted", async () => {
    const service = await startService({ MNEME_OPEN_REQUESTS_PER_SECOND: "100000" });
    const { key } = await createKey(service);
    const operations = await drawnOperations(service.url, new Set(["watchState"]));
    const outcome = await check(
      service.url,
      operations,
      `--header=Authorization: Bearer ${key}`,
      // What the schema allows; its coverage was looked at above.
      "--phases=fuzzing",
      "--mode=positive",
      "--max-examples=3",
    );
    await service.stop();
    expect(outcome.code, outcome.text).toBe(0);
    expect(outcome.tested).toBe(operations.length);
    expect(outcome.generated).toBeGreaterThan(2 * operations.length);
  }, 600_000);
});
