import { NEWEST, OLDEST } from "./words.js";

export type Order = "newest" | "oldest";

const WORD = /[\p{L}\p{M}]+/gu;
/** A text is read so far, in characters. */
const MOST_READ = 4_000;

/** Whether a text asks for the newest or the oldest of what fits ("the latest", "originally"), by its first such word. */
export function orderAsked(text: string): Order | undefined {
  for (const [word] of text.slice(0, MOST_READ).toLowerCase().matchAll(WORD)) {
    if (NEWEST.has(word)) return "newest";
    if (OLDEST.has(word)) return "oldest";
  }
  return undefined;
}
