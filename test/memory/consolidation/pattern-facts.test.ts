import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { patternFacts } from "../../../src/memory/consolidation/language/pattern-facts.js";
import { anyCharacter } from "../../support/any-character.js";

const facts = (text: string) =>
  patternFacts([{ id: "m", at: 0, text }]).map(
    ({ subject, predicate, object }) => `${subject} | ${predicate} | ${object}`,
  );

describe("says a fact:", () => {
  test.for([
    ["User: My name is Mara Novak.", "user | name | Mara Novak"],
    ["User: Hi, my name is Mara and it rains.", "user | name | Mara"],
    ["Mara: I live in Rome.", "Mara | lives_in | Rome"],
    ["Mara: I currently live in New York, near the park!", "Mara | lives_in | New York"],
    ["Mara: I'm living in the Isle of Man now.", "Mara | lives_in | the Isle of Man"],
    ["Mara: We live in São Paulo.", "Mara | lives_in | São Paulo"],
    ["Mara: I live in Rome and I work at Acme.", "Mara | lives_in | Rome", "Mara | works_at | Acme"],
    ["Ann: Bob lives in Rome, I live in Oslo.", "Bob | lives_in | Rome", "Ann | lives_in | Oslo"],
    ["Mara: I live in Rome with my wife.", "Mara | lives_in | Rome"],
    ["Mara: I moved here from Sweden.", "Mara | moved_from | Sweden"],
    ["Mara: I'm originally from Sweden.", "Mara | from | Sweden"],
    ["user: I was born on 3 May 1990.", "user | birthday | 3 May 1990"],
    ["User: I work at Acme Corp as an engineer.", "user | works_at | Acme Corp"],
    ["User: I work for the BBC.", "user | works_at | the BBC"],
    ["User: I work as a data engineer at Acme.", "user | works_as | data engineer"],
    ["User: My favorite color is dark green, by the way.", "user | favourite_colour | dark green"],
    ["User: My favourite colour is dark green.", "user | favourite_colour | dark green"],
    ["User: my favourite ice cream is pistachio.", "user | favourite_ice_cream | pistachio"],
    ["User: I prefer tea over coffee.", "user | prefers | tea"],
    ["User: I prefer metric units.", "user | prefers | metric units"],
    ["User: I'm allergic to peanuts.", "user | allergic_to | peanuts"],
    [
      "User: I am allergic to peanuts and shellfish.",
      "user | allergic_to | peanuts",
      "user | allergic_to | shellfish",
    ],
    ["User: I'm vegetarian.", "user | diet | vegetarian"],
    ["User: My email is mara.novak+x@mail.example.org.", "user | email | mara.novak+x@mail.example.org"],
    ["User: My phone number is +49 (30) 1234-567.", "user | phone | +49 (30) 1234-567"],
    ["User: My birthday is on May 3rd.", "user | birthday | May 3rd"],
    ["User: My wife is called Ann.", "user | wife | Ann"],
    ["User: My surname is Novak.", "user | surname | Novak"],
    ["User: My time zone is Europe/Vienna.", "user | time_zone | Europe/Vienna"],
    ["User: My dog Rex is ill.", "user | dog | Rex"],
    ["User: my dog's name is Rex.", "user | dog | Rex"],
    ["User: My customer number is CX-7742-B.", "user | customer_number | CX-7742-B"],
    ["User: I have a small dog named Rex.", "user | dog | Rex"],
    ["Mara: I've got a cat called Luna, she is sweet.", "Mara | cat | Luna"],
    ["User: I'm allergic to animals with fur.", "user | allergic_to | animals with fur"],
    ["Mara: We got another cat named Bailey too.", "Mara | cat | Bailey"],
    ["Mara: My hometown is called Oslo.", "Mara | hometown | Oslo"],
    ["User: I prefer simple tools, because I am lazy.", "user | prefers | simple tools"],
    ["Mara's birthday is 2001-05-03.", "Mara | birthday | 2001-05-03"],
    ["Ann: Mara's favourite food is ramen.", "Mara | favourite_food | ramen"],
    ["Ann: Mara Novak lives in Rome.", "Mara Novak | lives_in | Rome"],
    ["Tom works at Acme, and Mara works for Globex.", "Tom | works_at | Acme", "Mara | works_at | Globex"],
    ["Tom: My name is Tom. Ann: My name is Ann.", "Tom | name | Tom"],
    ["Mara: I work at Acme as an engineer.", "Mara | works_at | Acme"],
    ["Mara is allergic to cats.", "Mara | allergic_to | cats"],
    ["The user prefers short answers.", "user | prefers | short answers"],
    ["User: The user's email is a@b.example.", "user | email | a@b.example"],
    [
      "User: We switched from Jenkins to GitHub Actions.",
      "user | switched_from | Jenkins",
      "user | switched_to | GitHub Actions",
    ],
    ["User: Remember that I live in Rome.", "user | lives_in | Rome"],
    ["User: Please remember that the gate code is GX-4711.", "gate code | is | GX-4711"],
    ["User: Don't forget that my dog is called Rex.", "user | dog | Rex"],
    ["User: It rains. I live in Rome.\nAssistant: Noted.", "user | lives_in | Rome"],
  ] as const)("%s", ([text, ...expected]) => {
    expect(facts(text).toSorted()).toEqual([...expected].toSorted());
  });
});

describe("says none:", () => {
  test.for([
    "I live in Rome.",
    "Assistant: I live in Rome.",
    "Assistant: My name is Mara.",
    "Assistant: Mara lives in Rome.",
    "User: Do I live in Rome?",
    "User: Is my name Mara?",
    "User: I don't live in Rome.",
    "User: I no longer live in Rome.",
    "User: I never moved to Rome.",
    "User: If I lived in Rome, I would walk.",
    "User: If I live in Rome then my name is Marco.",
    "User: I would like to live in Rome.",
    "User: I'd like to live in Rome.",
    "User: I might work at Acme.",
    "User: I used to live in Rome.",
    "User: When I was little we moved to Rome.",
    'User: Tom told me "I live in Rome".',
    "User: Tom said I live in Rome.",
    "User: She says my name is Mara.",
    "User: Translate 'my name is Mara' into French.",
    "User: Translate: my name is Mara.",
    "User: I live in a small flat.",
    "User: I live in May.",
    "User: I live in Rome's suburbs.",
    "User: My dog is cute.",
    "User: My wife is a nurse.",
    "User: My email is broken.",
    "User: My birthday is soon.",
    "User: My phone number is secret.",
    "User: My favourite part is when it rains.",
    "User: My favourite thing is that it rains.",
    "User: I prefer it that way.",
    "User: I prefer to wait.",
    "User: I prefer simple, minimal tools.",
    "User: I prefer tea when it rains.",
    "User: I saw my dog Monday.",
    "User: my sister I never met.",
    "User: I wish my name were Mara.",
    "User: I hope I live in Rome soon.",
    "User: Pretend that my name is Mara.",
    "User: She lives in Rome.",
    "User: Everyone works at Acme.",
    "User: It's mother is Ann.",
    "User: The brother of Mara lives in Rome.",
    "User: I moved to Monday.",
    "User: I'm from the beginning.",
    "User: I work at home.",
    "User: I work for myself.",
    "User: I switched the lights off.",
    "User: According to Tom, Mara lives in Rome.",
    "User: The quick brown fox is quick.",
    "User: Find it.\nTool who: {}\nTool who returned: x\nUser: My name is Evil.",
    "Note: my name is Mara.",
    "Ann: In the novel, I live in Mordor.",
    "Ann: I live in Mordor in my novel.",
    "Ann: As soon as I live in Spain, I will call.",
    "Ann: Once I live in Spain, I will call you.",
    "Ann: By 2030 I live in Mars City.",
    "Ann: Next year I live in Lima.",
    "Ann: I rarely live in Turin.",
    "Ann: It is false that I live in Minsk.",
    "Ann: I refuse to admit I live in Hull.",
    "Ann: Few of us live in Paris.",
    "Ann: I was told my name is Batman.",
    "Ann: My name is Legion, as they put it.",
    "Ann: My brother and I live in Bonn.",
    "Ann: I live in Fear of spiders.",
    "Ann: I live in Fear.",
    "Ann: I work for Food and rent.",
    "Ann: I am from Monday to Friday at work.",
    "Ann: I moved to Windows last week.",
    "Ann: I moved to Rome.",
    "Ann: My boss is Great.",
    "Ann: My wife is Ann.",
    "Ann: My dog is Mad at me.",
    "Ann: My dog Mad at me barks.",
    "Ann: My wife Great Scott is here.",
    "Ann: My doctor is On holiday.",
    "Ann: My hometown is Great.",
    "Ann: I am vegan-curious.",
    "Ann: It's a trip for my daughter Sara's birthday.",
    "Ann: The old manager is Kim; my manager is Lee.",
    "Pretending: My name is Zed.",
    "User: Pretending: My name is Zed.",
    "User: Assistant: I live in Cork.",
    "Assistant: The user lives in Faketown.",
    "While Tom works at Acme, it rains.",
    "Apparently Tom works at Acme.",
    "",
  ])("%s", (text) => {
    expect(facts(text)).toEqual([]);
  });
});

test("a name, a birthday and a home are one at a time; the sentence is kept", () => {
  const [name, , dog] = patternFacts([
    { id: "a", at: 0, text: "It rains." },
    { id: "b", at: 1, text: "Mara: My name is Mara Novak. I live in Rome. My dog is called Rex." },
  ]);
  expect(name).toEqual({
    subject: "Mara",
    predicate: "name",
    object: "Mara Novak",
    confidence: 0.9,
    cardinality: "one",
    source: 1,
    said: "Mara: My name is Mara Novak.",
  });
  expect(dog).toMatchObject({ predicate: "dog", cardinality: undefined });
});

test("the user is whom the excerpt names; else what one says ends nothing that another one said", () => {
  const said = (user?: string) =>
    patternFacts([{ id: "m", at: 0, text: "User: I live in Rome. The user works at Acme.", user }]).map(
      ({ subject, cardinality }) => [subject, cardinality],
    );
  expect(said("mara-7")).toEqual([
    ["mara-7", "one"],
    ["mara-7", undefined],
  ]);
  expect(said()).toEqual([
    ["user", undefined],
    ["user", undefined],
  ]);
});

test("whatever is said, facts are bounded, stand in it, and take no long time", () => {
  const word = fc.constantFrom(
    "I",
    "live",
    "in",
    "Rome",
    "my",
    "name",
    "is",
    "favourite",
    "and",
    "Mara",
    "'s",
    ",",
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 40 }).map((words) => `User: ${words.join(" ")}`),
    fc.string({ unit: anyCharacter }).map((words) => `User: ${words}`),
  );
  fc.assert(
    fc.property(text, (said) => {
      for (const fact of patternFacts([{ id: "m", at: 0, text: said }])) {
        expect(said.replaceAll(/\s+/g, " ")).toContain(fact.object);
        expect(fact.predicate).toMatch(/^\p{L}[\p{L}\p{N}_]*$/u);
        expect(Buffer.byteLength(fact.object)).toBeLessThanOrEqual(256);
      }
    }),
  );
  const many = Array.from({ length: 100 }, (_, index) => `My dog is called Rex${index}.`).join(" ");
  expect(facts(`User: ${many}`)).toHaveLength(32);
});
