import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, describe, expect, test } from "vitest";
import { oneNode } from "../../src/redis/connection/nodes.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import { createLocks } from "../../src/redis/locks/index.js";
import { dropOldIndexes } from "../../src/redis/migrations/old-indexes.js";
import { INDEX_SCHEMAS, PRESENT_SCHEMAS, RECORD_SCHEMA, clientName } from "../../src/redis/schemas.js";
import { claimSchemas } from "../../src/redis/migrations/progress.js";
import { RECORD_SCHEMAS, latestOf } from "../../src/redis/migrations/record-schemas.js";
import { startMigrations } from "../../src/redis/migrations/run.js";
import type { Migrations } from "../../src/redis/migrations/run.js";
import type { Target } from "../../src/redis/migrations/upgrade-record.js";
import { newNamespace, postBatch, read, recall, remember, revise } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { startService, until } from "../support/service/service.js";

// Of its own: an upgrade walks over everything that is there.
const server = await startRedis();
const redis = createClient({ url: server.url });
await redis.connect();
const service = await startService({ REDIS_URL: server.url });
const keys = createKeys(service.prefix);
const client = createRedisClient({ url: service.env["REDIS_URL"] ?? "" });
await client.connect();
afterAll(async () => {
  client.destroy();
  redis.destroy();
  await service.stop();
  await server.stop();
});
const gateway = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });

/** More than the upgrade takes in one batch. `node scripts/run.mjs check-upgrade` does it with 20,000. */
const RECORDS = Number(process.env["MNEME_TEST_UPGRADE_RECORDS"] ?? 400);
/** Only ends a hang, also on a loaded machine. */
const LIMIT_MS = 300_000 + 60 * RECORDS;

/** A release after this one: each text gets one more term, and each record a mark and a facet. */
const NEXT: Target = {
  schemas: [
    {
      number: RECORD_SCHEMA + 1,
      change: "a mark",
      upgrade: ({ document: { index } }) => ({
        index: { mark: `was ${index.schema ?? 1}` },
        facets: ["marked"],
      }),
    },
  ],
  terms: 99,
  toTerms: (text) => `${text.toLowerCase()} extraterm`,
};

function migrate(): { migrations: Migrations; underWay: Promise<void>; finished: Promise<void> } {
  let resolve: () => void;
  let reached: () => void;
  const underWay = new Promise<void>((settle) => (reached = settle));
  let reject: (error: unknown) => void;
  const finished = new Promise<void>((...settle) => ([resolve, reject] = settle));
  const migrations = startMigrations({
    redis: gateway,
    keys,
    locks: createLocks(gateway, keys),
    stateHistoryMs: 7 * 24 * 3600 * 1000,
    indexesComplete: async () => true,
    onProgress: () => reached(),
    onDone: () => resolve(),
    onError: (error) => reject(error),
    target: NEXT,
  });
  return { migrations, underWay, finished };
}

async function marksIn(namespace: string): Promise<(string | undefined)[]> {
  const found = await redis.keys(`${service.prefix}:rec:{${namespace}}:*`);
  return Promise.all(
    found.map(async (key) => {
      const [index] = (await redis.json.get(key, { path: "$.index" })) as { mark?: string; terms?: number }[];
      return index?.terms === 99 ? index.mark : undefined;
    }),
  );
}

describe("an upgrade of stored records", () => {
  test(
    "gives every record its new fields and terms, is resumed where it was stopped, and loses no revision",
    async () => {
      const namespace = newNamespace();
      const many = Array.from({ length: RECORDS }, (_, index) => ({
        memory_type: "semantic",
        content: `Shelf ${index} of the depot.`,
      }));
      for (let from = 0; from < many.length; from += 100) {
        await postBatch(service, namespace, many.slice(from, from + 100));
      }
      const revised = await remember(service, namespace, { content: "The gate opens at seven." });

      const first = migrate();
      const state = { stopped: false };
      const revisions = (async () => {
        let last = revised;
        for (let count = 0; !state.stopped || count < 20; count++) {
          last = await revise(service, last, { metadata: { count } });
          await sleep(20);
        }
        return last;
      })();
      await first.underWay;
      await first.migrations.stop();
      expect((await marksIn(namespace)).filter((mark) => mark === undefined).length).toBeGreaterThan(0);

      const second = migrate();
      await second.finished;
      state.stopped = true;
      const last = await revisions;
      await second.migrations.stop();
      expect(new Set(await marksIn(namespace))).toEqual(new Set([`was ${RECORD_SCHEMA}`]));
      expect(await read(service, revised)).toMatchObject({ version: last.version, metadata: last.metadata });
      // Old versions as well.
      const old = await redis.keys(`${service.prefix}:old:{${namespace}}:*`);
      expect(old.length).toBe(last.version - 1);
      // Their vectors are found by what they say now.
      for (const vector of await redis.keys(`${service.prefix}:vec:*:{${namespace}}:*`)) {
        expect((await redis.hGet(vector, "facets"))?.split(",")).toContain("marked");
      }
      const found = await recall(service, { namespaces: [namespace], query: "extraterm", limit: 5 });
      expect(found.hits).toHaveLength(5);
    },
    LIMIT_MS,
  );
});

test("the schema that records are written with is the last that a step leads to", () => {
  expect(latestOf(RECORD_SCHEMAS)).toBe(RECORD_SCHEMA);
});

describe("data of a newer release", () => {
  test("is refused at the start, with a sentence that names both schemas", async () => {
    const other = createKeys(`${service.prefix}x`);
    await claimSchemas(client, other, { record: RECORD_SCHEMA + 1, terms: 1 });
    await expect(claimSchemas(client, other)).rejects.toThrow(/upgraded by a newer release/);
  });
});

describe("an index of an older schema", () => {
  const older = `${keys.indexFamilies().records}${INDEX_SCHEMAS.records - 1}`;
  const definition = [
    "ON",
    "JSON",
    "PREFIX",
    "1",
    keys.allRecords(),
    "SCHEMA",
    "$.index.ns",
    "AS",
    "ns",
    "TAG",
  ];

  test("is dropped once no process that searches it is connected; the records stay", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "The cellar holds apples." });
    await redis.sendCommand(["FT.CREATE", older, ...definition]);
    const name = clientName({ ...PRESENT_SCHEMAS, records: INDEX_SCHEMAS.records - 1 });
    const process = createClient({ url: service.env["REDIS_URL"] ?? "", name });
    await process.connect();
    expect(await dropOldIndexes(oneNode(client), keys)).toEqual([older]);
    process.destroy();
    await until(
      () => dropOldIndexes(oneNode(client), keys),
      (waiting) => waiting.length === 0,
    );
    const names = (await redis.sendCommand(["FT._LIST"])) as string[];
    expect(names).not.toContain(older);
    expect(names).toContain(keys.recordIndex());
    expect(await read(service, memory)).toMatchObject({ content: "The cellar holds apples." });
  });
});
