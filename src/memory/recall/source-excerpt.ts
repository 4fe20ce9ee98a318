import { lookedAt } from "../text/looked-at.js";
import { analyse } from "../text/terms.js";
import { shared, spoken, textOf, written } from "./sentence.js";
import type { Sentence } from "./sentence.js";

const MOST_SENTENCES = 2;
/** A text says a sentence if it holds this share of its terms. */
const SAID = 0.5;

export interface SourceExcerpt {
  /** At most two sentences of the source, one per line. */
  readonly text: string;
  /** Whether they hold words of the query that the superseding memory lacks. */
  readonly holdsMore: boolean;
}

/**
 * The sentences of a source that answer the query and are missing in the text that supersedes it: those with most of
 * the query's terms that the text lacks. If it lacks none that the source has, but says nothing of the source at all,
 * as a short summary may, the sentences that fit the query best: the source was found by its meaning. Undefined:
 * nothing is missing.
 */
export function sourceExcerpt(
  queryTerms: readonly string[],
  source: string,
  standing: Standing,
): SourceExcerpt | undefined {
  if (source === standing.text) return undefined;
  const there = standing.terms();
  const looked = lookedAt(source);
  const missing = new Set(queryTerms.filter((term) => !there.has(term)));
  if (missing.size > 0 && analyse(looked).terms.some((term) => missing.has(term))) {
    // Results of tools aren't prose, but may be what was found.
    for (const sentencesOf of [spoken, written]) {
      const text = holding(sentencesOf(looked), missing);
      if (text !== undefined) return { text, holdsMore: true };
    }
  }
  const sentences = spoken(looked);
  if (sentences.some(({ terms }) => isSaid(terms, there))) return undefined;
  const text = fitting(sentences, new Set(queryTerms));
  return text === undefined ? undefined : { text, holdsMore: false };
}

/** The text that supersedes a source. */
export interface Standing {
  readonly text: string;
  terms(): ReadonlySet<string>;
}

/** Analysed once, if at all, for all of its sources. */
export function standingOf(text: string): Standing {
  let terms: ReadonlySet<string> | undefined;
  return { text, terms: () => (terms ??= new Set(analyse(text).terms)) };
}

/** The fewest that hold most of the terms, in their order. */
function holding(sentences: readonly Sentence[], wanted: ReadonlySet<string>): string | undefined {
  const open = new Set(wanted);
  const chosen = new Set<Sentence>();
  while (chosen.size < MOST_SENTENCES) {
    const next = most(sentences, open);
    if (next === undefined || shared(next.terms, open) === 0) break;
    chosen.add(next);
    for (const term of next.terms) open.delete(term);
  }
  return chosen.size === 0 ? undefined : textOf(sentences, chosen);
}

function fitting(sentences: readonly Sentence[], terms: ReadonlySet<string>): string | undefined {
  const ordered = sentences
    .map((sentence) => ({ sentence, fits: shared(sentence.terms, terms) }))
    .filter(({ sentence }) => sentence.terms.size > 0)
    .toSorted((one, other) => other.fits - one.fits);
  const least = ordered[0] !== undefined && ordered[0].fits > 0 ? 1 : 0;
  const chosen = ordered.filter(({ fits }) => fits >= least).slice(0, MOST_SENTENCES);
  return chosen.length === 0 ? undefined : textOf(sentences, new Set(chosen.map(({ sentence }) => sentence)));
}

function most(sentences: readonly Sentence[], terms: ReadonlySet<string>): Sentence | undefined {
  let [best, holds]: [Sentence | undefined, number] = [undefined, -1];
  for (const sentence of sentences) {
    const own = shared(sentence.terms, terms);
    if (own > holds) [best, holds] = [sentence, own];
  }
  return best;
}

function isSaid(terms: ReadonlySet<string>, there: ReadonlySet<string>): boolean {
  return terms.size > 0 && shared(terms, there) >= terms.size * SAID;
}
