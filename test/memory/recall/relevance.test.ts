import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coverageOf, rarityOf } from "../../../src/memory/recall/relevance.js";
import { relevanceBy } from "../../../src/memory/recall/relevance-by.js";
import { createTurns } from "../../../src/domain/turns.js";
import type { SearchResult } from "../../../src/memory/ports/search.js";
import type { Found } from "../../../src/memory/recall/fusion.js";
import { heldTerms } from "../../../src/memory/text/held-terms.js";
import { analyse } from "../../../src/memory/text/terms.js";
import { HOSTILE, LONG } from "../../support/hostile.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { bodyOf, contents, newNamespace, postBatch, recall, remember } from "../../support/acts/memories.js";
import { nonEmpty } from "../../support/non-empty.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { append, sessionPath, user } from "../../support/acts/sessions.js";
import { startWithVectors } from "../../support/redis/with-redis.js";

const MEMORIES = [
  "The copier on floor four is broken.",
  "Customer account ID is CX-7742-B.",
  "Anna called: her parcel arrived broken, she wants her money back.",
  "Anna prefers to be written to, not called.",
  "When a delivery is damaged, refund at once and send a return label.",
  "The warehouse in Lyon is closed on Fridays.",
  "Ben's daughter plays the cello in the school orchestra.",
  "The board meets on the first Tuesday of each month.",
  "Invoices above 5,000 euros need two signatures.",
  "The garden behind the office was planted with lavender in May.",
  "Parking badges are handed out by the reception.",
  "Mara is allergic to peanuts and to bee stings.",
];
const ANSWERED: readonly (readonly [question: string, answer: number])[] = [
  ["What is wrong with the copier?", 0],
  ["Who is CX-7742-B?", 1],
  ["How does Anna want to be contacted?", 3],
  ["On which day is the warehouse in Lyon closed?", 5],
  ["Which instrument does Ben's daughter play?", 6],
  ["When does the board meet?", 7],
  ["What is Mara allergic to?", 11],
];
const UNANSWERED = [
  "floor plan of the Prado",
  "Who wrote the opera about the flying Dutchman?",
  "How many moons does Jupiter have?",
  "What is the capital of Mongolia?",
  "Which yeast ferments at low temperatures?",
  "How do volcanoes form under the ocean?",
  "When was the Magna Carta sealed?",
];

let service: Service;
const namespace = newNamespace();
beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "local" });
  const results = await postBatch(
    service,
    namespace,
    MEMORIES.map((content) => ({ memory_type: "semantic", content })),
  );
  expect(results.every(({ status }) => status === 201)).toBe(true);
});
afterAll(() => service.stop());

const ask = (query: string, more: Json = {}, by: Service = service): Promise<Recalled> =>
  recall(by, { query, namespaces: [namespace], ...more });
const best = ({ hits }: Recalled): number => Math.max(0, ...hits.map(({ relevance }) => relevance));

describe("relevance", () => {
  test("separates questions that a memory answers from questions without an answer", async () => {
    const known = await Promise.all(ANSWERED.map(([question]) => ask(question)));
    const unknown = await Promise.all(UNANSWERED.map((question) => ask(question)));
    for (const [index, answer] of known.entries()) {
      expect(contents(answer).slice(0, 2)).toContain(MEMORIES[ANSWERED[index]?.[1] ?? -1]);
      expect(answer.answerable, ANSWERED[index]?.[0]).toBe(true);
    }
    for (const [index, answer] of unknown.entries()) expect(answer.answerable, UNANSWERED[index]).toBe(false);
    expect(Math.min(...known.map(best))).toBeGreaterThan(Math.max(...unknown.map(best)));
  });

  test("doesn't depend on what else was found, as scores do", async () => {
    const { hits } = await ask("floor plan of the Prado");
    expect(nonEmpty(hits)[0]?.score).toBeGreaterThan(0.8);
    expect(best({ hits } as Recalled)).toBeLessThan(0.2);
  });

  test("is explained by the words and by the meaning, and never leaves 0..1", async () => {
    for (const query of ["copier", "floor four", ...UNANSWERED.slice(0, 2)]) {
      for (const mode of ["hybrid", "keyword", "vector"]) {
        for (const { relevance, explain } of (await ask(query, { mode, explain: true })).hits) {
          expect(relevance).toBeGreaterThanOrEqual(0);
          expect(relevance).toBeLessThanOrEqual(1);
          const { coverage = null, similarity = null } = explain?.relevance ?? {};
          expect(coverage === null).toBe(mode === "vector");
          expect(similarity === null).toBe(mode === "keyword");
          const parts = [coverage, similarity].filter((part) => part !== null);
          expect(relevance).toBeCloseTo(parts.reduce((sum, part) => sum + part, 0) / parts.length, 2);
        }
      }
    }
  });

  test("comes from words alone without an embedder, or if a model's vectors separate nothing", async () => {
    const { service: random } = await vectors;
    const plain = await startService({ MNEME_EMBEDDER: "none" });
    for (const other of [random, plain]) {
      await remember(other, namespace, { content: "The copier on floor four is broken." });
      const found = await ask("Is the copier broken?", { explain: true }, other);
      expect(found.hits[0]?.explain?.relevance).toEqual({ coverage: 1, similarity: null });
      expect(found).toMatchObject({ answerable: true, hits: [{ relevance: 1 }] });
      expect((await ask("volcanoes of the copier", {}, other)).hits[0]?.relevance).toBeLessThan(1);
    }
    await plain.stop();
  });
});

// At the file's top, as it ends with the file.
const vectors = startWithVectors();

describe("min_relevance", () => {
  test("is a filter that is never relaxed, and leaves the order as it is", async () => {
    for (const question of ["Is something broken?", "Anna's parcel", ...UNANSWERED]) {
      const all = await ask(question, { limit: 100 });
      for (const least of [0, 0.2, 0.5, 0.9, 1]) {
        const expected = all.hits.filter(({ relevance }) => relevance >= least);
        const found = await ask(question, { limit: 100, min_relevance: least });
        expect(contents(found)).toEqual(expected.map(({ memory }) => memory.content));
        const first = await ask(question, { limit: 1, min_relevance: least });
        expect(contents(first)).toEqual(contents(found).slice(0, 1));
      }
    }
    expect(await ask("How many moons does Jupiter have?", { min_relevance: 0.6 })).toMatchObject({
      hits: [],
      answerable: false,
    });
  });

  test("is refused outside of 0..1", async () => {
    for (const min_relevance of [-0.1, 1.1, "0.5", null]) {
      const answer = await service.send("POST", "/v1/recall", {
        query: "x",
        namespaces: [namespace],
        min_relevance,
      });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "min_relevance" }] } });
    }
  });

  test("keeps what is about something else out of a context, which says whether an answer is in it", async () => {
    await append(service, namespace, "talk", user("Hello!"));
    const context = async (query: string, least?: string) => {
      const search = new URLSearchParams({ query, ...(least === undefined ? {} : { min_relevance: least }) });
      const answer = await service.send("GET", `${sessionPath(namespace, "talk")}/context?${search}`);
      return bodyOf<{ answerable: boolean | null; pieces: { kind: string; relevance?: number }[] }>(
        answer,
        200,
      );
    };
    const known = await context("What is Mara allergic to?", "0.5");
    expect(known.answerable).toBe(true);
    const recalled = known.pieces.filter(({ kind }) => kind === "memory");
    for (const { relevance } of nonEmpty(recalled)) expect(relevance).toBeGreaterThanOrEqual(0.5);
    const unknown = await context("How many moons does Jupiter have?");
    expect(unknown.answerable).toBe(false);
    expect(unknown.pieces.length).toBeGreaterThan(0);
    expect(await context("How many moons does Jupiter have?", "0.6")).toMatchObject({ pieces: [] });
    const refused = await service.send("GET", `${sessionPath(namespace, "talk")}/context?min_relevance=2`);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: "min_relevance" }] } });
  });

  test("is kept in a receipt with the relevance of each hit, and applied again by a replay", async () => {
    const { hits, receipt_id } = await ask("What is Mara allergic to?", { min_relevance: 0.5 });
    const receipt = bodyOf<{ min_relevance: number; hits: { relevance: number }[] }>(
      await service.send("GET", `/v1/receipts/${receipt_id}`),
      200,
    );
    expect(receipt.min_relevance).toBe(0.5);
    expect(nonEmpty(receipt.hits).map(({ relevance }) => relevance)).toEqual(
      hits.map(({ relevance }) => relevance),
    );
    const replay = bodyOf<{ now: { answerable: boolean; hits: { relevance: number }[] } }>(
      await service.send("POST", `/v1/receipts/${receipt_id}/replay`),
      200,
    );
    expect(replay.now.answerable).toBe(true);
    expect(replay.now.hits).toHaveLength(hits.length);
  });
});

describe("the scale of a query's similarities", () => {
  const calibration = { levelOf: () => 0.7, spread: 0.02, related: 0.15 };
  const candidates = (scores: readonly number[]) =>
    scores.map((score, index) => ({ namespace: "n", id: String(index), score, prior: 1 }));
  const list = (scores: readonly number[], exhausted: boolean, searched: number): SearchResult => ({
    keyword: [],
    vector: candidates(scores),
    entities: undefined,
    late: [],
    exhausted,
    searched,
    idf: () => 1,
  });
  const found = (score: number | undefined) =>
    ({ fused: { vector: score === undefined ? undefined : { score } } }) as Found;
  const judge = (score: number | undefined, ...lists: readonly SearchResult[]) =>
    relevanceBy([], lists, calibration, new Float32Array(2))(found(score), []);

  test("takes a list of all that the filter lets through for all, however many the namespace holds", async () => {
    const scores = [0.76, 0.755, 0.75];
    const alone = await judge(0.76, list(scores, true, 3));
    expect(await judge(0.76, list(scores, true, 500))).toEqual(alone);
    expect((await judge(0.76, list(scores, false, 500))).relevance).toBeGreaterThan(alone.relevance);
  });

  test("is the model's for an empty list, and that of the other lists where they are ranked apart", async () => {
    const own = list([0.76, 0.7], true, 2);
    const alone = await judge(0.76, own);
    for (const exhausted of [true, false]) {
      const empty = list([], exhausted, 40);
      expect(await judge(0.76, empty, own)).toEqual(alone);
      expect(await judge(undefined, empty)).toEqual({ relevance: 0 });
    }
  });

  test("has a place for a memory outside of a list that isn't full and doesn't hold all", async () => {
    const scores = Array.from({ length: 40 }, (_, index) => 0.9 - index / 1000);
    const outside = await judge(undefined, list(scores, false, 400));
    expect(outside).toEqual(await judge(scores.at(-1), list(scores, false, 400)));
    expect(outside.similarity).toBeDefined();
    expect((await judge(undefined, list(scores, true, 400))).similarity).toBeUndefined();
  });

  test("is the same over HTTP with and without an entry in which the filter lets nothing through", async () => {
    const [full, empty] = [newNamespace(), newNamespace()];
    const tagged = MEMORIES.map((content) => ({ memory_type: "semantic", content, tags: ["kept"] }));
    await postBatch(service, full, tagged);
    await postBatch(
      service,
      empty,
      MEMORIES.map((content) => ({ memory_type: "semantic", content })),
    );
    const query = { merge: "rrf", filter: { tags: ["kept"] }, limit: 20, min_relevance: 0.3 };
    const both = await ask("What is Mara allergic to?", { ...query, namespaces: [empty, full] });
    const only = await ask("What is Mara allergic to?", { ...query, namespaces: [full] });
    expect(nonEmpty(both.hits).map(({ relevance }) => relevance)).toEqual(
      only.hits.map(({ relevance }) => relevance),
    );
  });

  test("doesn't depend on memories of other types, which the filter excludes", async () => {
    const [alone, among, elsewhere] = [newNamespace(), newNamespace(), newNamespace()];
    const rules = ["Water the ferns on Mondays.", "Lock the shed at dusk.", "Feed the cat twice a day."];
    const procedures = rules.map((content) => ({ memory_type: "procedural", content }));
    const many = (memory_type: string) =>
      Array.from({ length: 60 }, (_, index) => ({
        memory_type,
        content: `${MEMORIES[index % 12]} ${index}`,
      }));
    await postBatch(service, alone, procedures);
    await postBatch(service, among, [...procedures, ...many("semantic")]);
    await postBatch(service, elsewhere, many("procedural"));
    const of = async (place: string) => {
      const { hits } = await ask("What is Mara allergic to?", {
        namespaces: [place],
        memory_types: ["procedural"],
        mode: "vector",
      });
      return nonEmpty(hits).map(({ relevance }) => relevance);
    };
    expect(await of(among)).toEqual(await of(alone));
  });
});

test("100 long texts without spaces are judged in turns, so that others work in between", async () => {
  const han = Array.from({ length: 10_900 }, (_, index) =>
    String.fromCodePoint(0x4e00 + ((index * 7919) % 15_000)),
  );
  const text = han.join("");
  const rarity = rarityOf(["prado", "floor"], () => 1);
  let between = 0;
  const probe = { on: true };
  const count = (): void => {
    between += 1;
    if (probe.on) setImmediate(count);
  };
  setImmediate(count);
  const turn = createTurns();
  const start = process.cpuUsage();
  for (let index = 0; index < 100; index++) expect(await coverageOf(rarity, [text], turn)).toBe(0);
  const cpu = process.cpuUsage(start).user;
  probe.on = false;
  expect(between).toBeGreaterThan(cpu / 1000 / 20);
});

describe("the terms that a text holds", () => {
  test("are those that analysing the whole text gives, for plain and for hostile text", () => {
    for (const text of [...MEMORIES, ...HOSTILE, ...LONG.map((each) => each.slice(0, 4000))]) {
      const all = new Set(analyse(text).terms);
      const wanted = [...all].slice(0, 24);
      expect([...heldTerms(text, [...wanted, "absent", "prado"])].toSorted()).toEqual(
        [...wanted, "absent", "prado"].filter((term) => all.has(term)).toSorted(),
      );
    }
  });
});
