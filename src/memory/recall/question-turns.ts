import { SESSIONS_AMONG } from "./session-boost.js";

/** The part of a score that comes from questions: its own, or the one that it follows. */
export interface QuestionPart {
  /** The part of its text that are short questions, 0 to 1. */
  readonly asks: number;
  /** The id of the hit that asks right before it; undefined: none of the best does. */
  readonly answers: string | undefined;
  /** Negative if it only asks. */
  readonly adds: number;
}

/** Where a hit stands in its session. */
export interface Turn {
  readonly namespace: string;
  readonly id: string;
  /** The id of the turn before it, in the same namespace. */
  readonly follows: string | undefined;
  readonly asks: number;
}

/** Of the session weight and a question's score: what its answer gets. The question loses half of that. */
const PASSES = 2;

/**
 * Takes from each of the 20 best that asks, and gives to the one that follows it, best first:
 *
 *     score − weight · asks · score + 2 · weight · asks of the turn before · its score
 *
 * A question has the words and the meaning of what is asked for, and holds no answer; the turn after it does, often
 * without a word in common with the query. `turnOf`: undefined for a memory that has gone.
 */
export function weighQuestions<Hit extends { readonly score: number }>(
  ranked: readonly Hit[],
  turnOf: (hit: Hit, index: number) => Turn | undefined,
  weight: number,
): readonly (Hit & { readonly question?: QuestionPart })[] {
  const first = ranked.slice(0, SESSIONS_AMONG).map((hit, index) => ({ hit, turn: turnOf(hit, index) }));
  const asking = new Map(
    first.flatMap(({ hit, turn }) =>
      turn === undefined || turn.asks === 0 || hit.score <= 0 ? [] : [[nameOf(turn), turn.asks * hit.score]],
    ),
  );
  if (asking.size === 0) return ranked;
  const weighed = first.map(({ hit, turn }) => {
    if (turn === undefined) return hit;
    const loses = weight * (asking.get(nameOf(turn)) ?? 0);
    const passed = turn.follows === undefined ? undefined : asking.get(nameOf({ ...turn, id: turn.follows }));
    if (loses === 0 && passed === undefined) return hit;
    const adds = PASSES * weight * (passed ?? 0) - loses;
    const answers = passed === undefined ? undefined : turn.follows;
    return withQuestion(hit, { asks: turn.asks, answers, adds });
  });
  return [...weighed, ...ranked.slice(SESSIONS_AMONG)].toSorted((one, other) => other.score - one.score);
}

/** Imports can bring one id to several namespaces. */
const nameOf = ({ namespace, id }: Pick<Turn, "namespace" | "id">): string => `${namespace} ${id}`;

const withQuestion = <Hit extends { readonly score: number }>(hit: Hit, question: QuestionPart) => ({
  ...hit,
  score: hit.score + question.adds,
  question,
});
