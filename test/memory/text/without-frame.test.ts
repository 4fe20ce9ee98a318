import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutFrame } from "../../../src/memory/text/without-frame.js";

test.each([
  [
    "Can you list the order in which I brought up different aspects of my garden throughout our conversations, in order? Mention only five items.",
    "my garden?",
  ],
  [
    "Could you please give me a short summary of how the move to Oslo went so far?",
    "how the move to Oslo went?",
  ],
  ["What did I say about the dentist?", "What about the dentist?"],
  ["Summarize what we discussed about sailing in our last session", "what about sailing in our last session"],
  ["Tell me how Mara met Jonas", "how Mara met Jonas"],
])("leaves what a question is about: %s", (question, left) => {
  expect(withoutFrame(question)).toBe(left);
});

test.each([
  "What would you suggest for the layout?",
  "In order to renew the passport, what do I need?",
  "What is on the list of guests?",
  "When did Mara give me the key?",
  "Where was I during my session with Dr. Bell?",
  "Can you recap?",
  "Give me a summary of it",
  "¿Puedes decirme qué dije de la casa?",
])("leaves others as they are: %s", (question) => {
  expect(withoutFrame(question)).toBe(question);
});

test("leaves a long text as it is", () => {
  const prompt = `${"Can you list what we discussed in our chats? ".repeat(20)}`;
  expect(withoutFrame(prompt)).toBe(prompt);
});

test("leaves of any text a part of its words in their order, or all of it", () => {
  const piece = fc.constantFrom(
    "can you",
    "list",
    "the order in which",
    "I mentioned",
    "in order",
    "garden",
    "throughout our chats",
    "Oslo",
    "so far",
    ". ",
    "?",
    "mention only two items",
  );
  const wordsOf = (text: string): string[] => text.match(/\p{L}+/gu) ?? [];
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join(" ");
      const left = wordsOf(withoutFrame(text));
      let at = 0;
      for (const word of wordsOf(text)) if (word === left[at]) at += 1;
      expect(at).toBe(left.length);
      if (text !== "" && withoutFrame(text) === "") throw new Error("nothing is left");
    }),
  );
});
