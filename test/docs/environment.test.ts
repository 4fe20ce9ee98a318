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

  test("names every variable that the service and npm start read, and no other", () => {
    const ofService = [...read("src/config.ts").matchAll(/^ {4}([A-Z][A-Z_]+):/gm)];
    const start = [
      "scripts/downloads/cache.ts",
      "scripts/redis/provide.ts",
      "scripts/downloads/local-model.ts",
    ]
      .map(read)
      .join("\n");
    const ofStart = [...start.matchAll(/env\["([A-Z_]+)"\]/g)];
    const known = new Set([...ofService, ...ofStart].map(([, name]) => name));
    known.delete("XDG_CACHE_HOME");
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
