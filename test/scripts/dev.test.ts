import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sourcesFingerprint } from "../../scripts/bootstrap/build.mjs";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { watchSources } from "../../scripts/dev/watch-sources.js";
import { processesOf } from "../support/run/marked-processes.js";
import { until } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

const COPIED = [
  "src",
  "scripts",
  "checkpointer",
  "dist",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];

/** The repository as it is, to be changed. */
function copyRepository(target: string): void {
  const root = repositoryRoot();
  for (const name of COPIED) {
    cpSync(join(root, name), join(target, name), {
      recursive: true,
      // Else what was built would not be current.
      preserveTimestamps: true,
      filter: (file) => !file.includes("node_modules"),
    });
  }
  symlinkSync(join(root, "node_modules"), join(target, "node_modules"));
}

test("npm run dev builds and restarts the service when a source changes", async () => {
  const folder = tempDir();
  copyRepository(folder);
  const child = spawn("npm", ["run", "dev"], {
    cwd: folder,
    env: {
      ...process.env,
      TMPDIR: folder,
      REDIS_URL: "",
      MNEME_DATA_DIR: join(folder, "data"),
      MNEME_EMBEDDER: "none",
      PORT: "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await until(
      async () => processesOf(folder),
      (processes) => processes.length === 0,
    );
  });
  const served = async (times: number): Promise<void> =>
    void (await until(
      async () => output,
      (text) => text.split('"msg":"serving"').length - 1 === times,
      SLOW_MS,
    ));
  await served(1);

  const file = join(folder, "src", "log.ts");
  saveByRenaming(file, `${readFileSync(file, "utf8")}\n// Saved.\n`);
  await served(2);
  expect(output.match(/A source changed/g)).toHaveLength(1);
});

const SLOW_MS = 140_000;

function saveByRenaming(file: string, text: string): void {
  writeFileSync(`${file}.new~`, text);
  renameSync(`${file}.new~`, file);
}

/** A root with all that a fingerprint looks at, and nothing in it. */
function emptySources(): string {
  const root = tempDir();
  for (const folder of ["src/deep", "scripts", "checkpointer/src"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of ["checkpointer/package.json", "tsconfig.json", "package-lock.json"])
    writeFileSync(join(root, name), "{}");
  return root;
}

test("the watch notices each save, however an editor does it", async () => {
  const root = emptySources();
  const file = join(root, "src", "deep", "log.ts");
  writeFileSync(file, "// Not saved.");
  let changes = 0;
  const unwatch = watchSources(async () => void changes++, { root, everyMs: 20 });
  onTestFinished(unwatch);
  const ways = [
    saveByRenaming,
    saveByRenaming,
    writeFileSync,
    saveByRenaming,
    () => rmSync(file),
    writeFileSync,
  ];
  for (const [index, save] of ways.entries()) {
    save(file, `// Saved ${index} times.`);
    await until(
      async () => changes,
      (count) => count === index + 1,
    );
  }
});

test("A Lua script that was changed is built again, even if its size and its time are as before", () => {
  const root = emptySources();
  const script = join(root, "src", "act.lua");
  const at = new Date("2026-01-02T03:04:05Z");
  const fingerprints = ["return 1", "return 2"].map((code) => {
    writeFileSync(script, code);
    utimesSync(script, at, at);
    return sourcesFingerprint(root);
  });
  expect(new Set(fingerprints).size).toBe(2);
});
