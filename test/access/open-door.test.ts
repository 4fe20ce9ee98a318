import { createClient } from "redis";
import { afterAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { as, createKey } from "../support/acts/access.js";
import { bodyOf, newNamespace, pathOf, post } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { keysCommand } from "../support/run/keys-command.js";
import { startService, until, untilLogged } from "../support/service/service.js";
import type { Overrides, Service } from "../support/service/service.js";

const redis = createClient({ url: inject("redisUrl") });
await redis.connect();
afterAll(() => redis.destroy());

/** Restarted services are processes of their own: none remembers what the one before had seen. */
async function start(prefix?: string, more: Overrides = {}): Promise<Service> {
  const service = await startService({
    ...(prefix === undefined ? {} : { MNEME_KEY_PREFIX: prefix }),
    ...more,
  });
  onTestFinished(() => service.kill9());
  return service;
}

async function keysBelow(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of redis.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) found.push(...page);
  return found;
}

const status = async (service: Service): Promise<number> =>
  (await service.send("GET", `/v1/namespaces/${NS}/memories`)).status;

const NS = newNamespace();

describe("a store that had a key", () => {
  test("stays closed to requests without one, whatever of its notes about keys is lost", async () => {
    let service = await start();
    const { prefix } = service;
    const keys = createKeys(prefix);
    expect((await post(service, NS, { content: "The safe is behind the picture." })).status).toBe(201);
    const { key } = await createKey(service);
    await service.stop();

    await redis.del(keys.apiKeyEverMade());
    service = await start(prefix, { MNEME_ALLOW_ANONYMOUS: "1" });
    expect(await status(service)).toBe(401);
    expect(await status(as(service, key))).toBe(200);
    expect(await redis.exists(keys.apiKeyEverMade())).toBe(1);
    await service.stop();

    await redis.del((await keysBelow(prefix)).filter((each) => each.includes("{~system}")));
    service = await start(prefix, { MNEME_ALLOW_ANONYMOUS: "1" });
    expect(await status(service)).toBe(401);
    expect((await service.send("POST", "/v1/keys", { agent: "x", grants: [] })).status).toBe(401);
    expect((await service.send("GET", "/readyz")).status).toBe(200);
    await untilLogged(service, "nothing in it says whether API keys protect it");
    const made = await keysCommand(service, "create", "--agent", "root", "--admin");
    expect(await status(as(service, made.stdout.trim()))).toBe(200);
    expect(await keysCommand(service, "open")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has had API keys") as string,
    });
  });
});

describe("a store without keys", () => {
  test("stays open after a restart, and after its Redis was flushed, until its first key", async () => {
    const first = await start();
    const { prefix } = first;
    const kettle = bodyOf<Memory>(await post(first, NS, { content: "The kettle whistles." }), 201);
    // Asks whose agent that is, of keys that there aren't.
    const published = await first.send("POST", `${pathOf(kettle)}/publish`, { to: newNamespace() });
    expect(published.status).toBe(201);
    await first.stop();
    const service = await start(prefix);
    expect(await status(service)).toBe(200);
    // As FLUSHALL would, on a Redis that other tests use.
    await redis.del(await keysBelow(prefix));
    for (let turn = 0; turn < 3; turn++) {
      expect((await post(service, NS, { content: `Kettle ${turn} whistles.` })).status).toBe(201);
    }
    const keys = createKeys(prefix);
    await until(
      async () => ({ status: await status(service), noted: await redis.exists(keys.openWithoutKeys()) }),
      ({ noted }) => noted === 1,
      15_000,
    );
    const second = await start(prefix);
    expect(await status(second)).toBe(200);
    await createKey(second);
    expect(await redis.exists(keys.openWithoutKeys())).toBe(0);
    for (const each of [service, second]) {
      await until(
        () => status(each),
        (found) => found === 401,
        15_000,
      );
    }
  });

  test("that an earlier release wrote is closed until it is opened by name", async () => {
    const first = await start();
    const { prefix } = first;
    expect((await post(first, NS, { content: "The kettle whistles." })).status).toBe(201);
    await first.stop();
    // An earlier release keeps no such note.
    await redis.del(createKeys(prefix).openWithoutKeys());
    const service = await start(prefix);
    await untilLogged(service, "npx mneme keys open");
    expect(await status(service)).toBe(401);
    expect(await keysCommand(service, "open")).toMatchObject({ code: 0, stdout: "" });
    await until(
      () => status(service),
      (found) => found === 200,
      15_000,
    );
    expect(await status(await start(prefix))).toBe(200);
  });
});
