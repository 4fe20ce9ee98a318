import { expect, test } from "vitest";
import { parseStored } from "../../src/redis/codec/document.js";
import type { MemoryDocument } from "../../src/redis/codec/document.js";
import { PRESENT, changeOf } from "../../src/redis/migrations/upgrade-record.js";
import { RECORD_SCHEMA } from "../../src/redis/schemas.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { shareWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

test.each([
  ["Where did you learn to sail?", 1],
  ["In Brest, with my uncle.", undefined],
])("an upgrade notes how much of a memory asks: %s", async (content, asks) => {
  const namespace = newNamespace();
  const { id } = await remember(service, namespace, { content, memory_type: "episodic" });
  const json: unknown = await redis.sendCommand(["JSON.GET", `${service.prefix}:rec:{${namespace}}:${id}`]);
  const document = parseStored<MemoryDocument>(String(json));
  expect(document.index.asks).toBe(asks);
  const { asks: _, ...index } = document.index;
  const before = { ...document, index: { ...index, schema: 3 } };
  const change = changeOf({ id, version: undefined, document: before }, PRESENT);
  expect(change?.index?.["asks"]).toBe(asks);
  expect(change?.index?.["schema"]).toBe(RECORD_SCHEMA);
  // A stub's content is an excerpt, which says nothing of the whole.
  const archived = { segment: "s", at: 0 };
  const stub = { ...before, memory: { ...before.memory, archived } };
  expect(changeOf({ id, version: undefined, document: stub }, PRESENT)?.index?.["asks"]).toBeUndefined();
});
