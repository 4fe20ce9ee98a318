import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { ConfigError, loadConfig } from "../../src/config.js";

const read = (file: string): string => readFileSync(join(repositoryRoot(), file), "utf8");
const BASE = { REDIS_URL: "redis://127.0.0.1:6379", OPENAI_API_KEY: "key" };

describe(".env.example", () => {
  const example = [...read(".env.example").matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(
    ([, name = "", value = ""]) => ({ name, value }),
  );

  test("names every variable that the service, npm start and the commands read, and no other", () => {
    const ofService = [...read("src/config.ts").matchAll(/^ {4}([A-Z][A-Z_]+):/gm)];
    const start = [
      "scripts/downloads/cache.ts",
      "scripts/redis/provide.ts",
      "scripts/shell/env.ts",
      "scripts/downloads/local-model.ts",
    ]
      .map(read)
      .join("\n");
    const ofStart = [...start.matchAll(/env\["([A-Z_]+)"\]/g)];
    const commands = ["options.ts", "commands/mcp.ts", "commands/hook.ts"].map((file) =>
      read(`scripts/cli/${file}`),
    );
    const ofCommands = [
      ...commands.join("\n").matchAll(/\.env\(\s*"([A-Z_]+)"/g),
      ...commands.join("\n").matchAll(/env\["(MNEME_[A-Z_]+)"\]/g),
    ];
    const known = new Set([...ofService, ...ofStart, ...ofCommands].map(([, name]) => name));
    for (const name of ["XDG_CACHE_HOME", "XDG_DATA_HOME"]) known.delete(name);
    expect(example.map(({ name }) => name).toSorted()).toEqual([...known].toSorted());
  });

  test.each(example.filter(({ name }) => name !== "MNEME_ALLOW_ANONYMOUS"))(
    "shows the default: $name=$value",
    ({ name, value }) => {
      expect(loadConfig({ ...BASE, [name]: value || BASE[name as keyof typeof BASE] })).toEqual(
        loadConfig(BASE),
      );
    },
  );
});

describe("a variable that begins with MNEME_ and that nothing reads", () => {
  test.each([
    ["MNEME_EMBEDER", "MNEME_EMBEDDER"],
    ["MNEME_REDIS_TIMEOUT", "MNEME_REDIS_TIMEOUT_MS"],
    ["MNEME_OPENAI_API_KEY", "OPENAI_API_KEY"],
    ["MNEME_RECEIPT_RETENTION_DAYS", "RECEIPT_RETENTION_DAYS"],
    [`MNEME_${"X".repeat(100_000)}`, "MNEME_"],
  ])("is an error that names the nearest one", (name, known) => {
    const load = () => loadConfig({ ...BASE, [name]: "secret" });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(`There is no such variable. The nearest one is ${known}`);
    expect(load).not.toThrow("secret");
    expect(loadConfig({ ...BASE, [name]: "" })).toEqual(loadConfig(BASE));
  });

  test("isn't one that Kubernetes, a client or npm start has", () => {
    const others = {
      MNEME_SERVICE_HOST: "10.0.0.7",
      MNEME_SERVICE_PORT: "80",
      MNEME_SERVICE_PORT_HTTP: "80",
      MNEME_PORT: "tcp://10.0.0.7:80",
      MNEME_PORT_80_TCP: "tcp://10.0.0.7:80",
      MNEME_PORT_80_TCP_PROTO: "tcp",
      MNEME_REDIS_SERVICE_HOST: "10.0.0.8",
      MNEME_URL: "http://127.0.0.1:8080",
      MNEME_DATA_DIR: ".data",
    };
    expect(loadConfig({ ...BASE, ...others })).toEqual(loadConfig(BASE));
    expect(() => loadConfig({ ...BASE, MNEME_PORT: "8080" })).toThrow("The nearest one is PORT");
  });
});

test("docker-compose.yml passes .env, and sets only what a container needs", () => {
  const [, service = ""] = read("docker-compose.yml").split(/^ {2}mneme:$/m);
  expect(service).toMatch(/env_file:\n {6}- path: \.env\n/);
  const [, set = ""] = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(service) ?? [];
  const names = [...set.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(names).toEqual(["REDIS_URL", "HOST", "PORT", "MNEME_MODEL_DIR"]);
});

describe("REDIS_URL", () => {
  test.each([
    "redis://localhost",
    "redis://127.0.0.1:7000/",
    "redis://127.0.0.1/0",
    "rediss://user:p%40ss@redis.example.org:6380",
    "redis://[::1]:6379",
    "unix:///run/redis.sock",
    "unix://user:word@/run/redis.sock?db=0",
  ])("may be %s", (url) => {
    expect(loadConfig({ ...BASE, REDIS_URL: url }).redis.url).toBe(url);
  });

  test.each([
    ["127.0.0.1:6379", "redis://"],
    ["http://127.0.0.1", "redis://"],
    ["redis://127.0.0.1:99999", "Must be a URL"],
    ["redis://:100%@127.0.0.1", "percent-encoded"],
    ["redis://127.0.0.1:6379/2", "MNEME_KEY_PREFIX"],
    ["unix:///run/redis.sock?db=3", "MNEME_KEY_PREFIX"],
  ])("can't be %s, and the message says what it must be", (url, hint) => {
    const load = () => loadConfig({ ...BASE, REDIS_URL: url });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(hint);
  });
});
