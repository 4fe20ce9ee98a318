import { createArchive } from "../../src/memory/archive/create-archive.js";
import { createIds } from "../../src/memory/model/ids.js";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createRedis } from "../../src/compose/redis.js";
import { createStores } from "../../src/compose/stores.js";
import { loadConfig } from "../../src/config.js";
import { systemContext } from "../../src/domain/context.js";
import { scanPii } from "../../src/memory/pii/scan.js";
import { newNamespace, pathOf, postBatch } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

test("a scan whose time is over within a page goes on at the next memory, and examines each once", async () => {
  const namespace = newNamespace();
  const stored = await postBatch(
    service,
    namespace,
    Array.from({ length: 6 }, (_, at) => ({ memory_type: "semantic", content: `Mail a${at}@example.com` })),
  );
  const config = loadConfig(service.env);
  const redis = createRedis(config, {
    logger: pino({ level: "silent" }),
    metrics: { redis: () => {} },
    onMissingIndex: () => {},
  });
  await redis.client.connect();
  onTestFinished(() => redis.client.destroy());
  const { memories: store, audit } = createStores(config, redis);
  const archive = createArchive({
    store,
    place: undefined,
    newId: createIds(),
    now: Date.now,
    model: () => ({ id: undefined, also: false }),
    observe() {},
  });

  const context = systemContext("a test", Date.now);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const input = { kinds: ["email"] as const, limit: 1000, cursor };
    const page = await scanPii({ store, audit, archive }, context, namespace, input, 0);
    expect(page.examined).toBe(1);
    seen.push(...(page.memories.email ?? []));
    // What is deleted meanwhile doesn't move the place.
    if (seen.length === 3) await service.send("DELETE", pathOf({ namespace, id: seen[1] ?? "" }));
    ({ cursor } = page);
  } while (cursor !== undefined);
  expect(seen).toEqual(stored.map(({ memory }) => memory?.id));
});
