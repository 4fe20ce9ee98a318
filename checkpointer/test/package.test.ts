import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");

/** The files of the repository as a clone has them: nothing that is built. */
function freshCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), "mneme-pack-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter(Boolean)) {
    cpSync(join(ROOT, file), join(folder, "clone", file), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "clone", "node_modules"));
  return folder;
}

test("npm pack in a clone that was never built makes a package with its licence that can be imported", () => {
  const folder = freshCopy();
  const clone = join(folder, "clone");
  expect(readdirSync(join(clone, "checkpointer"))).not.toContain("dist");
  const shell = process.platform === "win32";
  execFileSync("npm", ["pack", "-w", "checkpointer", "--pack-destination", folder, "--loglevel=error"], {
    cwd: clone,
    stdio: "ignore",
    shell,
  });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  const modules = join(folder, "app", "node_modules");
  const installed = join(modules, "@mneme", "checkpointer");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball ?? ""), "-C", installed, "--strip-components=1"]);
  for (const name of ["redis", "@redis", "@langchain"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  expect(readFileSync(join(installed, "LICENSE"), "utf8")).toBe(readFileSync(join(ROOT, "LICENSE"), "utf8"));
  expect(readdirSync(installed)).toEqual(expect.arrayContaining(["README.md", "dist", "package.json"]));

  const program = `
    import { MnemeStore, RedisSaver } from "@mneme/checkpointer";
    const saver = await RedisSaver.fromUrl(process.argv[1]);
    const tuple = await saver.getTuple({ configurable: { thread_id: "packed " + process.pid } });
    console.log(typeof MnemeStore, tuple);
    await saver.end();
  `;
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", program, inject("redisUrl")],
    { cwd: join(folder, "app"), encoding: "utf8", timeout: 120_000 },
  );
  expect(output.trim()).toBe("function undefined");
}, 300_000);
