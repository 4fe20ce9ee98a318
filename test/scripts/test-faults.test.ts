import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { FAULTS } from "../../scripts/test-faults/faults.js";

const MAIN = fileURLToPath(new URL("../../dist/scripts/test-faults/main.js", import.meta.url));
const run = promisify(execFile);

test("the service recovers from the faults of the short form, and no acknowledged write is lost", async () => {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const { stdout } = await run(process.execPath, [MAIN, "--short"], { env: { PATH, HOME, XDG_CACHE_HOME } });
  const rows = stdout.trimEnd().split("\n").slice(2);
  expect(rows).toHaveLength(FAULTS.filter(({ short }) => short).length);
  for (const row of rows) expect(row).toMatch(/\| nothing of [1-9]\d* \|$/);
});

test("an unknown fault is refused with the names of all", async () => {
  const failed = await run(process.execPath, [MAIN, "earthquake"]).then(
    () => undefined,
    (error: { stderr: string }) => error.stderr,
  );
  for (const { id } of FAULTS) expect(failed).toContain(id);
});
