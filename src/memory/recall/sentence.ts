import { lineOf, saidIn } from "../text/speakers.js";
import { sentencesIn } from "../text/sentences.js";
import { analyse } from "../text/terms.js";

/** The longest sentence. Longer ones are examined, and shown, in pieces. */
const LONGEST = 300;

/** A sentence of a memory, or a piece of a long one, with its terms. */
export interface Sentence {
  readonly text: string;
  readonly terms: ReadonlySet<string>;
}

/** Each with its speaker, as a summary shows them. */
export function spoken(source: string): Sentence[] {
  return saidIn(source).flatMap((said) =>
    pieces(said.sentence).map((sentence) => ({
      text: lineOf({ ...said, sentence }),
      terms: new Set(analyse(sentence).terms),
    })),
  );
}

/** Verbatim. */
export function written(source: string): Sentence[] {
  return sentenceTexts(source).map((text) => ({ text, terms: new Set(analyse(text).terms) }));
}

/** The sentences of a text, long ones in pieces, verbatim. */
export const sentenceTexts = (source: string): string[] => sentencesIn(source).flatMap(pieces);

/** Cut at spaces, where there are any; never inside a character. */
function pieces(sentence: string): string[] {
  if (sentence.length <= LONGEST) return [sentence];
  return (
    sentence
      .match(new RegExp(`.{1,${LONGEST}}(?=\\s|$)|.{1,${LONGEST}}`, "gsu"))
      ?.map((each) => each.trim()) ?? []
  );
}

/** Those that are chosen, in their order, one per line. */
export const textOf = (sentences: readonly Sentence[], chosen: ReadonlySet<Sentence>): string =>
  sentences
    .filter((sentence) => chosen.has(sentence))
    .map(({ text }) => text)
    .join("\n");

/** How many terms are in both. */
export function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0;
  for (const term of one) if (other.has(term)) count += 1;
  return count;
}
