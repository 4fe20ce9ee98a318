import type { Schemas } from "../base/service.js";

export type Hit = Schemas["RecallResponse"]["hits"][number];

export type PartName =
  | "words"
  | "meaning"
  | "entities"
  | "lists"
  | "rule"
  | "time"
  | "session"
  | "question"
  | "speaker"
  | "recency"
  | "trust"
  | "outcomes";

export interface ScorePart {
  readonly name: PartName;
  readonly title: string;
  /** What is added to the score; may be negative. */
  readonly adds: number;
  /** Where the number comes from. */
  readonly because: string;
}

const PIVOT_CHARACTERS = 300;

/** How much the length of a text speaks for it: as in docs/recall.md. */
export function lengthPrior(text: string): number {
  return Math.min(1, (PIVOT_CHARACTERS / Math.max(1, text.length)) ** 0.4);
}

/** The parts that a hit's score is the sum of, in the order in which the ranking adds them. */
export function scoreParts({ explain, memory, score }: Hit): readonly ScorePart[] {
  if (explain === undefined) return [];
  const {
    keyword,
    vector,
    entities,
    lists,
    time,
    session,
    question,
    speaker,
    rule,
    recency,
    trust,
    outcomes,
  } = explain;
  const parts: ScorePart[] = [];
  const add = (name: PartName, title: string, adds: number, because: string): void => {
    parts.push({ name, title, adds, because });
  };
  if (lists === undefined) {
    if (keyword !== null)
      add("words", "Words", keyword.adds, `place ${keyword.rank} by words, BM25 ${keyword.score.toFixed(2)}`);
    if (vector !== null) {
      const prior = lengthPrior(memory.content);
      add(
        "meaning",
        "Meaning",
        vector.adds,
        `place ${vector.rank} by meaning, cosine ${vector.score.toFixed(3)}${prior < 1 ? `, × ${prior.toFixed(2)} length prior` : ""}`,
      );
    }
    if (entities !== null && entities !== undefined)
      add("entities", "Entities", entities.adds, `place ${entities.rank} among facts of named entities`);
    if (rule !== undefined)
      add(
        "rule",
        "Standing rule",
        rule.adds,
        `the nearest rule of the user's, cosine ${rule.score.toFixed(3)}`,
      );
  } else {
    for (const list of lists)
      add("lists", list.namespaces, list.adds, `place ${list.rank} in ${list.namespaces}`);
  }
  if (time !== undefined)
    add(
      "time",
      "Time asked for",
      time.adds,
      `nearness ${time.nearness.toFixed(2)} to the time that the query names`,
    );
  if (session !== undefined)
    add("session", "Session", session.adds, `another hit of its session has ${session.best.toFixed(3)}`);
  if (question !== undefined)
    add(
      "question",
      "Questions",
      question.adds,
      question.answers === null
        ? `${Math.round(100 * question.asks)} % of its text asks`
        : "the turn before it is a hit that asks",
    );
  if (speaker !== undefined)
    add("speaker", "Speaker", speaker.adds, `the query is about what ${speaker.name} said`);
  if (recency !== undefined) {
    const before = parts.reduce((sum, part) => sum + part.adds, 0);
    const adds = score - before - trust.adds - (outcomes?.adds ?? 0);
    add(
      "recency",
      "Recency",
      adds,
      `${Math.round(recency.age_days)} days old, recency ${recency.recency.toFixed(2)}`,
    );
  }
  if (trust.adds !== 0 || trust.trust > 0)
    add("trust", "Trust", trust.adds, `trust ${trust.trust.toFixed(2)}; above 0.50 adds, below takes away`);
  if (outcomes !== undefined)
    add(
      "outcomes",
      "Outcomes",
      outcomes.adds,
      `${outcomes.successes} successes, ${outcomes.failures} failures, strength ${outcomes.strength.toFixed(2)}`,
    );
  return parts;
}
