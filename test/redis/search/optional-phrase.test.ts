import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { keywordClause } from "../../../src/redis/search/query.js";
import { newNamespace } from "../../support/acts/memories.js";

const NAMES = ["anna", "bert", "clara", "dieter", "eva", "franz"];
const THINGS = ["parcel", "invoice", "contract", "laptop", "bicycle", "router"];
const FILL = ["the", "was", "sent", "repaired", "by", "for", "old", "new", "again"];

/** Numbers that look drawn, and are the same in each run. */
function drawing(): (below: number) => number {
  let seed = 7;
  return (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
}

/** A text that holds a name and a thing: side by side, apart, or the other way round. */
function textOf(draw: (below: number) => number): string {
  const [name, thing, between] = [NAMES[draw(6)] ?? "", THINGS[draw(6)] ?? "", FILL[draw(9)] ?? ""];
  const core =
    [
      [name, thing],
      [name, between, thing],
      [thing, between, name],
    ][draw(3)] ?? [];
  const fill = () => Array.from({ length: draw(5) }, () => FILL[draw(9)] ?? "");
  return [...fill(), ...core, ...fill()].join(" ");
}

test("two neighbours score what holds them side by side, and nothing else", async () => {
  const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
  await redis.connect();
  const place = newNamespace();
  onTestFinished(async () => {
    await redis.sendCommand(["FT.DROPINDEX", place, "DD"]);
    redis.destroy();
  });
  const schema = ["SCHEMA", "text", "TEXT", "NOSTEM", "half", "TAG"];
  await redis.sendCommand([
    "FT.CREATE",
    place,
    "ON",
    "HASH",
    "PREFIX",
    "1",
    `${place}:`,
    "STOPWORDS",
    "0",
    ...schema,
  ]);
  const draw = drawing();
  const texts = new Map<string, string>();
  for (let index = 0; index < 1500; index++) {
    const [key, text] = [`${place}:${index}`, textOf(draw)];
    texts.set(key, text);
    await redis.sendCommand(["HSET", key, "text", text, "half", String(index % 2)]);
  }

  // Until the first scan over all keys is done, what it indexes again counts twice: scores drift from search to search.
  const scanned = async () => {
    const info: unknown[] = await redis.sendCommand(["FT.INFO", place]);
    return String(info[info.indexOf("indexing") + 1]) === "0";
  };
  while (!(await scanned())) await sleep(20);

  const scoresWith = async (terms: [string, string], pairs: [string, string][]) => {
    const params: Record<string, string> = {};
    const none = { phrases: [], spellings: [], background: new Set<string>(), language: undefined };
    const statistics = { term: () => ({ records: 250, postings: 250 }) };
    const clause = keywordClause({ terms, pairs, ...none }, terms, statistics, params);
    const named = Object.entries(params).flat();
    const given = ["PARAMS", String(named.length), ...named, "DIALECT", "2"];
    // A search that a busy machine ends early would lack some.
    const wanted = ["WITHSCORES", "NOCONTENT", "SCORER", "BM25STD", "LIMIT", "0", "2000", "TIMEOUT", "0"];
    const command = ["FT.SEARCH", place, `@half:{1} ${clause}`, ...wanted, ...given];
    const [, ...hits]: string[] = await redis.sendCommand(command);
    const scores = new Map<string, number>();
    for (let at = 0; at + 1 < hits.length; at += 2) scores.set(hits[at] ?? "", Number(hits[at + 1]));
    return scores;
  };
  let held = 0;
  for (const name of NAMES) {
    for (const thing of THINGS) {
      const [alone, paired] = [
        await scoresWith([name, thing], []),
        await scoresWith([name, thing], [[name, thing]]),
      ];
      expect(paired.size).toBe(alone.size);
      for (const [key, score] of paired) {
        const text = texts.get(key) ?? "";
        const raised = score > (alone.get(key) ?? 0) * 1.000_001;
        expect({ text, pair: `${name} ${thing}`, raised }).toEqual({
          text,
          pair: `${name} ${thing}`,
          raised: text.includes(`${name} ${thing}`),
        });
        if (raised) held += 1;
      }
    }
  }
  expect(held).toBeGreaterThan(100);
});
