import type { CountTokens } from "../../domain/tokens.js";
import { extract } from "./extract.js";

/** How long the summary of a session's stretch is, in tokens. */
const STRETCH_TOKENS = 250;

/** The sentences of a stretch that stand for all of them. */
export function stretchOf(sentences: readonly string[], count: CountTokens): string {
  return extract(sentences, STRETCH_TOKENS, count).join("\n");
}
