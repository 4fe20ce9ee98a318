import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { processIdentity } from "../../scripts/bootstrap/process-identity.mjs";
import { acquireEmbedded, releaseEmbedded } from "../../scripts/redis/embedded/acquire.js";
import { findRedis } from "../../scripts/redis/find.js";
import { freePort } from "../../scripts/redis/server/free-port.js";
import { kill9 } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";

test("two starts at once share one server; the last to leave stops it", async () => {
  const dir = dataDir();
  const [a, b] = await Promise.all([startOwner(dir), startOwner(dir)]);
  const pid = await a.serverPid();
  expect(await b.serverPid()).toBe(pid);
  await a.release();
  expect(await b.serverPid()).toBe(pid);
  await b.release();
  expect(processIdentity(pid)).toBeUndefined();
});

test.each([1000, 2_000_000])("a server program cut to %i bytes is named, with the way out", async (bytes) => {
  const whole = await findRedis(process.env);
  const command = join(tempDir(), "redis-server");
  writeFileSync(command, readFileSync(whole.command).subarray(0, bytes));
  chmodSync(command, 0o755);
  const dir = dataDir();
  const start = acquireEmbedded({
    dataDir: dir,
    findBinary: async () => ({ ...whole, command }),
    note: () => {},
  });
  await expect(start).rejects.toThrow(`${command}) is damaged, install it again`);
  await releaseEmbedded(dir);
});

test("what was written survives a stop and a start, on the same port", async () => {
  const dir = dataDir();
  const first = await startOwner(dir);
  await first.redis(["JSON.SET", "key", "$", '{"kept":true}']);
  await first.release();
  const second = await startOwner(dir);
  expect(second.url).toBe(first.url);
  expect(await second.redis(["JSON.GET", "key"])).toBe('{"kept":true}');
  await second.release();
});

test("a server whose owner was killed runs on, is adopted by the next, and stopped by it", async () => {
  const dir = dataDir();
  const first = await startOwner(dir);
  const pid = await first.serverPid();
  await first.redis(["SET", "key", "kept"]);
  await kill9(first.pid);
  expect(processIdentity(pid)).toBeDefined();
  const second = await startOwner(dir);
  expect(await second.serverPid()).toBe(pid);
  expect(await second.redis(["GET", "key"])).toBe("kept");
  await second.release();
  expect(processIdentity(pid)).toBeUndefined();
});

test("a server that was killed comes back by itself, with what was written", async () => {
  const dir = dataDir();
  const owner = await startOwner(dir);
  const pid = await owner.serverPid();
  await owner.redis(["SET", "key", "kept"]);
  await kill9(pid);
  await expect.poll(() => owner.redis(["GET", "key"]).catch(() => undefined)).toBe("kept");
  expect(await owner.serverPid()).not.toBe(pid);
  await owner.release();
});

test("the server isn't in its owner's process group: Ctrl-C in the terminal doesn't reach it", async () => {
  const owner = await startOwner(dataDir());
  const pid = await owner.serverPid();
  process.kill(-owner.pid, "SIGINT");
  await owner.exited;
  await sleep(100);
  expect(processIdentity(pid)).toBeDefined();
});

test("a copy of a data folder gets a server of its own, and leaves the original's alone", async () => {
  const dir = dataDir();
  const original = await startOwner(dir);
  const pid = await original.serverPid();
  await original.redis(["SET", "key", "kept"]);
  await original.redis(["WAITAOF", "1", "0", "5000"]);
  const copy = dataDir();
  cpSync(dir, copy, { recursive: true });
  const other = await startOwner(copy);
  expect(other.url).not.toBe(original.url);
  expect(await other.serverPid()).not.toBe(pid);
  expect(await other.redis(["GET", "key"])).toBe("kept");
  await other.redis(["SET", "key", "changed in the copy"]);
  expect(await original.redis(["GET", "key"])).toBe("kept");
  await other.release();
  expect(await original.redis(["GET", "key"])).toBe("kept");

  // Where the copy's start fails, the original's server runs on, although nobody owns it any more.
  await kill9(original.pid);
  const broken = dataDir();
  cpSync(dir, broken, { recursive: true });
  rmSync(join(broken, "redis", "appendonlydir"), { recursive: true });
  mkdirSync(join(broken, "redis", "appendonlydir"));
  writeFileSync(join(broken, "redis", "appendonlydir", "appendonly.aof.manifest"), "no manifest");
  await expect(startOwner(broken)).rejects.toThrow(/Redis did not start/);
  expect(processIdentity(pid)).toBeDefined();
  const again = await startOwner(dir);
  expect(await again.serverPid()).toBe(pid);
  await again.release();
});

test("a snapshot put into a data folder is loaded, and then kept in the append-only file", async () => {
  const first = dataDir();
  const owner = await startOwner(first);
  await owner.redis(["JSON.SET", "key", "$", '{"kept":true}']);
  await owner.redis(["SAVE"]);
  await owner.release();
  const second = dataDir();
  mkdirSync(join(second, "redis"), { recursive: true });
  copyFileSync(join(first, "redis", "snapshot.rdb"), join(second, "redis", "dump.rdb"));
  const restored = await startOwner(second);
  expect(await restored.redis(["JSON.GET", "key"])).toBe('{"kept":true}');
  await restored.redis(["SET", "after", "the snapshot"]);
  await restored.release();
  expect(existsSync(join(second, "redis", "dump.rdb"))).toBe(false);
  expect(statSync(join(second, "redis", "dump.rdb.loaded")).mode & 0o077).toBe(0);
  const again = await startOwner(second);
  expect(await again.redis(["MGET", "after"])).toEqual(["the snapshot"]);
  expect(await again.redis(["JSON.GET", "key"])).toBe('{"kept":true}');
  await again.release();
});

test("a snapshot beside an append-only file is refused, with what to move away", async () => {
  const dir = dataDir();
  const owner = await startOwner(dir);
  await owner.redis(["SET", "key", "kept"]);
  await owner.redis(["SAVE"]);
  await owner.release();
  // What BGSAVE left here is no reason to refuse.
  await (await startOwner(dir)).release();
  copyFileSync(join(dir, "redis", "snapshot.rdb"), join(dir, "redis", "dump.rdb"));
  await expect(startOwner(dir)).rejects.toThrow(
    /dump\.rdb stands beside an append-only file.*move .*appendonlydir away/,
  );
  rmSync(join(dir, "redis", "dump.rdb"));
  const again = await startOwner(dir);
  expect(await again.redis(["GET", "key"])).toBe("kept");
  await again.release();
});

test("other users get in neither through the files nor through the port", async () => {
  const dir = dataDir();
  const owner = await startOwner(dir);
  for (const file of ["redis.password", "redis.url", "redis.conf", "redis.json"]) {
    expect(statSync(join(dir, file)).mode & 0o077).toBe(0);
  }
  expect(statSync(join(dir, "redis")).mode & 0o077).toBe(0);
  expect(readFileSync(join(dir, "redis.url"), "utf8")).toBe(owner.url);
  const password = new URL(owner.url).password;
  expect(password.length).toBeGreaterThanOrEqual(32);
  expect(owner.description).not.toContain(password);
  const commandLine = readFileSync(`/proc/${await owner.serverPid()}/cmdline`, "utf8");
  expect(commandLine).not.toContain(password);
  const intruder = createClient({
    url: owner.url.replace(`:${password}@`, ""),
    socket: { reconnectStrategy: false },
  });
  intruder.on("error", () => {});
  await expect(intruder.connect().then(() => intruder.get("key"))).rejects.toThrow(/NOAUTH/);
  if (intruder.isOpen) intruder.destroy();
  await owner.release();
});

test("a port that's taken by another is reported, with what to change", async () => {
  const other = await startOwner(dataDir());
  const port = new URL(other.url).port;
  await expect(startOwner(dataDir(), { MNEME_REDIS_PORT: port })).rejects.toThrow(/MNEME_REDIS_PORT/);
  await other.release();
  const free = String(await freePort());
  const owner = await startOwner(dataDir(), { MNEME_REDIS_PORT: free });
  expect(new URL(owner.url).port).toBe(free);
  await owner.release();
});

test("the memory of Redis has the limit that is set", async () => {
  await expect(startOwner(dataDir(), { MNEME_REDIS_MAXMEMORY: "half" })).rejects.toThrow(
    /MNEME_REDIS_MAXMEMORY must be/,
  );
  const dir = dataDir();
  const owner = await startOwner(dir, { MNEME_REDIS_MAXMEMORY: "512mb" });
  expect(await owner.redis(["CONFIG", "GET", "maxmemory"])).toEqual({ maxmemory: String(512 * 1024 ** 2) });
  await owner.release();
  const open = await startOwner(dir);
  expect(await open.redis(["CONFIG", "GET", "maxmemory"])).toEqual({ maxmemory: "0" });
  await open.release();
});

test("an error at the start shows the end of Redis's log", async () => {
  const dir = dataDir();
  const owner = await startOwner(dir);
  await owner.redis(["SET", "key", "value"]);
  await owner.release();
  writeFileSync(join(dir, "redis", "appendonlydir", "appendonly.aof.manifest"), "nonsense\n");
  await expect(startOwner(dir)).rejects.toThrow(/Redis did not start.*redis\.log/s);
});

/** A data folder whose server, if a failed test leaves one, is stopped. */
function dataDir(): string {
  const dir = tempDir();
  onTestFinished(async () => {
    await releaseEmbedded(dir);
  });
  return dir;
}

async function startOwner(dir: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "embedded-owner.mjs"), dir], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const exited = once(child, "exit");
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill9(child.pid ?? 0);
  });
  const [line]: string[] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(() => Promise.reject(new Error(`The owner ended: ${errors}`))),
  ]);
  const { url, description }: { url: string; description: string } = JSON.parse(line ?? "{}");
  const redis = async (command: string[]): Promise<unknown> => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  };
  return {
    pid: child.pid ?? 0,
    url,
    description,
    exited,
    redis,
    async serverPid() {
      return Number(/process_id:(\d+)/.exec(String(await redis(["INFO", "server"])))?.[1]);
    },
    async release() {
      child.stdin.write("\n");
      await exited;
    },
  };
}
