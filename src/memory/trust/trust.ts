import type { Memory } from "../model/record.js";
import type { Verdicts } from "../ports/agents.js";

/** The factors of a memory's trust; every number as it enters the product. */
export interface TrustParts {
  /** The accuracy of the writing agent: the share of its memories that hold, 0..1. */
  readonly accuracy: number;
  /** Days since it was said, to two digits; never negative. */
  readonly age_days: number;
  /** `max(0.5, 1 - age_days / 365)`. */
  readonly recency: number;
  /** 1.3 where a human has confirmed it, else 1. */
  readonly confirmation: number;
  /** `min(1.5, 1 + 0.1 × corroborations)`. */
  readonly corroboration: number;
  /** The upper bound: the writer's own `trust_score`, and the lowest trust of its sources. */
  readonly limit: number;
  readonly trust: number;
}

/** The accuracy of an unknown agent. */
export const UNKNOWN_ACCURACY = 0.5;

const DAY_MS = 24 * 3600 * 1000;
/** Shown, filtered and ranked by to this many digits, so that what is shown is what was decided by. */
const DIGITS = 4;

/**
 * The trust in a memory at the moment of reading, 0..1:
 *
 * min(1, accuracy × max(0.5, 1 - age_days / 365) × (human_confirmed ? 1.3 : 1) × min(1.5, 1 + 0.1 × corroborations))
 *
 * and never more than `limit`. `at`: the moment of reading, milliseconds since the epoch. See docs/trust.md for the
 * reasons.
 */
export function trustOf(memory: Judgeable, accuracy: number, at: number): TrustParts {
  const { evidence, timestamp, trust_score, source_trust } = memory;
  const age_days = Math.max(0, at - (evidence.since ?? timestamp)) / DAY_MS;
  const recency = Math.max(0.5, 1 - age_days / 365);
  const confirmation = evidence.human_confirmed ? 1.3 : 1;
  const corroboration = Math.min(1.5, 1 + 0.1 * evidence.corroborated_by.length);
  const limit = Math.min(1, trust_score, source_trust ?? 1);
  const product = accuracy * recency * confirmation * corroboration;
  return {
    accuracy: rounded(accuracy),
    age_days: Math.round(age_days * 100) / 100,
    recency: rounded(recency),
    confirmation,
    corroboration: rounded(corroboration),
    limit,
    trust: rounded(Math.min(limit, product)),
  };
}

export type Judgeable = Pick<Memory, "evidence" | "timestamp" | "trust_score" | "source_trust">;

/**
 * The share of an agent's memories that hold, by the verdicts of others: the mean of a Beta(2, 2) prior after these
 * confirmations and contradictions. It is 0.5 before the first one, and two voices can't make it 0 or 1.
 */
export function accuracyOf({ confirmed, contradicted }: Verdicts): number {
  return (2 + confirmed) / (4 + confirmed + contradicted);
}

/**
 * A score weighted by trust: `score + |score| × weight × (2 × trust - 1)`. A memory of trust 0.5, as a new one of an
 * unknown agent has, keeps its score; no score moves by more than `weight` of itself.
 */
export function weighted(score: number, trust: number, weight: number): number {
  return score + Math.abs(score) * weight * (2 * trust - 1);
}

const rounded = (value: number): number => Math.round(value * 10 ** DIGITS) / 10 ** DIGITS;
