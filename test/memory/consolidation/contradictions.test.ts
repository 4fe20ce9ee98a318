import fc from "fast-check";
import { expect, test } from "vitest";
import { contradictionsOf } from "../../../src/memory/consolidation/language/contradictions.js";

const of = (...texts: readonly string[]) =>
  contradictionsOf(texts.map((text, index) => ({ id: `m${index}`, at: index, text })));

test.for([
  ["another number", "Orders ship in 3 days.", "Orders ship in 5 days."],
  ["a number in words", "Orders ship in three days.", "Our orders ship in five days."],
  ["a denial", "The harbour gate is open.", "The harbour gate isn't open."],
  ["a denial and a number", "Orders ship in 3 days.", "Orders don't ship in 5 days."],
  ["another identifier", "The ticket of the outage is CX-7742-B.", "The outage's ticket is CX-7742-C."],
  ["another day", "The board meets on Monday.", "The board meets on Tuesday."],
  ["one term", "Code: 4711.", "Code: 4712."],
  ["among other sentences", "Mara: Hi! The gate code is 4711. Bye.", "Ann: The gate code is 4712."],
  ["another home", "Mara: I live in Rome.", "Ann: Mara lives in Oslo."],
  ["another favourite", "Mara: My favourite colour is blue.", "Mara: My favorite color is red."],
  ["of one speaker", "Mara: I have 2 children.", "Mara: I have 3 children."],
] as const)("%s contradicts", ([, one, other]) => {
  expect(of(one, "It rains.", other)).toEqual([[0, 2]]);
  expect(of(other, one)).toEqual([[0, 1]]);
});

test.for([
  ["the same", "Orders ship in 3 days.", "Orders ship in 3 days!"],
  ["more", "Orders ship in 3 days.", "Orders ship in 3 days, to islands in 5."],
  ["something else", "Orders ship in 3 days.", "The gate code is 4711."],
  ["a question", "Orders ship in 3 days.", "Do orders ship in 5 days?"],
  ["another speaker's own", "Mara: I have 2 children.", "Ann: I have 3 children."],
  ["another's home", "Mara: I live in Rome.", "Ann: I live in Oslo."],
  ["the same home", "Mara: I live in Rome.", "Mara lives in Rome."],
  ["within one text", "Orders ship in 3 days. Orders ship in 5 days.", "It rains."],
  ["nothing", "", "3"],
] as const)("%s doesn't", ([, one, other]) => {
  expect(of(one, other)).toEqual([]);
});

test("the order of two doesn't matter, and no text contradicts itself", () => {
  const word = fc.constantFrom("orders", "ship", "3", "5", "not", "gate", "AB-1", "AB-2", "I");
  const text = fc.array(word, { maxLength: 8 }).map((words) => `${words.join(" ")}.`);
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(of(one, other)).toEqual(of(other, one));
      expect(of(one, one)).toEqual([]);
    }),
  );
});
