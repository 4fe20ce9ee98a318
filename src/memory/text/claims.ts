import { analyse } from "./terms.js";

/** Differences between texts that vectors don't show. */
export interface Claims {
  /** Numbers, and identifiers with their words joined by spaces; in order, each as often as it stands there. */
  readonly values: readonly string[];
  /** Whether it denies something; a denied denial affirms. */
  readonly denied: boolean;
}

const NEGATION =
  /\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|isnt|arent|wasnt|werent|dont|doesnt|didnt|wont|wouldnt|cant|couldnt|shouldnt|hasnt|havent|hadnt)\b/g;

/**
 * Numbers, identifiers, and how often something is denied. "Orders ship in 3 days" and "Orders don't ship in 5 days" lie
 * closer together than most paraphrases.
 */
export function claimsOf(content: string): Claims {
  const { terms, identifiers } = analyse(content);
  const numbers = terms.filter((term) => /\p{N}/u.test(term));
  const values = [...numbers, ...identifiers.map((words) => words.join(" "))].toSorted();
  return { values, denied: denialsIn(content) % 2 === 1 };
}

/** The number of denials, in English. */
export function denialsIn(content: string): number {
  return content.normalize("NFKC").toLowerCase().replace(/['’]/g, "").match(NEGATION)?.length ?? 0;
}

export function sameClaims(one: Claims, other: Claims): boolean {
  return one.denied === other.denied && JSON.stringify(one.values) === JSON.stringify(other.values);
}
