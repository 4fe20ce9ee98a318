import { createRandom, pick } from "../../bench/corpus/random.js";

/** `[subject, predicate, object]`. */
export type Triple = readonly [subject: string, predicate: string, object: string];

export interface ChainQuestion {
  readonly kind: Kind;
  readonly text: string;
  /** The fact at the chain's end. */
  readonly answer: Triple;
}

export const KINDS = [
  "2 relations",
  "3 relations",
  "a relation by another word",
  "past a known person",
] as const;
export type Kind = (typeof KINDS)[number];

export interface World {
  readonly facts: readonly Triple[];
  /** Facts about a few people that have nothing to do with any question, far more than one hop reads. */
  readonly notes: readonly Triple[];
  readonly questions: readonly ChainQuestion[];
}

const GIVEN =
  "Anna Ben Carla David Elena Felix Greta Hugo Ines Jonas Karla Leo Mia Nils Olga Paul Rosa Simon Tara Udo".split(
    " ",
  );
const FAMILY = "Amsel Berger Conti Dahl Engel Falk Gruber Holm".split(" ");
const PEOPLE = FAMILY.flatMap((family) => GIVEN.map((given) => `${given} ${family}`));
/** Relations to people, each with another word for it. */
const RELATIONS = {
  manager: "boss",
  sister: "sibling",
  friend: "buddy",
  neighbour: "person next door",
} as const;
/** Relations to things, each with its objects and its question. */
const ENDS = {
  lives_in: ["Porto Graz Bergen Ghent Turin Brno", (who: string) => `Where does ${who} live?`],
  works_for: ["Alderon Brightwell Cobalt Dunmore Eastvale", (who: string) => `Who does ${who} work for?`],
  drives: ["Volvo Fiat Skoda Saab Lancia Opel", (who: string) => `What does ${who} drive?`],
} as const;
const NAMES = Object.keys(RELATIONS) as (keyof typeof RELATIONS)[];

const QUESTIONS_A_KIND = 25;
const KNOWN = 3;
const NOTES = 500;

/** People, what they are to each other, and questions along chains of it. The same for the same seed. */
export function createWorld(seed: number): World {
  const random = createRandom(seed);
  const objects = new Map<string, string>();
  const facts = PEOPLE.flatMap((person): Triple[] => {
    const others = PEOPLE.filter((other) => other !== person);
    const triples: Triple[] = [
      ...NAMES.map((name): Triple => [person, name, pick(random, others)]),
      ...Object.entries(ENDS).map(([name, [things]]): Triple => [
        person,
        name,
        pick(random, things.split(" ")),
      ]),
    ];
    for (const [subject, predicate, object] of triples) objects.set(`${subject} ${predicate}`, object);
    return triples;
  });
  const factOf = (subject: string, predicate: string): Triple => {
    const object = objects.get(`${subject} ${predicate}`);
    if (object === undefined) throw new Error(`${subject} has no ${predicate}`);
    return [subject, predicate, object];
  };
  const known = PEOPLE.slice(0, KNOWN);

  function question(kind: Kind): ChainQuestion {
    const person = pick(random, kind === "past a known person" ? known : PEOPLE.slice(KNOWN));
    const first = pick(random, NAMES);
    const between = factOf(person, first)[2];
    const word = kind === "a relation by another word" ? RELATIONS[first] : first;
    const [ending, [, ask]] = pick(random, Object.entries(ENDS));
    const own = pick(random, [`${person}'s ${word}`, `the ${word} of ${person}`]);
    if (kind !== "3 relations") return { kind, text: ask(own), answer: factOf(between, ending) };
    const second = pick(random, NAMES);
    const last = factOf(between, second)[2];
    return { kind, text: ask(`the ${second} of ${person}'s ${first}`), answer: factOf(last, ending) };
  }

  return {
    facts,
    notes: known.flatMap((person) =>
      Array.from({ length: NOTES }, (_, index): Triple => [person, "noted", `item ${index} of the minutes`]),
    ),
    questions: KINDS.flatMap((kind) => Array.from({ length: QUESTIONS_A_KIND }, () => question(kind))),
  };
}
