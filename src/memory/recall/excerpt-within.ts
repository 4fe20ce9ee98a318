import type { TokenCounter } from "../../domain/tokens.js";
import { createTurns } from "../../domain/turns.js";
import { analyse } from "../text/terms.js";
import { sentenceTexts, shared } from "./sentence.js";

/** Stands between sentences that aren't neighbours in the text. */
const GAP = " … ";
/** Tokens of a gap or a space, at most. */
const GAP_TOKENS = 2;
/** The longest text that is cut without a look at its sentences, in characters per token of the budget. */
const DENSEST = 16;

/**
 * The sentences of a text that hold most of the query's terms, in their order, within a budget of tokens; the earlier
 * one of equals. If not even one sentence fits, the beginning of the best one. Never empty, unless the text is.
 */
export async function excerptWithin(
  terms: readonly string[],
  text: string,
  budget: number,
  counter: TokenCounter,
): Promise<string> {
  const wanted = new Set(terms);
  const sentences = await judged(sentenceTexts(text), wanted);
  const chosen: Judged[] = [];
  let spent = 0;
  const turn = createTurns();
  for (const sentence of sentences.toSorted((one, other) => other.fits - one.fits)) {
    if (spent + GAP_TOKENS >= budget) break;
    const cost = counter.count(sentence.text) + GAP_TOKENS;
    await turn();
    if (spent + cost > budget) continue;
    chosen.push(sentence);
    spent += cost;
  }
  while (chosen.length > 0) {
    const excerpt = joined(chosen);
    if ((await counter.countInTurns(excerpt)) <= budget) return excerpt;
    chosen.pop();
  }
  const best = sentences.toSorted((one, other) => other.fits - one.fits)[0];
  return beginningWithin(best?.text ?? text, budget, counter);
}

interface Judged {
  readonly text: string;
  readonly place: number;
  /** Terms of the query that it holds. */
  readonly fits: number;
}

async function judged(texts: readonly string[], wanted: ReadonlySet<string>): Promise<Judged[]> {
  const turn = createTurns();
  const sentences: Judged[] = [];
  for (const [place, text] of texts.entries()) {
    await turn();
    sentences.push({ text, place, fits: shared(new Set(analyse(text).terms), wanted) });
  }
  return sentences;
}

function joined(chosen: readonly Judged[]): string {
  let text = "";
  let before: number | undefined;
  for (const sentence of chosen.toSorted((one, other) => one.place - other.place)) {
    if (before !== undefined) text += sentence.place === before + 1 ? " " : GAP;
    text += sentence.text;
    before = sentence.place;
  }
  return text;
}

/** The longest beginning that halving finds; at least one character. */
async function beginningWithin(text: string, budget: number, counter: TokenCounter): Promise<string> {
  const characters = Array.from(text.slice(0, budget * DENSEST));
  let [fits, tooLong] = [1, characters.length + 1];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    const tokens = await counter.countInTurns(characters.slice(0, middle).join(""));
    if (tokens <= budget) fits = middle;
    else tooLong = middle;
  }
  return characters.slice(0, fits).join("");
}
