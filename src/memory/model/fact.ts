import { normaliseName } from "../../domain/normalise-name.js";

export const CARDINALITIES = ["one", "many"] as const;
/** Whether a subject has one object at a time for a predicate, or many. */
export type Cardinality = (typeof CARDINALITIES)[number];

/**
 * A statement about the world, in its writer's words. Its valid time is the memory's own `valid_from` and `valid_to`.
 * Subject, predicate and object never change: another fact is another memory.
 */
export interface Fact {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** The writer's confidence, 0..1. */
  readonly confidence: number;
  /** Decided when the fact was written: by the fact, the namespace's settings, or `many`. */
  readonly cardinality: Cardinality;
  /** Ids of facts that name another object for the same time, if neither is known to be right. */
  readonly contradicts: readonly string[];
}

export interface FactInput {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly confidence?: number | undefined;
  /** Undefined: the cardinality of this predicate in the namespace's settings, else `many`. */
  readonly cardinality?: Cardinality | undefined;
  /** The same as the memory's own `valid_from` and `valid_to`. */
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
}

/** 0..1; a fact ends another one only where its own is as high. */
export interface FactStanding {
  readonly own: number;
  readonly rivals: Readonly<Record<string, number>>;
}

/** What the store needs to write a fact, besides the memory. */
export interface FactPlacing {
  /** The cardinality that the fact itself states. */
  readonly cardinality: Cardinality | undefined;
  /**
   * The standing of this fact, and of those that it may end or dispute, by id. Undefined: that of others isn't known.
   */
  readonly standing?: FactStanding | undefined;
  /**
   * True: the caller gave `valid_from`. False: the fact is valid from its recording, after all that was recorded
   * before.
   */
  readonly dated: boolean;
}

/** A fact's text if its writer gives none: `lives_in` reads `lives in`. */
export function factContent({ subject, predicate, object }: FactInput): string {
  return [subject, predicate.replaceAll(/[_-]+/g, " "), object].map((part) => part.trim()).join(" ");
}

/** Identity of a fact of cardinality many. */
export function factIdentity(
  { subject, predicate, object }: Pick<Fact, "subject" | "predicate" | "object">,
  stated: {
    readonly content: string | undefined;
    readonly from: number | undefined;
    readonly to: number | undefined;
  },
): string {
  const names = [subject, predicate, object].map(normaliseName);
  return JSON.stringify(["fact", ...names, stated.content ?? null, stated.from ?? null, stated.to ?? null]);
}
