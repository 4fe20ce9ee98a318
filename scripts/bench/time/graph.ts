import { createRandom, pick } from "../corpus/random.js";
import type { Random } from "../corpus/random.js";

/** Made-up people with what is known about them; the same in every run. */
export interface Graph {
  readonly people: readonly string[];
  /** Bodies of memories, ready to be written. */
  readonly memories: readonly object[];
  readonly facts: number;
}

/** Facts about each person; a new employer closes the one before it. */
const FACTS_EACH = 5;
/** Mentions of every fourth person, one of each type. */
const TYPES = ["semantic", "procedural", "episodic"] as const;

/** As many facts as that, over people who know each other, work somewhere and live somewhere. */
export function createGraph(facts: number): Graph {
  const random = createRandom(20_260);
  const count = Math.max(4, Math.floor(facts / FACTS_EACH));
  const people = named("Person", count);
  const companies = named("Company", Math.ceil(count / 10));
  const towns = named("Town", Math.ceil(count / 20));
  const memories = people.flatMap((person, index) => [
    fact([person, "works_for", pick(random, companies)], 2020),
    fact([person, "works_for", pick(random, companies)], 2024),
    fact([person, "lives_in", pick(random, towns)], 2015 + (index % 10)),
    fact([person, "knows", other(random, people, person)]),
    fact([person, "manages", other(random, people, person)]),
    ...(index % 4 === 0 ? TYPES.map((type) => mention(person, type)) : []),
  ]);
  return { people, memories, facts: count * FACTS_EACH };
}

const named = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${kind} ${index}`);

function other(random: Random, people: readonly string[], person: string): string {
  const chosen = pick(random, people);
  return chosen === person ? other(random, people, person) : chosen;
}

function fact([subject, predicate, object]: readonly [string, string, string], year?: number): object {
  const dates = year === undefined ? {} : { valid_from: `${year}-01-01T00:00:00Z`, cardinality: "one" };
  return { memory_type: "semantic", fact: { subject, predicate, object, ...dates } };
}

function mention(person: string, memory_type: string): object {
  return {
    memory_type,
    content: `${person} wants to be called before noon, and to be written to in German.`,
  };
}
