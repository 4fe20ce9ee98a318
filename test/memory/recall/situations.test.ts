import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { boostBySession } from "../../../src/memory/recall/session-boost.js";
import { askedTimeOf, boostByTime } from "../../../src/memory/recall/time-boost.js";
import { contents, newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import { nonEmpty } from "../../support/non-empty.js";

const NOW = Date.UTC(2024, 4, 15);
const hits = fc
  .array(
    fc.record({
      id: fc.nat(),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      time: fc.integer({ min: Date.UTC(2020, 0), max: NOW }),
      session: fc.constantFrom("a", "b", "c", undefined),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.toSorted((one, other) => other.score - one.score));
const weight = fc.double({ min: 0, max: 1, noNaN: true });

describe("a time that the query names", () => {
  const query = fc.constantFrom("in May 2023", "on 3 June 2022", "yesterday", "the latest", "originally");

  test("adds, and only adds, up to its weight; loses and invents nothing", () => {
    fc.assert(
      fc.property(hits, query, weight, (list, text, w) => {
        const asked = askedTimeOf(text, NOW);
        if (asked === undefined) throw new Error(`${text} names no time`);
        const boosted = boostByTime(list, ({ time }) => time, asked, w);
        expect(boosted.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
        const scores = boosted.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((one, other) => other - one));
        for (const { time } of boosted) {
          expect(time?.adds).toBeGreaterThanOrEqual(0);
          expect(time?.adds).toBeLessThanOrEqual(w);
        }
      }),
    );
  });

  test("is nearer the less lies between, and nearer after it than before it", () => {
    const asked = askedTimeOf("on 3 June 2022", NOW);
    if (asked === undefined) throw new Error("no time");
    const days = [0, 1, -1, 5, -5, 30, 400];
    const list = days.map((day) => ({ day, score: 0, at: Date.UTC(2022, 5, 3 + day, 12) }));
    const boosted = boostByTime(list, ({ at }) => at, asked, 1);
    expect(boosted.map(({ day }) => day)).toEqual(days);
    expect(boosted[0]?.time?.nearness).toBe(1);
  });
});

describe("other hits of a session", () => {
  const boost = (list: readonly { id: number; score: number; session: string | undefined }[], w: number) =>
    boostBySession(list, ({ session }) => session, w);

  test("add up to their weight of the best one's score; nothing to a memory without a session", () => {
    fc.assert(
      fc.property(hits, weight, (list, w) => {
        const boosted = boost(list, w);
        expect(boosted.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
        const best = Math.max(0, ...list.map(({ score }) => score));
        for (const { session, ...hit } of boosted) {
          const adds = (session as { adds?: number } | undefined)?.adds ?? 0;
          expect(adds).toBeGreaterThanOrEqual(0);
          expect(adds).toBeLessThanOrEqual(w * best + 1e-12);
          expect(hit.id).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test("lift the hit that isn't alone in its session, not those of the only session", () => {
    const list = [
      { id: 1, score: 0.9, session: "a" },
      { id: 2, score: 0.52, session: "b" },
      { id: 3, score: 0.5, session: "a" },
    ];
    const order = (sessions: readonly (string | undefined)[]) =>
      boostBySession(list, (_, index) => sessions[index], 0.2).map(({ id }) => id);
    expect(order(["a", "b", "a"])).toEqual([1, 3, 2]);
    expect(order(["a", "a", "a"])).toEqual([1, 2, 3]);
    expect(order([undefined, undefined, undefined])).toEqual([1, 2, 3]);
  });
});

describe("in a recall", async () => {
  const { service } = await useFakeEmbedder(64);
  const namespace = newNamespace();
  const months = ["2022-01", "2022-04", "2022-07", "2022-10", "2023-02", "2023-05", "2023-08", "2023-11"];
  beforeAll(async () => {
    await postBatch(
      service,
      namespace,
      months.map((month, index) => ({
        content: `Jo went to the harbour and saw ship ${index}.`,
        memory_type: "episodic",
        timestamp: `${month}-10T10:00:00Z`,
        session_id: `s-${month}`,
      })),
    );
  });
  const ask = (query: string, more: Json = {}) =>
    recall(service, { query, namespaces: [namespace], explain: true, ...more });
  const shipOf = (month: string) => `Jo went to the harbour and saw ship ${months.indexOf(month)}.`;

  test.each([
    ["Which ship did Jo see in the harbour in May 2023?", "2023-05"],
    ["Which ship did Jo see in the harbour on 10 July 2022?", "2022-07"],
    ["Which ship did Jo see in the harbour in winter 2021?", "2022-01"],
    ["Which ship did Jo see in the harbour on 12 August 2023?", "2023-08"],
    ["Welches Schiff sah Jo am 11. Oktober 2022 im harbour?", "2022-10"],
    ["¿Qué ship vio Jo el 10 de febrero de 2023?", "2023-02"],
  ])("%s", async (query, month) => expect(contents(await ask(query))[0]).toBe(shipOf(month)));

  test.each([
    ["What is the latest ship that Jo saw in the harbour?", "newest", "2023-11"],
    ["Which ship did Jo originally see in the harbour?", "oldest", "2022-01"],
  ])("%s", async (query, order, month) => {
    // By words alone they all fit the same.
    const found = await ask(query, { mode: "keyword", time_weight: 1 });
    expect(found.explain?.order).toBe(order);
    expect(contents(found)[0]).toBe(shipOf(month));
    expect(found.hits[0]?.explain?.time).toEqual({ nearness: 1, adds: 0.1 });
    const nearness = found.hits.map(({ explain }) => explain?.time?.nearness ?? 0);
    expect(nearness).toEqual(nearness.toSorted((one, other) => other - one));
    expect(nearness.at(-1)).toBe(0);
  });

  test("it moves what was found, leaves nothing out, and says what it did", async () => {
    const dated = await ask("Which ship did Jo see in May 2023?");
    expect(dated.hits).toHaveLength(months.length);
    expect(dated.explain?.order).toBeNull();
    expect(dated.explain?.times).toEqual([
      { text: "May 2023", ranges: [{ from: "2023-05-01T00:00:00.000Z", to: "2023-06-01T00:00:00.000Z" }] },
    ]);
    const [first, ...rest] = nonEmpty(dated.hits);
    expect(first?.explain?.time).toEqual({ nearness: 1, adds: 0.5 });
    for (const hit of rest) expect(hit.explain?.time?.adds).toBeLessThan(0.1);
    const plain = await ask("Which ship did Jo see in May 2023?", { time_weight: 0 });
    expect(plain.explain?.times).toEqual([]);
    expect(plain.hits.every((hit) => hit.explain?.time === undefined)).toBe(true);
  });

  test("relative expressions are relative to as_of, else to now", async () => {
    const query = "Which ship did Jo see last month?";
    const [time] = (await ask(query)).explain?.times ?? [];
    const now = new Date();
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString();
    expect(time?.ranges[0]?.from).toBe(month);
    const past = await ask(query, { as_of: "2023-06-15T00:00:00Z" });
    expect(past.explain?.times[0]?.ranges[0]?.from).toBe("2023-05-01T00:00:00.000Z");
  });

  test("a single list, and reciprocal rank fusion, stay as they are unless a weight is given", async () => {
    const query = "Which ship did Jo see in May 2023?";
    for (const more of [{ mode: "keyword" }, { mode: "vector" }, { fusion: { method: "rrf" } }]) {
      const { hits: plain } = await ask(query, more);
      expect(nonEmpty(plain).every(({ explain }) => explain?.time === undefined)).toBe(true);
    }
    const { hits: weighed } = await ask(query, { mode: "vector", time_weight: 1 });
    expect(weighed[0]?.explain?.time?.adds).toBe(1);
  });

  test("hits of one session lift each other", async () => {
    const own = newNamespace();
    await postBatch(service, own, [
      { content: "The violin lesson was on a boat.", memory_type: "episodic", session_id: "music" },
      { content: "A violin of maple.", memory_type: "episodic", session_id: "music" },
      { content: "The oak grows.", memory_type: "episodic", session_id: "trees" },
      { content: "Rain fell on the roof.", memory_type: "episodic" },
    ]);
    const { hits: found } = await recall(service, { query: "violin", namespaces: [own], explain: true });
    const lifted = found.filter(({ memory }) => memory.session_id === "music");
    expect(lifted).toHaveLength(2);
    for (const { explain } of lifted) expect(explain?.session?.adds).toBeGreaterThan(0);
    const alone = found.filter(({ memory }) => memory.session_id === null);
    for (const { explain } of alone) expect(explain?.session).toBeUndefined();
    const off = await recall(service, {
      query: "violin",
      namespaces: [own],
      explain: true,
      session_weight: 0,
    });
    expect(off.hits.every(({ explain }) => explain?.session === undefined)).toBe(true);
  });

  test("weights outside of 0 to 1 are refused by name", async () => {
    for (const field of ["time_weight", "session_weight", "speaker_weight"]) {
      const answer = await service.send("POST", "/v1/recall", {
        query: "x",
        namespaces: [namespace],
        [field]: 2,
      });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).toContain(field);
    }
  });
});
