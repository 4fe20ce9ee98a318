import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KINDS, createWorld } from "../../scripts/eval/chains/world.js";
import { againstBetterList } from "../../scripts/eval/against.js";
import { bootstrap } from "../../scripts/eval/bootstrap.js";
import { contentsOf } from "../../scripts/eval/contents.js";
import { askedOf } from "../../scripts/eval/other-conversation.js";
import { readableShare } from "../../scripts/eval/readable.js";
import { rocAuc } from "../../scripts/eval/roc-auc.js";
import { scoreHits } from "../../scripts/eval/scores.js";
import { parseTimestamp } from "../../scripts/eval/timestamp.js";
import { LIMITS } from "../../src/domain/limits.js";
import { nonEmpty } from "../support/non-empty.js";

const hits = (...docs: (string | string[])[]) => docs.map((ids) => new Set([ids].flat()));

describe("the scores of one query", () => {
  test("are all 1 when the evidence comes first", () => {
    expect(scoreHits(hits("a", "b", "x"), ["b", "a"])).toEqual({ r5: 1, r10: 1, mrr10: 1, ndcg10: 1 });
  });

  test("are all 0 when none of it comes", () => {
    expect(scoreHits(hits("x", "y"), ["a"])).toEqual({ r5: 0, r10: 0, mrr10: 0, ndcg10: 0 });
    expect(scoreHits([], ["a"])).toEqual({ r5: 0, r10: 0, mrr10: 0, ndcg10: 0 });
  });

  test("follow the formulas in between", () => {
    const { r5, r10, mrr10, ndcg10 } = scoreHits(hits("x", "a", "x", "x", "x", "b"), ["a", "b", "c"]);
    expect(r5).toBeCloseTo(1 / 3);
    expect(r10).toBeCloseTo(2 / 3);
    expect(mrr10).toBe(1 / 2);
    const ideal = 1 / Math.log2(2) + 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcg10).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(7)) / ideal);
  });

  test("count a memory for every document it holds, and a document once", () => {
    expect(scoreHits(hits(["a", "b"]), ["a", "b"]).r5).toBe(1);
    expect(scoreHits(hits("a", "a"), ["a", "b"])).toMatchObject({ r10: 0.5, mrr10: 1 });
  });

  test("look at ten hits only", () => {
    expect(scoreHits(hits(..."0123456789".split(""), "a"), ["a"]).r10).toBe(0);
    const many = Array.from({ length: 20 }, (_, index) => `d${index}`);
    expect(scoreHits(hits(...many), many)).toMatchObject({ r5: 0.25, r10: 0.5, ndcg10: 1 });
  });
});

describe("a world of chains", () => {
  test("is the same for a seed, and each question's answer is one of its facts", () => {
    const world = createWorld(7);
    expect(createWorld(7)).toEqual(world);
    expect(createWorld(8).questions).not.toEqual(world.questions);
    const facts = new Set(world.facts.map((fact) => fact.join(" ")));
    expect(facts.size).toBe(world.facts.length);
    for (const { text, answer } of nonEmpty(world.questions)) {
      expect(facts).toContain(answer.join(" "));
      // The words of the question name where the chain begins, and nothing of where it ends.
      expect(text).not.toContain(answer[2]);
    }
    expect(new Set(world.questions.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  });
});

test("evidence is readable if its words stand in one hit, whatever the hit links to", () => {
  const evidence = [["Ann: We sailed to the walrus island."], ["Ben: It was cold,", "Ben: and dark."]];
  expect(readableShare(["A summary of the trip."], evidence)).toBe(0);
  expect(readableShare(["We sailed to the Walrus Island", "Summary.\nBen: It was cold"], evidence)).toBe(0.5);
  expect(readableShare(["Ann: We sailed. To the", "walrus island"], evidence)).toBe(0);
  expect(readableShare([evidence.flat().join("\n")], evidence)).toBe(1);
  expect(readableShare([], [["x"]])).toBe(0);
});

describe("a document's contents", () => {
  const doc = { ns: "n", id: "1", session: "s", speaker: "Ann" };

  test("are the speaker and the text", () => {
    expect(contentsOf({ ...doc, text: "Hello." }, true)).toEqual(["Ann: Hello."]);
    expect(contentsOf({ ...doc, text: "Look!", caption: "a dog" }, false)).toEqual(["Ann: Look!"]);
    expect(contentsOf({ ...doc, text: "Look!", caption: "a dog" }, true)).toEqual([
      "Ann: Look!\n[picture: a dog]",
    ]);
  });

  test("fit a memory each and lose nothing but white space", () => {
    const paragraphs = Array.from({ length: 300 }, (_, index) =>
      `${index} ${"wörter 😀 ".repeat(40)}`.trim(),
    );
    const parts = contentsOf({ ...doc, text: paragraphs.join("\n\n") }, false);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(LIMITS.contentBytes);
    const text = parts.map((part) => part.replace(/^Ann: /, "")).join("\n\n");
    expect(text).toBe(paragraphs.join("\n\n"));
  });

  test("are cut between characters where there is no better place", () => {
    const text = "😀".repeat(20_000);
    const parts = contentsOf({ ...doc, text }, false);
    expect(parts.map((part) => part.replace(/^Ann: /, "")).join("")).toBe(text);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });
});

test.each([
  ["1:56 pm on 8 May, 2023", "2023-05-08T13:56:00.000Z"],
  ["12:09 am on 13 September, 2023", "2023-09-13T00:09:00.000Z"],
  ["12:30 pm on 1 January, 2024", "2024-01-01T12:30:00.000Z"],
  ["March-15-2024", "2024-03-15T00:00:00.000Z"],
  ["2024-03-15T10:00:00+02:00", "2024-03-15T08:00:00.000Z"],
  ["some day in May", undefined],
  ["Smarch-13-2024", undefined],
  ["", undefined],
])("reads the time %j as %j", (text, expected) => {
  expect(parseTimestamp(text)).toBe(expected);
});

describe("the area under a ROC curve", () => {
  test("is the chance that an answered question lies above another, ties counting half", () => {
    expect(rocAuc([3, 4], [1, 2])).toBe(1);
    expect(rocAuc([1, 2], [3, 4])).toBe(0);
    expect(rocAuc([1, 1], [1, 1, 1])).toBe(0.5);
    expect(rocAuc([1, 3], [2])).toBe(0.5);
    expect(rocAuc([], [1])).toBeNaN();
  });

  test("is what counting all pairs gives", () => {
    const figure = fc.integer({ min: 0, max: 6 });
    const figures = fc.array(figure, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(figures, figures, (higher, lower) => {
        const pairs = higher.flatMap((one) =>
          lower.map((other) => (one === other ? 0.5 : Number(one > other))),
        );
        expect(rocAuc(higher, lower)).toBeCloseTo(pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length);
      }),
    );
  });
});

describe("the bootstrap", () => {
  test("holds the mean within an interval that narrows with the number of queries", () => {
    const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(differences, (values) => {
        const few = bootstrap(values);
        const many = bootstrap(Array.from({ length: 16 }, () => values).flat());
        expect(many.mean).toBeCloseTo(few.mean);
        expect(few.low).toBeLessThanOrEqual(few.high);
        expect(few.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(many.high - many.low).toBeLessThanOrEqual(few.high - few.low + 1e-9);
        expect(bootstrap(values)).toEqual(few);
      }),
      { numRuns: 20 },
    );
  });

  test("compares with the better single list, query by query", () => {
    const scores = (...values: number[]) =>
      values.map((value) => ({ r5: value, r10: value, mrr10: value, ndcg10: value }));
    const against = againstBetterList(scores(1, 1, 0), { keyword: scores(0, 1, 0), vector: scores(0, 0, 0) });
    expect(against?.list).toBe("keyword");
    expect(against?.r10.mean).toBeCloseTo(1 / 3);
    expect(againstBetterList([], { keyword: [] })).toBeUndefined();
  });
});

describe("a question of another conversation", () => {
  const talk = (ns: string, ...speakers: string[]) => ({
    ns,
    docs: speakers.map((speaker, index) => ({ ns, id: `${index}`, session: "s", speaker, text: "Hi." })),
    queries: [],
    unanswered: [],
  });

  test("names the speakers of the one that it is asked of", () => {
    const [own, other] = [talk("a", "Ann", "Bo"), talk("b", "Cy", "Di")];
    expect(askedOf("Did Ann tell Bo's Anna about Ann-Marie?", own, other)).toBe(
      "Did Cy tell Di's Anna about Cy-Marie?",
    );
    expect(askedOf("Where is (Bo)?", own, talk("b", "Cy"))).toBe("Where is (Cy)?");
  });
});
