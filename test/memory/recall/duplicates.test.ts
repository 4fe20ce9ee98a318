import { expect, test } from "vitest";
import { as, keyFor, startTwo } from "../../support/acts/access.js";
import { bodyOf, contents, newNamespace, recall, remember } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { createItem } from "../../support/acts/items.js";
import { tell } from "../../support/acts/facts.js";
import { said } from "../../support/acts/trust.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";

const { service } = await useFakeEmbedder(64);

const ask = (namespaces: readonly string[], more: Json = {}): Json => ({
  query: "harbour gate code",
  namespaces,
  mode: "keyword",
  limit: 3,
  ...more,
});

test("copies of a text in several namespaces take one place, and the next hits take theirs", async () => {
  const root = newNamespace();
  const spaces = ["a", "b", "c", "d"].map((name) => `${root}.${name}`);
  const copies: { namespace: string; id: string }[] = [];
  for (const [index, namespace] of spaces.entries()) {
    const content = [
      "The harbour gate code is 4471.",
      "the  harbour gate code is 4471",
      "Harbour gate code is 4471.",
    ][index % 3];
    const { id } = await remember(service, namespace, { content });
    copies.push({ namespace, id });
  }
  const others = ["The gate of the harbour is old.", "A harbour has a gate."];
  for (const content of others) await remember(service, `${root}.e`, { content });
  const found = await recall(service, ask([`${root}.**`]));
  expect(found.hits).toHaveLength(3);
  expect(contents(found).slice(1).toSorted()).toEqual(others.toSorted());
  const [best] = found.hits;
  const named = [...(best?.also ?? []), { namespace: best?.memory.namespace, id: best?.memory.id }];
  const byId = (one: { id?: string | undefined }, other: { id?: string | undefined }): number =>
    String(one.id) < String(other.id) ? -1 : 1;
  expect(named.toSorted(byId)).toEqual(copies.toSorted(byId));
  const receipt = bodyOf<{ hits: { also?: unknown }[] }>(
    await service.send("GET", `/v1/receipts/${found.receipt_id}`),
    200,
  );
  expect(receipt.hits[0]?.also).toEqual(best?.also);
  const kept = await recall(service, ask([`${root}.**`], { duplicates: "keep" }));
  expect(kept.hits.every(({ memory, also }) => memory.content.includes("4471") && also === undefined)).toBe(
    true,
  );
});

test("texts that differ in a word, a number or their truth stay apart", async () => {
  const root = newNamespace();
  const texts = [
    "The harbour gate code is 4471.",
    "The harbour gate code is 4472.",
    "The harbour gate code isn't 4471.",
    "The harbour gate code was 4471.",
    "Is the harbour gate code 4471?",
    "The harbour gate code is -4471.",
    "The harbour gate CODE is 4471.",
  ];
  for (const [index, content] of texts.entries()) await remember(service, `${root}.${index}`, { content });
  const found = await recall(service, ask([`${root}.**`], { limit: 10 }));
  expect(contents(found).toSorted()).toEqual(texts.toSorted());
});

test("a replay that shows another one of those that say the same has neither lost nor found it", async () => {
  const root = newNamespace();
  const content = "The harbour gate code is 4471.";
  for (const part of ["a", "b"]) await remember(service, `${root}.${part}`, { content });
  const found = await recall(service, ask([`${root}.**`], { trust_weight: 1 }));
  const [best] = found.hits;
  if (best === undefined) throw new Error("Nothing was found.");
  await said(service, best.memory, "contradicted");
  const replayed = bodyOf<{ now: { hits: { memory: { id: string } }[] }; changes: Json }>(
    await service.send("POST", `/v1/receipts/${found.receipt_id}/replay`),
    200,
  );
  expect(replayed.now.hits.map(({ memory }) => memory.id)).toEqual(best.also?.map(({ id }) => id));
  expect(replayed.changes).toEqual({ gone: [], added: [], revised: [] });
});

test("items of one text stay apart, and apart from a memory that says it", async () => {
  const namespace = newNamespace();
  const content = "The harbour gate code is 4471.";
  for (const key of ["north", "south"])
    await createItem(service, namespace, key, { content, metadata: { shed: key } });
  await remember(service, namespace, { content });
  await remember(service, namespace, { content: "A harbour has an old gate." });
  const found = await recall(service, ask([namespace]));
  expect(found.hits.map(({ memory, also }) => [memory.content, also])).toEqual(
    Array.from({ length: 3 }, () => [content, undefined]),
  );
});

test("a fact that held twice is two facts", async () => {
  const namespace = newNamespace();
  const fact = ["harbour gate", "has code", "4471"] as const;
  await tell(service, namespace, fact, {
    valid_from: "2020-01-01T00:00:00Z",
    valid_to: "2021-01-01T00:00:00Z",
  });
  await tell(service, namespace, fact, { valid_from: "2022-01-01T00:00:00Z" });
  const found = await recall(service, ask([namespace], { valid_at: "any" }));
  expect(found.hits).toHaveLength(2);
});

test("a duplicate that the caller may not read isn't named", async () => {
  const { services, roots } = await startTwo();
  const [, root] = roots;
  const base = newNamespace();
  const content = "The harbour gate code is 4471.";
  const mine = await remember(root, `${base}.mine`, { content });
  await remember(root, `${base}.other`, { content });
  const key = await keyFor(root, `${base}.mine`, ["read"]);
  const found = await recall(as(services[0], key), ask([`${base}.**`]));
  expect(found.hits.map(({ memory, also }) => [memory.id, also])).toEqual([[mine.id, undefined]]);
  const other = await keyFor(root, `${base}.**`, ["read"], "reader");
  const both = await recall(as(services[0], other), ask([`${base}.**`]));
  expect(both.hits[0]?.also).toHaveLength(1);
  // Nor does a receipt show it to who may not read it.
  const receipt = await as(services[0], key).send("GET", `/v1/receipts/${both.receipt_id}`);
  expect(receipt.status).toBe(404);
});
