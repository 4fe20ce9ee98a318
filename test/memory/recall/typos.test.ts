import { expect, test } from "vitest";
import { contents, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });

const find = async (namespace: string, query: string): Promise<string[]> =>
  contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));

/** Query, and what it finds first. */
const CASES: readonly (readonly [what: string, query: string, hit: string])[] = [
  ["a letter too much", "Lisbbon", "Anna moved to Lisbon."],
  ["a letter too few", "Kubernets", "Bob runs Kubernetes at home."],
  ["a wrong letter, beside words that are held", "When did Anna move to Lisban?", "Anna moved to Lisbon."],
  ["a name with an accent", "Gonçalwes", "Maria Gonçalves called."],
  ["the beginning of a hash", "3f2a9bc", "Fixed by 3f2a9bcde01477aa."],
];

test.each(CASES)("recall finds %s", async (_, query, hit) => {
  const namespace = newNamespace();
  for (const content of new Set(CASES.map(([, , each]) => each)))
    await remember(service, namespace, { content });
  expect((await find(namespace, query))[0]).toBe(hit);
});

test("a word that a memory holds isn't looked for by similar ones", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The cello is old." });
  await remember(service, namespace, { content: "She said hello." });
  expect(await find(namespace, "cello")).toEqual(["The cello is old."]);
});

test("a similar word counts less than a word of the query", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "She said hello." });
  await remember(service, namespace, { content: "The violin is old." });
  expect(await find(namespace, "cello or violin")).toEqual(["The violin is old.", "She said hello."]);
});

test("short words and long numbers aren't guessed", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The cat has 12345678 fleas." });
  expect(await find(namespace, "car")).toEqual([]);
  expect(await find(namespace, "12345679")).toEqual([]);
});

test("what another namespace holds is no word of this one", async () => {
  const [namespace, other] = [newNamespace(), newNamespace()];
  await remember(service, namespace, { content: "Anna moved to Lisbon." });
  await remember(service, other, { content: "Lisban is a name." });
  expect(await find(namespace, "Lisban")).toEqual(["Anna moved to Lisbon."]);
});

test("a query of unknown words and of hostile ones is answered", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "Anna moved to Lisbon." });
  for (const query of [
    "zzzzzz ".repeat(400),
    "%%%a|b%% (*) @text:{x} -lisbbon*",
    "ÄÖÜß".repeat(100),
    "Lisb%on $t* ~",
  ]) {
    expect(await find(namespace, query), query.slice(0, 20)).toBeDefined();
  }
  const names = Array.from({ length: 20 }, (_, index) => `Nameless${"abcdefghijklmnopqrst"[index]}`).join(
    " ",
  );
  expect(await find(namespace, `${names} Lisbon`)).toEqual(["Anna moved to Lisbon."]);
});
