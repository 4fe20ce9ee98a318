/** "Anna's", "the Browns'", in any kind of apostrophe. */
const POSSESSIVE =
  /(?<!\b(?:it|that|what|who|where|there|here|he|she|let|how|when|why))(?<=\p{L})(?:['’]s|(?<=s)['’])(?=[\s?!.,])/giu;
/** "the sister of", "a friend of". */
const OF = /\b(?:of|from|for|by)\b/giu;
/** "who manages Anna", "whose sister", "that works with". */
const WHO = /\b(?:who|whom|whose|that|which)\b/giu;

/**
 * Whether a question seems to ask along a chain of relations: it names two at least ("Where does the sister of Anna's
 * manager live?"), by possessives, by "of", or by relative pronouns. English only; a hint, not a parse.
 */
export function chainAsked(question: string): boolean {
  const count = (pattern: RegExp): number => question.match(pattern)?.length ?? 0;
  const possessives = count(POSSESSIVE);
  const relations = possessives + count(OF);
  // The first pronoun may be the question's own.
  return relations >= 2 || (relations >= 1 && count(WHO) >= 2) || possessives >= 2;
}
