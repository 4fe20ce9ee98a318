import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boostBySpeaker } from "../../../src/memory/recall/speaker-boost.js";
import { speakerAsked } from "../../../src/memory/text/speaker-asked.js";
import { firstSpeaker } from "../../../src/memory/text/speakers.js";
import { newNamespace, postBatch, recall, remember, revise } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";

test.each([
  ["User: I moved to Oslo.", "user"],
  ["human: I moved to Oslo.", "user"],
  ["  Assistant: Here is a plan.\nUser: Thanks.", "assistant"],
  ["Mara Lindt: I moved.", "mara lindt"],
  ["Note: buy milk", undefined],
  ["I moved to Oslo.", undefined],
  ["", undefined],
])("a text begins with the words of: %s", (text, speaker) => {
  expect(firstSpeaker(text)).toBe(speaker);
});

test.each([
  ["What does Mara play?", ["mara lindt", "jonas"], "mara lindt"],
  ["What do Mara and Jonas play?", ["mara", "jonas"], undefined],
  ["What did I plan for May?", ["user", "assistant"], "user"],
  ["What did you recommend for my garden?", ["user", "assistant"], "assistant"],
  ["Can you suggest a book for my trip?", ["user", "assistant"], "user"],
  ["What did I plan?", ["mara", "jonas"], undefined],
  ["What does my sister Mara play?", ["user", "mara"], "mara"],
  ["When is the launch?", ["user", "assistant"], undefined],
])("%s asks for the words of one of %j", (question, speakers, asked) => {
  expect(speakerAsked(question, new Set(speakers))).toBe(asked);
});

test("a speaker's hits get the weight, or one and a half times of it; nothing is lost, no other hit changes", () => {
  const hits = fc
    .array(
      fc.record({
        id: fc.nat(),
        score: fc.double({ min: -1, max: 1, noNaN: true }),
        by: fc.constantFrom("user", "assistant", "mara", undefined),
      }),
      { maxLength: 40 },
    )
    .map((list) => list.toSorted((one, other) => other.score - one.score));
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const question = fc.constantFrom(
    "What did I say?",
    "What did you say?",
    "What did Mara say?",
    "What is it?",
  );
  fc.assert(
    fc.property(hits, question, share, (list, text, weight) => {
      const boosted = boostBySpeaker(list, ({ by }) => by, text, weight);
      expect(boosted.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
      const scores = boosted.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((one, other) => other - one));
      for (const { by, speaker } of boosted) {
        if (speaker === undefined) continue;
        expect(speaker).toEqual({ name: by, adds: by === "mara" ? weight : 1.5 * weight });
      }
      expect(new Set(boosted.flatMap(({ speaker }) => speaker?.name ?? [])).size).toBeLessThan(2);
      expect(boosted.filter(({ speaker }) => speaker !== undefined).length).toBeLessThan(21);
    }),
  );
});

describe("in a recall", async () => {
  const { service } = await useFakeEmbedder(64);
  const turn = (content: string) => ({ content, memory_type: "episodic" });
  const ask = async (namespace: string, more: Json = {}) =>
    (
      await recall(service, {
        query: "Which greenhouse did I choose?",
        namespaces: [namespace],
        explain: true,
        ...more,
      })
    ).hits;
  const OWN = "User: The greenhouse of cedar it is.";
  const OTHER = "Assistant: The greenhouse of cedar it is, a good choice.";

  test("the user's turns gain where the user asks about what they said, the assistant's where it is asked for", async () => {
    const namespace = newNamespace();
    await postBatch(service, namespace, [turn(OWN), turn(OTHER), turn("Greenhouses need air.")]);
    const partOf = (hits: Awaited<ReturnType<typeof ask>>, content: string) =>
      hits.find(({ memory }) => memory.content === content)?.explain?.speaker;
    const found = await ask(namespace);
    expect(partOf(found, OWN)).toEqual({ name: "user", adds: expect.closeTo(0.15, 9) });
    expect(found.filter(({ explain }) => explain?.speaker !== undefined)).toHaveLength(1);
    const asked = await ask(namespace, { query: "Which greenhouse did you recommend?", speaker_weight: 1 });
    expect(asked[0]?.memory.content).toBe(OTHER);
    expect(partOf(asked, OTHER)).toEqual({ name: "assistant", adds: 1.5 });
    for (const more of [{ speaker_weight: 0 }, { mode: "keyword" }, { query: "Which greenhouse is it?" }]) {
      const plain = await ask(namespace, more);
      expect(plain.length).toBeGreaterThan(0);
      expect(plain.every(({ explain }) => explain?.speaker === undefined)).toBe(true);
    }
  });

  test("a memory that is revised has the speaker of its new content", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { ...turn(OWN), memory_type: "semantic" });
    await remember(service, namespace, turn(OTHER));
    await revise(service, memory, { content: "The greenhouse of cedar was chosen." });
    const found = await ask(namespace);
    expect(found).toHaveLength(2);
    expect(found.every(({ explain }) => explain?.speaker === undefined)).toBe(true);
  });

  test("a question's frame isn't searched for", async () => {
    const namespace = newNamespace();
    await postBatch(service, namespace, [
      turn("User: The greenhouse of cedar it is."),
      turn("Assistant: Here is a comprehensive summary of conversations, in the order of items."),
    ]);
    const answer = await recall(service, {
      query: "Can you give me a comprehensive summary of the greenhouse throughout our conversations?",
      namespaces: [namespace],
      mode: "keyword",
      explain: true,
    });
    expect(answer.hits.map(({ memory }) => memory.content)).toEqual([OWN]);
  });
});
