import { describe, expect, inject, onTestFinished, test } from "vitest";
import { subjectFacet } from "../../../src/memory/model/facets.js";
import { factBody, tell } from "../../support/acts/facts.js";
import type { Triple } from "../../support/acts/facts.js";
import { bodyOf, contents, newNamespace, pathOf, postBatch, recall } from "../../support/acts/memories.js";
import type { Json, Memory, Recalled } from "../../support/acts/memories.js";
import { startRedisRecorder } from "../../support/redis/tap.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, useService } from "../../support/service/service.js";

const service = await useService();

/** More than a hop reads of an entity in its two searches. */
const MANY = 450;
const QUESTION = "Where does Zora's manager live?";
const END = "Ben lives in Porto";

/** Facts about Zora that have nothing to do with the question. */
async function notes(namespace: string, count = MANY): Promise<void> {
  const results = await postBatch(
    service,
    namespace,
    Array.from({ length: count }, (_, index) => factBody(["Zora", "noted", `thing ${index}`])),
  );
  expect(results.every(({ status }) => status === 201)).toBe(true);
}

const chain: readonly Triple[] = [
  ["Zora", "manager", "Ben"],
  ["Ben", "lives_in", "Porto"],
];

const ask = (namespaces: readonly string[], more: Json = {}): Promise<Recalled> =>
  recall(service, {
    query: QUESTION,
    namespaces,
    expand: { hops: 3 },
    limit: 5,
    explain: true,
    touch: false,
    receipt: false,
    ...more,
  });

/** What the chain says of a hit; null: it doesn't lead there. */
const partOf = ({ hits }: Recalled, content: string) =>
  hits.find(({ memory }) => memory.content === content)?.explain?.entities;

describe("a chain that passes an entity with more facts than a hop reads", () => {
  test("finds what the question names, however old it is, and says what it passed over", async () => {
    const namespace = newNamespace();
    for (const triple of chain) await tell(service, namespace, triple);
    await notes(namespace);
    for (const namespaces of [[namespace], [`${namespace}.**`], ["**"]]) {
      const found = await ask(namespaces);
      expect(contents(found)[0]).toBe("Zora manager Ben");
      expect(contents(found)).toContain(END);
      expect(found.degraded).toContain("ranking");
      const [first] = found.explain?.hops ?? [];
      expect(first?.facts).toBeGreaterThan(MANY);
      expect(first?.read).toBeGreaterThanOrEqual(200);
      expect(first?.read).toBeLessThanOrEqual(400);
    }
  });

  test("finds a predicate of the question where the content doesn't hold it", async () => {
    const namespace = newNamespace();
    const content = "Ben has been looking after Zora's team.";
    bodyOf(
      await service.send("POST", `/v1/namespaces/${namespace}/memories`, {
        ...factBody(["Zora", "line_manager", "Ben"]),
        content,
      }),
      201,
    );
    await tell(service, namespace, ["Ben", "lives_in", "Porto"]);
    await notes(namespace);
    const found = await ask([namespace], { query: "Where does Zora's line manager live?" });
    expect(partOf(found, END)).toMatchObject({ rank: expect.any(Number) });
  });

  test("of several namespaces, reads what was recorded last in all of them", async () => {
    const [large, small] = [newNamespace(), newNamespace()];
    await notes(large);
    // No word of the question names the relation, so it is found only as one of the latest.
    await tell(service, small, ["Zora", "reports_to", "Ben"]);
    await tell(service, small, ["Ben", "lives_in", "Porto"]);
    const found = await ask([large, small]);
    expect(partOf(found, END)).toMatchObject({ rank: expect.any(Number) });
  });
});

test("a chain past few facts reads them all, and says so", async () => {
  const namespace = newNamespace();
  for (const triple of chain) await tell(service, namespace, triple);
  await notes(namespace, 100);
  const found = await ask([namespace]);
  expect(contents(found)).toContain(END);
  expect(found.degraded).not.toContain("ranking");
  expect(found.explain?.hops[0]).toEqual({ facts: 101, read: 101 });
  expect((await ask([namespace], { expand: "none" })).explain?.hops).toEqual([]);
});

test("facts in quarantine take no places", async () => {
  const [own, shared] = [newNamespace(), newNamespace()];
  bodyOf(await putSettings(service, shared, { publish: { min_trust: 0.7 } }), 200);
  for (const triple of chain) await tell(service, shared, triple);
  for (const index of [1, 2, 3]) {
    const memory = await tell(service, own, ["Zora", "manager", `Nobody ${index}`]);
    const copy = await service.send("POST", `${pathOf(memory)}/publish`, { to: shared });
    expect(bodyOf<Memory>(copy, 201).quarantined).toBe(true);
  }
  expect((await ask([shared])).explain?.hops[0]).toEqual({ facts: 1, read: 1 });
});

test("a hop is one search, and a second one where there are more facts than it reads", async () => {
  const recorder = await startRedisRecorder(inject("redisUrl"));
  onTestFinished(() => recorder.stop());
  const own = await startService({ REDIS_URL: recorder.url, MNEME_KEY_PREFIX: service.prefix });
  onTestFinished(async () => void (await own.stop()));
  const [few, many] = [newNamespace(), newNamespace()];
  for (const namespace of [few, many]) for (const triple of chain) await tell(service, namespace, triple);
  await notes(many);
  for (const [namespace, searches] of [
    [few, 1],
    [many, 2],
  ] as const) {
    const before = recorder.trips.length;
    await recall(own, { query: QUESTION, namespaces: [namespace], expand: { hops: 1 }, receipt: false });
    const sent = recorder.trips.slice(before).join("").split("FT.SEARCH");
    expect(sent.filter((each) => each.includes(subjectFacet("zora")))).toHaveLength(searches);
  }
});
