import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import type { OpenApi } from "../../scripts/client-schema/generate.js";
import { PYTHON_PACKAGE, pythonFilesOf } from "../../scripts/client-schema/python.js";
import { findPython, runPython } from "../../scripts/downloads/python.js";
import type { Output, PythonOptions } from "../../scripts/downloads/python.js";
import { MnemeStore } from "../../checkpointer/src/index.js";
import { newNamespace } from "../support/acts/memories.js";
import { HOSTILE, LONE_SURROGATES } from "../support/hostile.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

const ROOT = repositoryRoot();
const PROJECT = join(ROOT, "src", "client", "python");
const TESTS = join(import.meta.dirname, "python");
const FILES = readdirSync(TESTS).filter((file) => file.startsWith("test_"));

const python = (args: readonly string[], options: Partial<PythonOptions> = {}): Promise<Output> =>
  runPython(args, { requirements: join(TESTS, "requirements.txt"), timeoutMs: 280_000, ...options });

/** Builds the wheel of the sources, and installs it into the folder `packages` of this one, which it gives. */
async function installedWheel(folder: string): Promise<string> {
  const [wheels, packages] = [join(folder, "wheels"), join(folder, "packages")];
  const built = await python(["-m", "hatchling", "build", "--target", "wheel", "--directory", wheels], {
    cwd: PROJECT,
  });
  expect(built.code, built.text).toBe(0);
  const [wheel = ""] = readdirSync(wheels);
  const flags = [
    `--target=${packages}`,
    "--no-deps",
    "--no-index",
    "--no-input",
    "--disable-pip-version-check",
  ];
  const installed = await python(["-m", "pip", "install", ...flags, join(wheels, wheel)]);
  expect(installed.code, installed.text).toBe(0);
  return packages;
}

describe.skipIf(findPython() === undefined)("the Python client", () => {
  let service: Service;
  let packages: string;
  const folder = mkdtempSync(join(tmpdir(), "mneme-test-"));
  beforeAll(async () => {
    service = await startService();
    packages = await installedWheel(folder);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await service.stop();
  });

  test("has the generated code of the served document", async () => {
    const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
    const made = await pythonFilesOf(document);
    expect([...made.keys()].toSorted()).toEqual(["_operations.py", "inputs.py", "models.py"]);
    for (const [file, text] of made) {
      const stored = readFileSync(join(ROOT, PYTHON_PACKAGE, file), "utf8");
      const stale = `run node scripts/run.mjs client-schema after a change of a route (${file})`;
      expect(stored === text, stale).toBe(true);
    }
  });

  test("has the version of the service", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(readFileSync(join(PROJECT, "pyproject.toml"), "utf8")).toContain(`\nversion = "${version}"\n`);
  });

  test("passes its own tests, installed from its wheel", async () => {
    const flags = ["-p", "no:cacheprovider", "--color=no", "-W", "error"];
    const files = FILES.map((file) => join(TESTS, file));
    const { code, text } = await python(["-m", "pytest", ...flags, ...files], {
      path: [packages],
      env: { MNEME_URL: service.url, PYTHONDONTWRITEBYTECODE: "1" },
    });
    expect(code, text).toBe(0);
    for (const file of FILES) expect(text).toMatch(new RegExp(`${file} \\.+`));
    expect(text).not.toMatch(/skipped/);
  });

  test("runs the programs that its page begins with", async () => {
    const page = readFileSync(join(PROJECT, "README.md"), "utf8");
    const programs = [...page.matchAll(/```python\n(.*?)```/gs)].slice(0, 2).map(([, code = ""]) => code);
    expect(programs).toHaveLength(2);
    for (const program of programs) {
      expect(program).toContain("http://127.0.0.1:8080");
      const code = program.replaceAll("http://127.0.0.1:8080", service.url);
      const printed = await python(["-c", code], { path: [packages], cwd: folder });
      expect(printed.code, printed.text).toBe(0);
      expect(printed.text).toContain("Customer account ID is CX-7742-B.");
    }
  });

  test("reads the items of the JavaScript store, which reads its items", async () => {
    const root = newNamespace();
    const store = new MnemeStore({ url: service.url, rootNamespace: root });
    const labels = [...HOSTILE, ...LONE_SURROGATES].filter((label) => !/[.:\0]/.test(label));
    const numbers = {
      a: 1,
      b: 0.1,
      c: 1e-7,
      d: 0.000_012,
      e: 1.5e300,
      f: -0.5,
      g: 123_456_789_012.25,
      h: [true, null],
    };
    const items = [
      ...labels.map(
        (label, n) =>
          [["hostile", label], `k${n}`, { n, nested: { text: `t ${n}`, list: [n, {}] } }] as const,
      ),
      ...[...new Set(["", ".", "..", "~", ...HOSTILE])].map(
        (key) => [["keys"], key, { [key]: key }] as const,
      ),
      [["numbers"], "k", numbers] as const,
    ];
    await store.batch(items.map(([namespace, key, value]) => ({ namespace: [...namespace], key, value })));
    const { code, text } = await python([join(TESTS, "other_language.py"), service.url, root], {
      path: [packages],
      input: JSON.stringify(items),
    });
    expect(code, text.slice(-4000)).toBe(0);
    const own = JSON.parse(text.trim().split("\n").at(-1) ?? "") as [string[], string, object][];
    expect(own).toHaveLength(items.length);
    const found = await store.search(["python"], { limit: own.length + 1 });
    const asText = (list: readonly (readonly [readonly string[], string, object])[]): string[] =>
      list.map((item) => JSON.stringify(item)).toSorted();
    expect(asText(found.map(({ namespace, key, value }) => [namespace, key, value]))).toEqual(asText(own));
  });

  test("names a value that only the JavaScript store reads, and deletes its parts", async () => {
    const root = newNamespace();
    const store = new MnemeStore({ url: service.url, rootNamespace: root });
    await store.put(["v"], "large", { text: "a".repeat(150_000) });
    await store.put(["v"], "bytes", { bytes: new Uint8Array([1, 2]) });
    await store.put(["v"], "plain", { n: 1 });
    const { code, text } = await python([join(TESTS, "large_values.py"), service.url, root], {
      path: [packages],
    });
    expect(code, text.slice(-4000)).toBe(0);
    const found = await store.search([]);
    expect(found.map(({ key, value }) => [key, value]).toSorted()).toEqual([
      ["large", { n: 2 }],
      ["plain", { n: 1 }],
    ]);
    const list = await fetch(`${service.url}/v1/list?namespace=${root}.**`);
    expect(((await list.json()) as { memories: unknown[] }).memories).toHaveLength(2);
  });

  test("is strictly typed, and so is what its users write with it", async () => {
    const cache = ["--cache-dir", tempDir()];
    const checked = await python(
      // The graph of test_langgraph.py would have all of LangGraph checked too, which takes a minute.
      ["-m", "mypy", "--strict", ...cache, PYTHON_PACKAGE, join(TESTS, "test_client.py")],
      {
        cwd: ROOT,
        path: [packages],
        env: { MYPYPATH: TESTS },
      },
    );
    expect(checked.code, checked.text).toBe(0);
  });
});
