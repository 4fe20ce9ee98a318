import { setTimeout as sleep } from "node:timers/promises";
import type { Embedder } from "./embedder.js";

/** The scale of a model's cosines. Each model has its own. */
export interface Calibration {
  /** The mean cosine of a query with texts on something else, estimated from a few fixed texts. */
  levelOf(query: Float32Array): number;
  /** The standard deviation of cosines with texts on something else. */
  readonly spread: number;
  /** The mean distance of an answer above that level. */
  readonly related: number;
}

/** Questions and their answers, each on something else. */
const PAIRS = [
  [
    "When does the bakery open on Saturdays?",
    "On Saturdays the bakery opens at half past six in the morning.",
  ],
  ["Which bus goes to the airport?", "Line 41 takes you to the airport in twenty minutes."],
  ["What is my sister allergic to?", "Your sister can't eat peanuts or cashews."],
  ["How do I reset the router?", "Hold the small button on the back of the router for ten seconds."],
  ["Who won the chess tournament?", "Ingrid beat all her opponents and took the chess title."],
  ["Where did we leave the spare key?", "The spare key lies under the third flower pot."],
  ["How much was the invoice from the plumber?", "The plumber charged 240 euros for the repair of the sink."],
  ["Why was the release postponed?", "The launch moved to May because two tests kept failing."],
  ["What should I wear to the wedding?", "Guests of the wedding are asked to come in light colours."],
  ["Which vaccine does the puppy need next?", "The puppy is due for its rabies shot in two weeks."],
  ["How long does the dough have to rest?", "Let the dough stand overnight in a cool place."],
  ["What colour are the new curtains?", "The curtains that arrived yesterday are dark green."],
] as const;

/** In standard deviations: how far the best of many texts on something else rises by chance. */
export const CHANCE = 2;
/** With a smaller gap, a model doesn't separate answers from other texts. */
const LEAST_GAP = 0.03;
/**
 * Measures a model by a few questions and answers; undefined: its cosines separate nothing.
 *
 * Queries differ in how near they are to any text at all, so each has a level of its own. Above that level, the model's
 * scale is the same for all queries.
 */
export async function probe(
  embedder: Pick<Embedder, "embedPassages" | "embedQuery">,
  signal?: AbortSignal,
): Promise<Calibration | undefined> {
  const [passages, queries] = await Promise.all([
    embedder.embedPassages(
      PAIRS.map(([, answer]) => answer),
      signal,
    ),
    Promise.all(PAIRS.map(([question]) => embedder.embedQuery(question, signal))),
  ]);
  const related: number[] = [];
  const unrelated: number[] = [];
  for (const [row, query] of queries.entries()) {
    const cosines = passages.map((passage) => dot(query, passage));
    const others = cosines.filter((_, column) => column !== row);
    const level = mean(others);
    unrelated.push(...others.map((cosine) => cosine - level));
    related.push((cosines[row] ?? 0) - level);
  }
  const calibration = {
    levelOf: (query: Float32Array) => mean(passages.map((passage) => dot(query, passage))),
    spread: deviation(unrelated),
    related: mean(related),
  };
  return calibration.related - CHANCE * calibration.spread < LEAST_GAP ? undefined : calibration;
}

/** The dot product of two vectors of length 1: their cosine. */
function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  // By index: an iterator of a typed array takes ten times as long, and each recall makes a dozen of these.
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** How long a recall waits for a calibration that isn't known yet, in milliseconds; the next ones have it. */
const WAIT_MS = 2000;
/** After a failure, recalls go without calibration for this long. */
const RETRY_MS = 60_000;

/** The calibration of a model, or undefined while it isn't known. */
export type Calibrate = (model: string) => Promise<Calibration | undefined>;

/** Each model that a process embeds with has a calibration of its own. */
export function createCalibrates(embedders: readonly Embedder[], now: () => number): Calibrate {
  const byModel = new Map(embedders.map((each) => [each.model.id, createCalibrate(each, now)]));
  return async (model) => byModel.get(model)?.();
}

/** Probes a model once for a process: with a few short texts, which the cache of embeddings keeps. */
function createCalibrate(embedder: Embedder, now: () => number): () => Promise<Calibration | undefined> {
  let probing: Promise<Calibration | undefined> | undefined;
  let failedAt = -Infinity;
  let known: Calibration | undefined;
  const start = (): Promise<Calibration | undefined> =>
    probe(embedder).then(
      (calibration) => (known = calibration),
      () => {
        // A recall is answered without calibration, for any reason.
        failedAt = now();
        probing = undefined;
        return undefined;
      },
    );
  // A model of this process's own costs nothing but a moment; a provider is asked when the first recall needs it.
  if (embedder.model.provider === "local") probing = start();
  return async () => {
    if (known !== undefined) return known;
    if (probing === undefined && now() - failedAt < RETRY_MS) return undefined;
    probing ??= start();
    return Promise.race([probing, sleep(WAIT_MS, undefined, { ref: false })]);
  };
}
