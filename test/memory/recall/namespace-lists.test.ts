import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { profile, tell } from "../../support/acts/facts.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { bodyOf, contents, postBatch, recall } from "../../support/acts/memories.js";
import { append, sessionPath, user } from "../../support/acts/sessions.js";
import { runs } from "../../support/run/long.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";

let service: Service;

const root = `t${randomUUID()}`;
const NAMESPACES = Array.from({ length: 8 }, (_, index) => `${root}.part${index}`);
const THINGS = [
  "anchor", "basket", "candle", "drum", "engine", "flute", "guitar", "hammer", "inkwell", "jacket",
  "kettle", "ladder", "mirror", "needle", "orchid", "pillow", "quilt", "ribbon", "saddle", "teapot",
  "umbrella", "violin", "wagon", "xylophone", "yoke", "zither", "barrel", "copper", "dagger", "emblem",
]; // prettier-ignore

const answerOf = (thing: string): string =>
  `The ${thing} of the captain lies in cabin ${THINGS.indexOf(thing)}.`;
const questionOf = (thing: string): string => `Where does the captain keep the ${thing}?`;

beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "local" });
  for (const [index, namespace] of NAMESPACES.entries()) {
    const own = THINGS.filter((_, place) => place % 3 === index);
    // Each namespace has something on the captain, so each has a first hit for every question.
    const others = ["sleeps late", "keeps a dog", "writes letters", "likes plums"].map(
      (habit) => `The captain ${habit} in port ${index}.`,
    );
    const memories = [...own.map(answerOf), ...others].map((content) => ({
      memory_type: "semantic",
      content,
    }));
    const results = await postBatch(service, namespace, memories);
    expect(results.every(({ status }) => status === 201)).toBe(true);
  }
});
afterAll(() => service.stop());

const ask = (query: string, namespaces: readonly string[], more: Json = {}): Promise<Recalled> =>
  recall(service, { query, namespaces, receipt: false, touch: false, ...more });

const asRanked = ({ hits }: Recalled) => hits.map(({ memory, score, ranks }) => [memory.id, score, ranks]);

describe("a list of namespaces", () => {
  test("gives the right memory first for each of thirty questions over three namespaces, as a pattern does", async () => {
    const three = NAMESPACES.slice(0, 3);
    for (const thing of THINGS) {
      for (const order of [three, three.toReversed()]) {
        const [first] = contents(await ask(questionOf(thing), order));
        expect(first).toBe(answerOf(thing));
      }
    }
  });

  test("is ranked as the pattern of the same namespaces, in any order of the request and any mode", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(NAMESPACES, { minLength: 8 }),
        fc.constantFrom(...THINGS),
        fc.constantFrom("hybrid", "keyword", "vector"),
        fc.constantFrom({ method: "auto" }, { method: "rrf" }),
        async (namespaces, thing, mode, fusion) => {
          const more = { mode, fusion, limit: 20 };
          const listed = asRanked(await ask(questionOf(thing), namespaces, more));
          expect(listed).toHaveLength(20);
          expect(listed).toEqual(asRanked(await ask(questionOf(thing), [`${root}.**`], more)));
        },
      ),
      { numRuns: runs(25), examples: [[NAMESPACES.toReversed(), "zither", "hybrid", { method: "auto" }]] },
    );
  });

  test("may overlap: what several entries name is found once", async () => {
    const namespaces = [`${root}.**`, NAMESPACES[1] ?? "", NAMESPACES[1] ?? "", `${root}.part1.**`];
    const found = await ask(questionOf("basket"), namespaces, { limit: 100 });
    expect(asRanked(found)).toEqual(
      asRanked(await ask(questionOf("basket"), [`${root}.**`], { limit: 100 })),
    );
  });

  test("is ranked by reciprocal ranks of each namespace only when asked for", async () => {
    const three = NAMESPACES.slice(0, 3);
    const { hits } = await ask(questionOf("anchor"), three, { merge: "rrf", explain: true });
    expect(hits.length).toBeGreaterThan(3);
    for (const { score, explain } of hits) {
      const [list, ...others] = explain?.lists ?? [];
      expect(others).toEqual([]);
      expect(three).toContain(list?.namespaces);
      expect(score).toBeCloseTo(1 / (60 + (list?.rank ?? 0)), 3);
    }
    const plain = await ask(questionOf("anchor"), three, { explain: true });
    expect(plain.hits[0]?.explain).not.toHaveProperty("lists");
  });

  test("is replayed from a receipt with the same ranks", async () => {
    const request = { query: questionOf("kettle"), namespaces: NAMESPACES.toReversed() };
    const { hits, receipt_id } = await recall(service, request);
    const replay = bodyOf<{ now: { hits: Recalled["hits"] } }>(
      await service.send("POST", `/v1/receipts/${receipt_id}/replay`),
      200,
    );
    expect(contents({ ...replay.now, degraded: [] } as never)).toEqual(
      hits.map(({ memory }) => memory.content),
    );
    expect(replay.now.hits[0]?.memory.content).toBe(answerOf("kettle"));
  });

  test("gives a session's context the best memories of all of them first, in any order", async () => {
    const own = NAMESPACES[7] ?? "";
    await append(service, own, "trip", user(questionOf("ladder")));
    const pieces = async (namespaces: readonly string[]) => {
      const query = new URLSearchParams(namespaces.map((name): [string, string] => ["namespace", name]));
      query.set("limit", "4");
      const answer = await service.send("GET", `${sessionPath(own, "trip")}/context?${query}`);
      return bodyOf<{ pieces: { id?: string; kind: string }[] }>(answer, 200).pieces;
    };
    const pattern = await pieces([`${root}.**`]);
    expect(pattern).toHaveLength(4);
    expect(await pieces(NAMESPACES)).toEqual(pattern);
    expect(await pieces(NAMESPACES.toReversed())).toEqual(pattern);
  });
});

describe("a profile over several namespaces", () => {
  test("has the facts that were recorded last, also from a namespace with fewer memories", async () => {
    const [busy, quiet] = [`${root}.busy`, `${root}.quiet`];
    const many = Array.from({ length: 120 }, (_, index) => ({
      memory_type: "semantic",
      fact: { subject: "Captain Ahlberg", predicate: "visited", object: `port ${index}` },
    }));
    await postBatch(service, busy, many);
    await tell(service, quiet, ["Captain Ahlberg", "lives_in", "Turku"]);
    for (const namespaces of [quiet, `${root}.**`]) {
      const { facts } = await profile(service, busy, "Captain Ahlberg", { namespaces, token_budget: 200 });
      expect(facts).toHaveLength(100);
      expect(facts[0]?.fact?.object).toBe("Turku");
      expect(facts[1]?.fact?.object).toBe("port 119");
    }
  });
});
