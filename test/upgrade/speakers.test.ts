import { expect, test } from "vitest";
import { parseStored } from "../../src/redis/codec/document.js";
import type { MemoryDocument } from "../../src/redis/codec/document.js";
import { PRESENT, changeOf } from "../../src/redis/migrations/upgrade-record.js";
import { RECORD_SCHEMA } from "../../src/redis/schemas.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { shareWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

test.each([
  ["Mara: I learnt to sail in Brest.", { by: "mara" }],
  ["She learnt to sail in Brest.", undefined],
])("an upgrade notes whose words a memory begins with: %s", async (content, said) => {
  const namespace = newNamespace();
  const { id } = await remember(service, namespace, { content, memory_type: "episodic" });
  const json: unknown = await redis.sendCommand(["JSON.GET", `${service.prefix}:rec:{${namespace}}:${id}`]);
  const document = parseStored<MemoryDocument>(String(json));
  expect(document.index.said).toEqual(said);
  const { said: _, ...index } = document.index;
  const before = { ...document, index: { ...index, schema: 5 } };
  const change = changeOf({ id, version: undefined, document: before }, PRESENT);
  expect(change?.index?.["said"]).toEqual(said);
  expect(change?.index?.["schema"]).toBe(RECORD_SCHEMA);
  // A stub's content is an excerpt, which may begin elsewhere.
  const archived = { segment: "s", at: 0 };
  const stub = { ...before, memory: { ...before.memory, archived } };
  expect(changeOf({ id, version: undefined, document: stub }, PRESENT)?.index?.["said"]).toBeUndefined();
});
