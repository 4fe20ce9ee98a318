import type { KeywordQuery } from "./ports.js";

/** Placeholder until the ranking work lands: words are runs of letters, digits and marks. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

export function words(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(WORD) ?? [];
}

export function indexText(content: string): string {
  return words(content).join(" ");
}

export function parseQuery(query: string): KeywordQuery {
  return { terms: [...new Set(words(query))].slice(0, 64), phrases: [] };
}
