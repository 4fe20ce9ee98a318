import { createClient } from "redis";
import { describe, expect, inject, test } from "vitest";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import { createIndexStatistics, plansOf, sizesIn } from "../../../src/redis/search/statistics.js";
import { newNamespace, postBatch } from "../../support/acts/memories.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { recordedIn } from "../replies/read.js";

/** Replies of a real Redis of each version, in RESP2. */
function profileOf(version: string): unknown {
  return recordedIn<{ reply: unknown }>(`profile-${version}.jsonl`)[0]?.reply;
}

describe("the sizes of postings", () => {
  test.each(["7.4.1", "8.2.3", "8.8"])("are read from the plan that Redis %s shows", (version) => {
    expect(sizesIn(profileOf(version))).toEqual(
      new Map([
        ["TEXT:anna", 2],
        ["TEXT:boat", 2],
      ]),
    );
  });

  test("of several ranges are asked for one by one: a plan doesn't say whose its parts are", () => {
    const kinds = ["TAG", "NUMERIC", "TEXT", "NUMERIC", "NUMERIC"] as const;
    const wanted = kinds.map((kind, nth) => ({ kind, nth }));
    const plans = plansOf(wanted);
    expect(plans.map((plan) => plan.filter(({ kind }) => kind === "NUMERIC").length)).toEqual([1, 1, 1]);
    expect(plans.flat().toSorted((one, other) => one.nth - other.nth)).toEqual(wanted);
    // Without a second range there is one query.
    expect(plansOf(wanted.slice(0, 3))).toHaveLength(1);
  });

  test("are summed over the shards of a Redis 8.8 cluster", () => {
    const sizes = sizesIn(profileOf("8.8-cluster"));
    expect([...sizes.keys()].toSorted()).toEqual(["NUMERIC:", "TAG:a", "TEXT:anna"]);
    // Three shards; the first two hold 2 and 5.
    expect(sizes.get("TEXT:anna")).toBeGreaterThan(7);
  });
});

const { service } = await startWithRedis({ MNEME_EMBEDDER: "none" });

describe("statistics of an index", () => {
  test("know how many records hold a term, lie in a namespace, and lie in a range of time", async () => {
    const [namespace, neighbour] = [newNamespace(), newNamespace()];
    const memory = (content: string, day: number) => ({
      memory_type: "semantic",
      content,
      timestamp: `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`,
    });
    await postBatch(service, namespace, [
      memory("harbour zebra", 1),
      memory("harbour crane", 2),
      memory("harbour gull", 3),
    ]);
    await postBatch(service, neighbour, [memory("harbour", 4)]);

    const client = createRedisClient({ url: inject("redisUrl") });
    await client.connect();
    try {
      const options = { timeoutMs: 5000, onMissingIndex: () => {}, observe: () => {} };
      const statistics = createIndexStatistics(createGateway(client, options), createKeys(service.prefix));
      const scopes = [{ root: namespace, below: false }];
      const moment = { asOf: undefined, validAt: undefined };
      const whole = { groups: [], from: undefined, to: undefined };
      const found = await statistics.lookup({ scopes, filter: whole, moment }, ["harbour", "zebra", "yak"]);
      expect(found.records).toBe(4);
      expect(found.letThrough).toBe(3);
      expect(["harbour", "zebra", "yak"].map((term) => found.term(term).postings)).toEqual([4, 1, 0]);
      const late = { ...whole, from: Date.UTC(2026, 0, 3) };
      expect((await statistics.lookup({ scopes, filter: late, moment }, [])).letThrough).toBeGreaterThan(0);
      const reversed = { ...late, to: Date.UTC(2026, 0, 1) };
      expect((await statistics.lookup({ scopes, filter: reversed, moment }, [])).letThrough).toBe(0);
    } finally {
      client.destroy();
    }
  });

  test("are asked for by a query that every Redis shows a plan of: a union, without an empty intersection", async () => {
    const watcher = createClient({ url: inject("redisUrl") });
    await watcher.connect();
    const seen: string[] = [];
    await watcher.monitor((line) => void (line.includes("FT.PROFILE") && seen.push(String(line))));
    await service.send("POST", "/v1/recall", { query: "harbour zebra", namespaces: [newNamespace()] });
    await expect.poll(() => seen.filter((line) => line.includes(service.prefix))).not.toEqual([]);
    watcher.destroy();
    for (const line of seen.filter((each) => each.includes(service.prefix))) {
      expect(line).toContain('"AGGREGATE"');
      expect(line).not.toContain("$never");
    }
  });
});
