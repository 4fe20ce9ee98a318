import { normaliseName } from "../../domain/normalise-name.js";

export const CARDINALITIES = ["one", "many"] as const;
/** How many objects a subject has at a time for a predicate. */
export type Cardinality = (typeof CARDINALITIES)[number];

/**
 * A statement about the world, in its writer's words. When it is so is the memory's own `valid_from` and `valid_to`.
 * Subject, predicate and object never change: another fact is another memory.
 */
export interface Fact {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** 0..1, by its writer's word. */
  readonly confidence: number;
  /** As it was decided when the fact was written: by the fact, the namespace's settings, or `many`. */
  readonly cardinality: Cardinality;
  /** Ids of facts that name another object for the same time, where nothing tells which one is right. */
  readonly contradicts: readonly string[];
}

export interface FactInput {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly confidence?: number | undefined;
  /** Undefined: as the namespace's settings say for this predicate, else `many`. */
  readonly cardinality?: Cardinality | undefined;
  /** Another place for the memory's own. */
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
}

/** 0..1; a fact ends another one only where its own is as high. */
export interface FactStanding {
  readonly own: number;
  readonly rivals: Readonly<Record<string, number>>;
}

/** What the writing of a fact takes beside the memory. */
export interface FactPlacing {
  /** By the fact's own word. */
  readonly cardinality: Cardinality | undefined;
  /** How well it stands, and those that it may end or dispute do, by their ids. Undefined: nothing is known of others. */
  readonly standing?: FactStanding | undefined;
  /** Somebody said since when it is so; else it is so since it was recorded, after whatever was recorded before. */
  readonly dated: boolean;
}

/** What a fact says when its writer gives no text: `lives_in` reads `lives in`. */
export function factContent({ subject, predicate, object }: FactInput): string {
  return [subject, predicate.replaceAll(/[_-]+/g, " "), object].map((part) => part.trim()).join(" ");
}

/** What makes two facts of cardinality many the same memory. */
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
