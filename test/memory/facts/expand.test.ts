import { expect, test } from "vitest";
import { day, entityPath, tell } from "../../support/acts/facts.js";
import { HOSTILE } from "../../support/hostile.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { newNamespace, recall, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000", MNEME_EMBEDDER: "local" });

const ranked = (recalled: Recalled) =>
  recalled.hits.map(({ memory, ranks }) => [memory.content, ranks.entities]);

test("brings the facts about what the query names, by any of its names, and says so", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The quarterly report of the plant is due in May." });
  await tell(service, namespace, ["Mara Novak", "born_in", "Maribor"]);
  await tell(service, namespace, ["Mara Novak", "manages", "plant 7"]);
  await tell(service, namespace, ["Ben", "born_in", "Graz"]);
  await service.send("PUT", entityPath(namespace, "Mara Novak"), { aliases: ["the chief"] });
  for (const query of ["Which plant is The Chief's?", "(mara  novak): which plant?"]) {
    const asked = { query, namespaces: [namespace] };
    const expanded = await recall(service, { ...asked, expand: "entities", explain: true });
    const ranks = Object.fromEntries(ranked(expanded));
    expect(ranks).toMatchObject({
      "Mara Novak manages plant 7": 1,
      "Mara Novak born in Maribor": 2,
      "Ben born in Graz": null,
    });
    expect(expanded.hits[0]?.memory.content).toBe("Mara Novak manages plant 7");
    expect(expanded.hits[0]?.explain?.entities).toMatchObject({ rank: 1, adds: 0.2 });
    const plain = await recall(service, { ...asked, explain: true });
    expect(nonEmpty(plain.hits).every(({ ranks: each }) => !("entities" in each))).toBe(true);
    const rrf = await recall(service, {
      ...asked,
      expand: "entities",
      fusion: { method: "rrf" },
      explain: true,
    });
    const [first] = rrf.hits;
    expect(first?.memory.content).toBe("Mara Novak manages plant 7");
    expect(first?.explain?.entities?.adds).toBe(1 / 61);
  }
});

test("keeps to the filter, the time and the namespaces; a pattern's facts are found as well", async () => {
  const root = newNamespace();
  const namespace = `${root}.crm`;
  await tell(service, namespace, ["Mara", "lives_in", "Graz"], { cardinality: "one", valid_from: day(1) });
  await tell(service, namespace, ["Mara", "lives_in", "Linz"], { cardinality: "one", valid_from: day(5) });
  await tell(service, newNamespace(), ["Mara", "lives_in", "Rome"]);
  const found = async (more: Json) =>
    (await recall(service, { query: "Mara!", namespaces: [namespace], expand: "entities", ...more })).hits
      .filter(({ ranks }) => ranks.entities !== null)
      .map(({ memory }) => memory.fact?.object);
  expect(await found({})).toEqual(["Linz"]);
  expect(await found({ valid_at: day(3) })).toEqual(["Graz"]);
  expect(await found({ namespaces: [`${root}.**`] })).toEqual(["Linz"]);
  expect(await found({ filter: { fact: { predicate: ["works_for"] } } })).toEqual([]);
  const filter = { fact: { subject: "MARA", predicate: ["x", "lives_IN"] } };
  expect(await found({ filter, valid_at: "any" })).toHaveLength(2);
  const answer = await service.send("POST", "/v1/recall", {
    query: "x",
    namespaces: [namespace],
    mode: "keyword",
    expand: "entities",
  });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "expand" }] } });
});

test("changes nothing where there is no fact about what the query names", async () => {
  const namespace = newNamespace();
  for (const content of ["Mara drinks tea.", "Ben drinks coffee.", "Tea is grown in Assam."])
    await remember(service, namespace, { content });
  await tell(service, namespace, ["Assam", "lies_in", "India"]);
  for (const query of ["Who drinks tea?", "mara", "the", ...HOSTILE.slice(0, 60)]) {
    const asked = { query, namespaces: [namespace], mode: "hybrid" };
    const plain = await recall(service, asked);
    const expanded = await recall(service, { ...asked, expand: "entities" });
    const shown = ({ hits }: Recalled) => hits.map(({ memory, score }) => [memory.id, score]);
    expect(shown(expanded)).toEqual(shown(plain));
  }
});
