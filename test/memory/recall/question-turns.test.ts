import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { weighQuestions } from "../../../src/memory/recall/question-turns.js";
import { newNamespace, postBatch, recall, remember, revise } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";

describe("questions among the best hits", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const hits = fc
    .uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 60 }).map(String),
        score: fc.double({ min: -1, max: 1, noNaN: true }),
        follows: fc.option(fc.integer({ min: 0, max: 60 }).map(String), { nil: undefined }),
        asks: fc.oneof(fc.constant(0), share),
      }),
      { selector: ({ id }) => id, maxLength: 40 },
    )
    .map((list) => list.toSorted((one, other) => other.score - one.score));

  const inA = <Hit extends object>(hit: Hit) => ({ ...hit, namespace: "a" });

  test("lose at most their score, and their answers get at most twice the weight of it", () => {
    fc.assert(
      fc.property(hits, share, (list, weight) => {
        const weighed = weighQuestions(list, inA, weight);
        expect(weighed.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
        const scores = weighed.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((one, other) => other - one));
        const before = new Map(list.map((hit) => [hit.id, hit]));
        for (const { id, score, question } of weighed) {
          const hit = before.get(id);
          if (hit === undefined) throw new Error("an invented hit");
          const asker = question?.answers === undefined ? undefined : before.get(question.answers);
          expect(score).toBeCloseTo(hit.score + (question?.adds ?? 0), 12);
          expect(question?.adds ?? 0).toBeGreaterThanOrEqual(-Math.max(0, hit.score) - 1e-12);
          expect(question?.adds ?? 0).toBeLessThanOrEqual(
            2 * weight * Math.max(0, asker?.score ?? 0) + 1e-12,
          );
          if (hit.asks === 0 && asker === undefined) expect(score).toBe(hit.score);
        }
      }),
    );
  });

  test("lose what their answers win only among the 20 best", () => {
    const list = Array.from({ length: 30 }, (_, index) => ({
      id: String(index),
      score: 1 - index / 100,
      follows: index === 25 ? "0" : undefined,
      asks: index === 0 || index === 24 ? 1 : 0,
    }));
    const weighed = weighQuestions(list, inA, 0.2);
    const of = (id: string) => weighed.find((hit) => hit.id === id);
    expect(of("0")?.question).toEqual({ asks: 1, answers: undefined, adds: expect.closeTo(-0.2, 9) });
    expect(of("24")).toEqual(list[24]);
    expect(of("25")).toEqual(list[25]);
    expect(weighQuestions(list, () => undefined, 0.2)).toEqual(list);
  });

  test("pass nothing to another namespace, where the same id is another turn", () => {
    const list = [
      { namespace: "a", id: "1", score: 0.9, follows: undefined, asks: 1 },
      { namespace: "b", id: "2", score: 0.5, follows: "1", asks: 0 },
      { namespace: "a", id: "2", score: 0.4, follows: "1", asks: 0 },
    ];
    const [own, , other] = weighQuestions(list, (hit) => hit, 0.2);
    expect(own).toMatchObject({ namespace: "a", id: "2", question: { answers: "1" } });
    expect(other).toEqual(list[1]);
  });
});

describe("in a recall", async () => {
  const { service } = await useFakeEmbedder(64);
  const turn = (content: string, session: string) => ({
    content,
    memory_type: "episodic",
    session_id: session,
  });
  const QUESTION = "Ann: What instrument does your sister play?";
  const ANSWER = "Bea: The oboe, since she was nine.";

  async function chat(): Promise<string> {
    const namespace = newNamespace();
    await postBatch(service, namespace, [
      turn(QUESTION, "one"),
      turn(ANSWER, "one"),
      turn("Ann: My sister keeps bees.", "two"),
      turn("Bea: An instrument maker lives next door.", "three"),
    ]);
    return namespace;
  }
  const ask = async (namespace: string, more: Json = {}) =>
    (
      await recall(service, {
        query: "What instrument does the sister play?",
        namespaces: [namespace],
        explain: true,
        ...more,
      })
    ).hits;

  test("the turn after a question gets of its score, and says so", async () => {
    const namespace = await chat();
    const found = await ask(namespace);
    const hitOf = (content: string) => found.find(({ memory }) => memory.content === content);
    const [question, answer] = [hitOf(QUESTION), hitOf(ANSWER)];
    expect(question?.explain?.question).toMatchObject({ asks: 1, answers: null });
    expect(question?.explain?.question?.adds).toBeLessThan(0);
    expect(answer?.explain?.question).toMatchObject({ asks: 0, answers: question?.memory.id });
    expect(answer?.explain?.question?.adds).toBeGreaterThan(0);
    expect(found[0]?.memory.content).toBe(ANSWER);
    expect(found.filter(({ explain }) => explain?.question === undefined)).toHaveLength(2);

    // The provider's vectors mean nothing, so the order without it may be any: the scores move.
    const plain = await ask(namespace, { session_weight: 0 });
    const scoreOf = (content: string) => plain.find(({ memory }) => memory.content === content)?.score;
    expect(scoreOf(QUESTION)).toBeGreaterThan(question?.score ?? Infinity);
    expect(scoreOf(ANSWER)).toBeLessThan(answer?.score ?? -Infinity);
    expect(plain.every(({ explain }) => explain?.question === undefined)).toBe(true);
  });

  test("it also works within one session that was asked for", async () => {
    const found = await ask(await chat(), { filter: { session_id: "one" } });
    expect(found[0]?.memory.content).toBe(ANSWER);
    expect(found[0]?.explain?.session).toBeUndefined();
  });

  test("a question that is revised to a statement no longer is one", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: QUESTION, memory_type: "semantic" });
    await remember(service, namespace, { content: "An instrument maker.", memory_type: "semantic" });
    const [first] = await ask(namespace);
    expect(first?.explain?.question).toMatchObject({ asks: 1, answers: null });
    await revise(service, memory, { content: "Ann: What instrument my sister plays is the oboe." });
    const revised = await ask(namespace);
    expect(revised).toHaveLength(2);
    expect(revised.every(({ explain }) => explain?.question === undefined)).toBe(true);
  });
});
