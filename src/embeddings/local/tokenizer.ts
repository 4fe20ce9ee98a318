import type { TokenMeter } from "../passages.js";

export interface Tokenizer {
  /** Token ids with the model's own first and last, at most `maxTokens` of them: what is too long loses its end. */
  encode(text: string, maxTokens: number): number[];
  readonly meter: TokenMeter;
}
