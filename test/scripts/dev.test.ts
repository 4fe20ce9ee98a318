import { spawn } from "node:child_process";
import { cpSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
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

test("npm run dev notices each save, however an editor does it", async () => {
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
    ));
  await served(1);

  const file = join(folder, "src", "log.ts");
  const source = readFileSync(file, "utf8");
  const inPlace = (text: string): void => writeFileSync(file, text);
  const byRenaming = (text: string): void => {
    writeFileSync(`${file}.new~`, text);
    renameSync(`${file}.new~`, file);
  };
  for (const [index, save] of [byRenaming, byRenaming, inPlace, byRenaming].entries()) {
    save(`${source}\n// Saved ${index} times.\n`);
    await served(index + 2);
  }
  expect(output.match(/A source changed/g)).toHaveLength(4);
}, 300_000);
