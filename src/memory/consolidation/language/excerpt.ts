import type { LlmFailure } from "../run.js";

/** A memory's text as consolidation reads it. */
export interface Excerpt {
  readonly id: string;
  /** When it was said, milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  /** Who the user is that speaks in it; undefined: it doesn't say. */
  readonly user?: string | undefined;
}

/** What a language model says a cluster of memories says. */
export interface WrittenSummary {
  /** Each with the places (from 0) of the excerpts that say so. */
  readonly statements: readonly { readonly text: string; readonly sources: readonly number[] }[];
}

export interface WrittenFact {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** 0..1. */
  readonly confidence: number;
  /** The place of the excerpt that says so. */
  readonly source: number;
}

export interface LlmAnswer<Value> {
  readonly value: Value;
  readonly model: string;
  /** Of prompt and answer together, by the provider's count. */
  readonly tokens: number;
}

/** What consolidation asks a language model. Both reject with a {@link LlmFailed} where it gives nothing usable. */
export interface Consolidator {
  /** The most tokens that one call may cost, prompt and answer together. */
  readonly maxCallTokens: number;
  summarise(excerpts: readonly Excerpt[]): Promise<LlmAnswer<WrittenSummary>>;
  extractFacts(excerpts: readonly Excerpt[]): Promise<LlmAnswer<readonly WrittenFact[]>>;
}

export class LlmFailed extends Error {
  override readonly name = "LlmFailed";
  readonly reason: LlmFailure;
  /** What it cost nevertheless, as far as that is known. */
  readonly tokens: number;

  constructor(reason: LlmFailure, tokens: number) {
    super(`the language model gave nothing usable: ${reason}`);
    this.reason = reason;
    this.tokens = tokens;
  }
}
