import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../../support/acts/memories.js";
import { contents, newNamespace, postBatch, recall, remember } from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

/** Above the size from which on the index's statistics decide how a query runs. */
const RECORDS = 6000;

let service: Service;
const namespace = newNamespace();
const neighbour = newNamespace();
beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "none" });
  for (let from = 0; from < RECORDS; from += 500) {
    const memories = Array.from({ length: 500 }, (_, index) => ({
      memory_type: "semantic",
      // Two words that all hold, one that a tenth holds, one of its own.
      content: `shipment report ${(from + index) % 10 === 0 ? "delayed" : "punctual"} item${from + index}`,
      tags: [`lot-${(from + index) % 100}`],
    }));
    const results = await postBatch(service, namespace, memories);
    expect(results.every(({ status }) => status === 201)).toBe(true);
  }
  await remember(service, neighbour, { content: "shipment report of a neighbour" });
});
afterAll(() => service.stop());

async function find(query: string, request: Json = {}): Promise<string[]> {
  return contents(await recall(service, { query, namespaces: [namespace], mode: "keyword", ...request }));
}

describe("in a large index", () => {
  test("a rare word decides among thousands that hold the frequent ones", async () => {
    expect((await find("shipment report item4711"))[0]).toBe("shipment report punctual item4711");
    expect((await find("delayed shipment item40"))[0]).toBe("shipment report delayed item40");
  });

  test("a query of frequent words alone is answered all the same", async () => {
    const found = await find("shipment report", { limit: 100 });
    expect(found).toHaveLength(100);
    expect(found.every((content) => content.startsWith("shipment report"))).toBe(true);
    expect(
      (await find("delayed shipment", { limit: 20 })).every((content) => content.includes("delayed")),
    ).toBe(true);
  });

  test("a record is found at once by a word that no record held before", async () => {
    const word = `w${randomUUID().slice(0, 8)}`;
    expect(await find(word)).toEqual([]);
    expect((await find(`shipment ${word}`)).some((content) => content.includes(word))).toBe(false);
    await remember(service, namespace, { content: `nobody knew ${word} before` });
    expect(await find(word)).toEqual([`nobody knew ${word} before`]);
    expect((await find(`shipment ${word}`))[0]).toBe(`nobody knew ${word} before`);
  });

  test("a namespace of one record is searched as if it were alone", async () => {
    expect(await find("shipment report", { namespaces: [neighbour] })).toEqual([
      "shipment report of a neighbour",
    ]);
    expect(await find("shipment", { namespaces: [newNamespace()] })).toEqual([]);
  });

  test("what a neighbour's records hold hides nothing here", async () => {
    const small = newNamespace();
    await remember(service, neighbour, { content: "a zebra of a neighbour" });
    await remember(service, small, { content: "shipment report of a third" });
    await find("shipment zebra");
    expect(await find("shipment zebra", { namespaces: [small] })).toEqual(["shipment report of a third"]);
    expect(await find("shipment delayed", { namespaces: [small] })).toEqual(["shipment report of a third"]);
    const found = await find("shipment zebra", { limit: 100 });
    expect(found).toHaveLength(100);
    expect(found.every((content) => content.startsWith("shipment"))).toBe(true);
  });

  test("a rare word goes first, and frequent ones fill what it leaves of the list", async () => {
    const found = await find("shipment item4711", { limit: 100 });
    expect(found[0]).toBe("shipment report punctual item4711");
    expect(found).toHaveLength(100);
  });

  test("phrases as long as a query are looked up in time", async () => {
    const repeated = `"${"shipment ".repeat(900)}"`;
    const numbered = Array.from({ length: 2_500 }, (_, index) => index % 10).join(".");
    const many = Array.from({ length: 16 }, (_, index) => `"${"shipment report ".repeat(index + 1)}"`);
    for (const query of [repeated, numbered, many.join(" ")]) {
      const answer = await service.send("POST", "/v1/recall", { query, namespaces: [namespace] });
      expect(answer.status).toBe(200);
    }
    expect((await find('"report delayed" shipment'))[0]).toMatch(/^shipment report delayed/);
  });

  test("a range of time holds, narrow, wide or empty", async () => {
    const year = { from: "2001-01-01T00:00:00Z", to: "2002-01-01T00:00:00Z" };
    expect(await find("shipment", { filter: year })).toEqual([]);
    const timestamp = "2001-06-01T00:00:00Z";
    await remember(service, namespace, { content: "shipment report of long ago", timestamp });
    expect(await find("shipment", { filter: year })).toEqual(["shipment report of long ago"]);
    expect(await find("shipment long ago", { filter: { to: year.to } })).toEqual([
      "shipment report of long ago",
    ]);
    expect(await find("shipment", { filter: { from: year.to }, limit: 100 })).toHaveLength(100);
  });

  test("a filter holds, also one that lets nothing through", async () => {
    const found = await find("shipment report", { filter: { tags: ["lot-7"] }, limit: 100 });
    expect(found).toHaveLength(60);
    expect(nonEmpty(found).every((content) => /item\d*07$|item7$/.test(content))).toBe(true);
    expect(await find("shipment report", { filter: { tags: ["lot-7", "lot-8"] } })).toEqual([]);
    expect(await find("shipment report", { filter: { tags: ["no-such-lot"] } })).toEqual([]);
  });
});
