import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordingOf } from "../../../src/memory/text/wording.js";

describe("say the same:", () => {
  test.for([
    ["The warehouse closes at 18:00 on Fridays.", "the warehouse closes at 18:00 on fridays"],
    ["I'm in Graz, don't call.", "I am in Graz; do not call!"],
    ["We can't   deliver\non Sundays", "We cannot deliver on Sundays."],
    ["They won’t come", "they will not come"],
    ["Use “strict” mode.", 'Use "strict" mode'],
    ["Ann has a dog.", "Ann has the dog"],
    ["A dog barks.", "The dog barks."],
    ["It's open; we'll come, they've left.", "It is open. We will come. They have left."],
    ["DELIVERIES COME ON MONDAYS", "Deliveries come on Mondays."],
    ["It costs 5.", "It costs 5"],
  ] as const)("%s = %s", ([one, other]) => {
    expect(wordingOf(one)).toBe(wordingOf(other));
  });
});

describe("don't say the same:", () => {
  test.for([
    ["The server is up.", "The server is down."],
    ["Pay before Friday.", "Pay after Friday."],
    ["The letter is from Kim.", "The letter is to Kim."],
    ["The offset is -5.", "The offset is 5."],
    ["The offset is .5.", "The offset is 5."],
    ["It is written in C.", "It is written in C++."],
    ["It is written in C++.", "It is written in C#."],
    ["It costs 5 €.", "It costs 5 $."],
    ["It costs 5€.", "It costs $5."],
    ["Only admins can delete users.", "Admins can delete only users."],
    ["Kim is taller than Lee.", "Lee is taller than Kim."],
    ["The shop opened.", "The shop opens."],
    ["The shop will open.", "The shop was open."],
    ["Ann has a dog.", "Ann has dogs."],
    ["Is the server up?", "Is the server up."],
    ["He may go.", "He must go."],
    ["All of them may go.", "Some of them may go."],
    ["Few people came.", "A few people came."],
    ["No, admins may delete users.", "No admins may delete users."],
    ["Don't, stop.", "Don't stop."],
    ["Take vitamin A daily.", "Take vitamin daily."],
    ["Follow plan a.", "Follow plan b."],
    ["Follow plan a.", "Follow plan."],
    ["Run rm -R here.", "Run rm -r here."],
    ["IT is down.", "It is down."],
    ["Members and (guests or staff).", "(Members and guests) or staff."],
    ["It weighs 1.5 kg.", "It weighs 15 kg."],
    ["x is 5!", "x is 5"],
    ["The hose measures 5'.", 'The hose measures 5".'],
    ["Don't I like it.", "I don't like it."],
    ["Turn it off.", "Turn it on."],
    ["a < b", "a > b"],
    ["I am with you.", "I am without you."],
    ["x² is even", "x2 is even"],
    ["他在家", "他不在家"],
  ] as const)("%s ≠ %s", ([one, other]) => {
    expect(wordingOf(one)).not.toBe(wordingOf(other));
  });
});

test("case, space and full stops never matter to plain words; order and every word always do", () => {
  const word = fc.constantFrom(
    "server",
    "is",
    "up",
    "down",
    "not",
    "from",
    "to",
    "before",
    "only",
    "5",
    "-5",
    "users",
  );
  const words = fc.array(word, { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(words, fc.constantFrom(" ", "  ", "\n", "\t"), (given, space) => {
      const text = given.join(" ");
      const [first = "", ...rest] = given;
      const other = [first.toUpperCase().slice(0, 1) + first.slice(1), ...rest].join(space);
      expect(wordingOf(`${other}.`)).toBe(wordingOf(text));
    }),
  );
  fc.assert(
    fc.property(words, words, (one, other) => {
      fc.pre(one.join(" ") !== other.join(" "));
      expect(wordingOf(one.join(" "))).not.toBe(wordingOf(other.join(" ")));
    }),
  );
});
