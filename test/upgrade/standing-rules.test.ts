import { expect, test } from "vitest";
import { RULE_FACET } from "../../src/memory/model/facets.js";
import { parseStored } from "../../src/redis/codec/document.js";
import type { MemoryDocument } from "../../src/redis/codec/document.js";
import { PRESENT, changeOf } from "../../src/redis/migrations/upgrade-record.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { shareWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

test.each([
  ["Always give prices with tax.", true],
  ["Prices are given with tax.", false],
])("an upgrade gives a standing rule its facet: %s", async (content, isRule) => {
  const namespace = newNamespace();
  const { id } = await remember(service, namespace, { content, memory_type: "episodic" });
  const json: unknown = await redis.sendCommand(["JSON.GET", `${service.prefix}:rec:{${namespace}}:${id}`]);
  const document = parseStored<MemoryDocument>(String(json));
  expect(document.index.facets.includes(RULE_FACET)).toBe(isRule);
  const facets = document.index.facets.filter((facet) => facet !== RULE_FACET);
  const before = { ...document, index: { ...document.index, facets, schema: 6 } };
  const change = changeOf({ id, version: undefined, document: before }, PRESENT);
  expect(change?.index?.["facets"]).toEqual(isRule ? [...facets, RULE_FACET] : undefined);
});
