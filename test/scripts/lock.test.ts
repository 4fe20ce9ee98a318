import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { withLock } from "../../scripts/bootstrap/lock.mjs";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { kill9 } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";

const module = pathToFileURL(join(repositoryRoot(), "scripts", "bootstrap", "lock.mjs")).href;

test("the holder's result or error comes through, and the lock is free again", async () => {
  const lock = join(tempDir(), "new", "lock");
  await expect(withLock(lock, () => 7)).resolves.toBe(7);
  await expect(withLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(lock)).toBe(false);
});

test("processes that count under the lock lose no count, even after a holder was killed", async () => {
  const dir = tempDir();
  const [lock, counter] = [join(dir, "lock"), join(dir, "counter")];
  writeFileSync(counter, "0");
  const killed = run(
    `await withLock("${lock}", () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); })`,
  );
  await once(killed.stdout, "data");
  const increment = `
    import { readFileSync, writeFileSync } from "node:fs";
    for (let i = 0; i < 10; i++) await withLock("${lock}", async () => {
      const count = Number(readFileSync("${counter}", "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 1));
      writeFileSync("${counter}", String(count + 1));
    });`;
  const children = [1, 2, 3, 4].map(() => once(run(increment), "exit"));
  await kill9(killed.pid ?? 0);
  expect(await Promise.all(children)).toEqual([1, 2, 3, 4].map(() => [0, null]));
  expect(readFileSync(counter, "utf8")).toBe("40");
  expect(readdirSync(dir)).toEqual(["counter"]);
});

function run(code: string) {
  const script = `import { withLock } from "${module}";\n${code}`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
