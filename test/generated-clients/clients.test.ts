import { execFile } from "node:child_process";
import { copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "../support/acts/access.js";
import { newNamespace } from "../support/acts/memories.js";
import { findPython, runPython } from "../support/run/python.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAMS = join(import.meta.dirname, "programs");
const GENERATOR = join(import.meta.dirname, "node_modules", "openapi-typescript", "bin", "cli.js");
const COMPILER = join(ROOT, "node_modules", "typescript", "bin", "tsc");
const run = promisify(execFile);

let service: Service;
let key: string;
beforeAll(async () => {
  service = await startService();
  ({ key } = await createKey(service));
});
afterAll(() => service.stop());

/** The served document in a file of the folder. */
async function documentIn(folder: string): Promise<string> {
  const file = join(folder, "openapi.json");
  writeFileSync(file, await (await fetch(`${service.url}/openapi.json`)).text());
  return file;
}

/** What both programs print as their last line. */
function expectStoredAndRecalled(output: string): void {
  const said = JSON.parse(output.trim().split("\n").at(-1) ?? "") as { id: string };
  expect(said.id).toMatch(/^[0-9A-Z]{26}$/);
  expect(said).toEqual({
    id: said.id,
    recalled: [said.id],
    value: [1, { deep: null }],
    code: "invalid_request",
  });
}

test("a TypeScript client made of the served document compiles strictly, stores and recalls", async () => {
  const folder = tempDir();
  const document = await documentIn(folder);
  // Fields with a default may be left out of a request.
  const options = ["--default-non-nullable=false", "--output", join(folder, "schema.d.ts")];
  await run(process.execPath, [GENERATOR, document, ...options]);
  copyFileSync(join(PROGRAMS, "store-and-recall.ts"), join(folder, "store-and-recall.ts"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const flags = [
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--types",
    "node",
    "--skipLibCheck",
  ];
  await run(process.execPath, [COMPILER, ...flags, "store-and-recall.ts"], { cwd: folder }).catch(
    ({ stdout }: { stdout: string }) => expect.fail(stdout),
  );
  const { stdout } = await run(process.execPath, [
    join(folder, "store-and-recall.js"),
    service.url,
    key,
    newNamespace(),
  ]);
  expectStoredAndRecalled(stdout);
});

/** Parts of the document for which the Python generator has no form, by what it says of them. */
const UNSUPPORTED_BY_PYTHON = ["Unsupported content_type application/x-ndjson"];

test.skipIf(findPython() === undefined)(
  "a Python client made of the served document has every operation, stores and recalls",
  async () => {
    const folder = tempDir();
    const document = await documentIn(folder);
    const target = join(folder, "mneme_client");
    const flags = ["--path", document, "--meta", "none", "--output-path", target];
    const made = await runPython(["-m", "openapi_python_client", "generate", ...flags]);
    expect(made.code, made.text).toBe(0);
    // The generator leaves out what it doesn't understand, with a warning.
    const complaints = made.text.split(/^(?=WARNING |Unable )/m).slice(1);
    const unexpected = complaints.filter(
      (text) => !UNSUPPORTED_BY_PYTHON.some((known) => text.includes(known)),
    );
    expect(unexpected).toEqual([]);
    const program = join(PROGRAMS, "store_and_recall.py");
    const used = await runPython([program, service.url, key, newNamespace()], { path: [folder] });
    expect(used.code, used.text).toBe(0);
    expectStoredAndRecalled(used.text);
  },
  600_000,
);
