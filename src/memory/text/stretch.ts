import type { CountTokens } from "../../domain/tokens.js";
import { extract } from "./extract.js";

/** The length of a stretch's summary, in tokens. */
const STRETCH_TOKENS = 250;

/** Representative sentences of a stretch. */
export function stretchOf(sentences: readonly string[], count: CountTokens): string {
  return extract(sentences, STRETCH_TOKENS, count).join("\n");
}
