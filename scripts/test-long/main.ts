// node scripts/run.mjs test-long [VITEST ARGS]: runs the tests that npm test runs in a short form, in their long form.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { loadEnv } from "../shell/env.js";

/** What a test imports that has both forms. */
const SHORTENED = "support/run/long.js";

const root = repositoryRoot();
const args = process.argv.slice(2);
const tests = args.some((arg) => !arg.startsWith("-"))
  ? []
  : ["test", "checkpointer/test"].flatMap(shortened);
const { status } = spawnSync(process.execPath, [join(root, "scripts", "test.mjs"), ...tests, ...args], {
  env: { ...loadEnv(), MNEME_TEST_LONG: "1" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;

function shortened(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file))
    .filter((file) => readFileSync(join(root, file), "utf8").includes(SHORTENED));
}
