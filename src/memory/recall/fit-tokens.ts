import type { Deadline } from "../../domain/deadline.js";
import type { TokenCounter } from "../../domain/tokens.js";
import type { Fitted, OmittedHit, RecallHit } from "./outcome.js";
import { excerptWithin } from "./excerpt-within.js";

/** Counts bytes, for lack of time to load the vocabulary: a text never has more tokens. */
export const BYTES: TokenCounter = {
  count: Buffer.byteLength,
  countInTurns: (text) => Promise.resolve(Buffer.byteLength(text)),
};

/** Counts tokens until the deadline, and bytes from there on. */
export function until(deadline: Deadline, counter: TokenCounter): TokenCounter {
  const now = (): TokenCounter => (deadline.passed ? BYTES : counter);
  return { count: (text) => now().count(text), countInTurns: (text) => now().countInTurns(text) };
}

/**
 * Fits hits into a budget of tokens, the best first: each whole, or not at all. If the best hit doesn't fit whole, it is
 * shortened, so that no budget makes an answer empty. Later hits take what room is left.
 */
export async function fitTokens(
  counter: TokenCounter,
  hits: readonly RecallHit[],
  budget: number,
  terms: readonly string[],
): Promise<Fitted> {
  const shown: RecallHit[] = [];
  const omitted: OmittedHit[] = [];
  let left = budget;
  for (const hit of hits) {
    const tokens = await tokensOf(counter, hit);
    if (tokens <= left) {
      shown.push(hit);
      left -= tokens;
    } else if (shown.length === 0) {
      const short = await shorten(counter, hit, budget, terms);
      shown.push(short);
      left -= await tokensOf(counter, short);
    } else omitted.push({ ...hit, tokens });
  }
  return { hits: shown, omitted, tokens: budget - left };
}

async function tokensOf(counter: TokenCounter, { memory, excerpt, shortened }: RecallHit): Promise<number> {
  const content = await counter.countInTurns(shortened ?? memory.content);
  return excerpt === null ? content : content + (await counter.countInTurns(excerpt));
}

/** What was found in a source says more of the query than the summary that stands for it. */
async function shorten(
  counter: TokenCounter,
  hit: RecallHit,
  budget: number,
  terms: readonly string[],
): Promise<RecallHit> {
  const quoted = hit.excerpt === null ? 0 : await counter.countInTurns(hit.excerpt);
  const keepsQuote = quoted > 0 && quoted <= budget / 2;
  const room = keepsQuote ? budget - quoted : budget;
  const shortened = await excerptWithin(terms, hit.memory.content, room, counter);
  return { ...hit, shortened, ...(keepsQuote ? {} : { excerpt: null }) };
}
