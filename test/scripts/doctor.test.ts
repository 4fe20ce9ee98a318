import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { createClock } from "../../scripts/test-faults/clock.js";
import type { Finding } from "../../scripts/doctor/finding.js";
import { newNamespace } from "../support/acts/memories.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";
import { startService } from "../support/service/service.js";

interface Diagnosis {
  readonly code: number | null;
  readonly problems: string[];
  readonly warnings: string[];
  readonly all: string;
}

/** `mneme doctor --json` with these settings. */
async function doctor(settings: Record<string, string>): Promise<Diagnosis> {
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"],
    PORT: "0",
    MNEME_EMBEDDER: "none",
    ...settings,
  };
  const child = spawn(process.execPath, [inject("commandsMain"), "doctor", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const [code] = (await once(child, "close")) as [number | null];
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const of = (wanted: Finding["status"]) =>
    findings.filter(({ status }) => status === wanted).map(({ part, detail }) => `${part}: ${detail}`);
  return { code, problems: of("problem"), warnings: of("warning"), all: stdout };
}

let redis: TestRedis;
let admin: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await startRedis({ appendonly: true, config: ["maxmemory 512mb"] });
  admin = createClient({ url: redis.url });
  await admin.connect();
});
afterAll(async () => {
  admin.destroy();
  await redis.stop();
});

test("a sound setup has no problem and no warning", async () => {
  const found = await doctor({
    REDIS_URL: redis.url,
    MNEME_EMBEDDER: "local",
    MNEME_MODEL_DIR: inject("modelDir"),
  });
  expect(found).toMatchObject({ code: 0, problems: [], warnings: [] });
  for (const word of ["search and JSON", "append-only", "e5-small-v2-int8", "MiB are left", "agree"]) {
    expect(found.all).toContain(word);
  }
  // It leaves nothing behind.
  expect(await admin.dbSize()).toBe(0);
});

describe("Redis", () => {
  test("that isn't there", async () => {
    const found = await doctor({ REDIS_URL: "redis://user:hidden@127.0.0.1:1" });
    expect(found.code).toBe(1);
    expect(found.problems).toEqual([expect.stringMatching(/^redis: .*can't be reached.*ECONNREFUSED/)]);
    expect(found.all).not.toContain("hidden");
  });

  test("that asks for a password", async () => {
    await admin.configSet("requirepass", "secret");
    onTestFinished(async () => void (await admin.configSet("requirepass", "")));
    const { problems } = await doctor({ REDIS_URL: redis.url });
    expect(problems).toEqual([expect.stringContaining("refuses the user or the password")]);
  });

  test("without search and JSON", async () => {
    const bare = await startRedis({ modules: false });
    onTestFinished(() => bare.stop());
    const { code, problems } = await doctor({ REDIS_URL: bare.url });
    expect(code).toBe(1);
    expect(problems).toEqual([expect.stringContaining("no search and no JSON. Use Redis 8")]);
  });

  test("that evicts, keeps nothing and is full", async () => {
    const small = await startRedis({ config: ["maxmemory-policy allkeys-lru", "maxmemory 1mb"] });
    onTestFinished(() => small.stop());
    const { problems, warnings } = await doctor({ REDIS_URL: small.url });
    expect(problems).toContainEqual(expect.stringContaining("Set it to noeviction"));
    expect(problems).toContainEqual(expect.stringMatching(/Redis uses \d+ MiB, \d+ % of its maxmemory/));
    expect(warnings).toContainEqual(expect.stringContaining("Set appendonly to yes"));
  });

  test("whose memory has no bound", async () => {
    const open = await startRedis({ appendonly: true });
    onTestFinished(() => open.stop());
    const { code, warnings } = await doctor({ REDIS_URL: open.url });
    expect(code).toBe(0);
    expect(warnings).toContainEqual(expect.stringContaining("has no maxmemory"));
  });

  test("that is a replica", async () => {
    const replica = await startRedis({ config: [`replicaof 127.0.0.1 ${redis.port}`, "maxmemory 512mb"] });
    onTestFinished(() => replica.stop());
    const { problems } = await doctor({ REDIS_URL: replica.url });
    expect(problems).toEqual([expect.stringMatching(/doesn't accept writes: READONLY.*must name a primary/)]);
  });

  test("whose ACL denies commands names these and the user", async () => {
    const rules = [
      "on",
      ">secret",
      "~*",
      "&*",
      "+@all",
      "-json.set",
      "-@scripting",
      "-ft.create",
      "-subscribe",
    ];
    await admin.sendCommand(["ACL", "SETUSER", "agent", ...rules]);
    const { problems } = await doctor({ REDIS_URL: redis.url.replace("//", "//agent:secret@") });
    expect(problems).toEqual([
      expect.stringMatching(
        /ACL denies agent JSON\.SET, SCRIPT, EVALSHA, EVAL, FT\.CREATE, SUBSCRIBE on keys/,
      ),
    ]);
  });

  test("whose ACL allows other keys only", async () => {
    const rules = ["on", ">secret", "~other:*", "&*", "+@all"];
    await admin.sendCommand(["ACL", "SETUSER", "elsewhere", ...rules]);
    const { problems } = await doctor({ REDIS_URL: redis.url.replace("//", "//elsewhere:secret@") });
    expect(problems).toEqual([expect.stringMatching(/ACL denies elsewhere SET, .*MNEME_KEY_PREFIX/)]);
  });

  test.skipIf(createClock() === undefined)("whose clock is wrong", async () => {
    const clock = createClock();
    clock?.shift(60);
    const skewed = await startRedis({
      appendonly: true,
      config: ["maxmemory 512mb"],
      ...(clock === undefined ? {} : { clock: clock.file }),
    });
    onTestFinished(() => skewed.stop());
    const { warnings } = await doctor({ REDIS_URL: skewed.url });
    expect(warnings).toContainEqual(expect.stringMatching(/clock is (59|60|61)\.\d s ahead/));
  });
});

test("settings that are wrong are all named, and nothing else is looked at", async () => {
  const { code, problems } = await doctor({
    REDIS_URL: "redis://127.0.0.1:1",
    PORT: "many",
    MNEME_EMBEDER: "local",
  });
  expect(code).toBe(1);
  expect(problems).toHaveLength(1);
  for (const word of ["PORT", "MNEME_EMBEDER"]) expect(problems[0]).toContain(word);
});

test("a model whose file is damaged", async () => {
  const folder = tempDir();
  cpSync(inject("modelDir"), folder, { recursive: true });
  writeFileSync(join(folder, "model.onnx"), "not a model");
  const { problems } = await doctor({
    REDIS_URL: redis.url,
    MNEME_EMBEDDER: "local",
    MNEME_MODEL_DIR: folder,
  });
  expect(problems).toEqual([expect.stringMatching(/^embedder: .*model\.onnx.*MNEME_MODEL_DIR/)]);
});

test("a provider that isn't there", async () => {
  const { problems } = await doctor({
    REDIS_URL: redis.url,
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "sk-hidden-key",
    OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
    MNEME_EMBEDDING_DIMENSIONS: "64",
  });
  expect(problems).toEqual([expect.stringContaining("Check OPENAI_API_KEY")]);
  expect(problems.join()).not.toContain("sk-hidden-key");
});

test("a model that isn't that of the stored vectors", async () => {
  const provider = await startFakeOpenAI(64);
  onTestFinished(() => provider.close());
  const prefix = `t${newNamespace().slice(2, 10)}`;
  await admin.hSet(`${prefix}:meta`, "embedding_model", "other-64");
  onTestFinished(async () => void (await admin.del(`${prefix}:meta`)));
  const settings = {
    REDIS_URL: redis.url,
    MNEME_KEY_PREFIX: prefix,
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_MODEL: "one",
    MNEME_EMBEDDING_DIMENSIONS: "64",
  };
  const found = await doctor(settings);
  expect(found.warnings).toEqual([expect.stringMatching(/^embedder: .*other-64, but one-64 is configured/)]);
  expect((await doctor({ ...settings, MNEME_EMBEDDING_MODEL: "other" })).warnings).toEqual([]);
});

describe("the port", () => {
  test("that another program has", async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { problems } = await doctor({ REDIS_URL: redis.url, PORT: String(port) });
    expect(problems).toEqual([expect.stringMatching(/Another program listens.*set PORT to a free port/)]);
  });

  test("that mneme has is fine", async () => {
    const service = await startService();
    onTestFinished(() => service.kill9());
    const { code, all } = await doctor({ REDIS_URL: redis.url, PORT: new URL(service.url).port });
    expect(code).toBe(0);
    expect(all).toContain("mneme serves at");
  });
});

test("a folder for downloads that can't be made", async () => {
  const folder = tempDir();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "file"), "");
  const { problems } = await doctor({ REDIS_URL: redis.url, MNEME_CACHE_DIR: join(folder, "file", "cache") });
  expect(problems).toEqual([expect.stringMatching(/disk: .*isn't a folder.*MNEME_CACHE_DIR/)]);
});
