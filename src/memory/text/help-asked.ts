/** A text is read so far, in characters. */
const MOST_READ = 4_000;
/** It asks for what was said or done: no answer has to be made. */
const RECALLS =
  /\b(?:did|was|were|had|been|(?:have|has) (?:i|we|you)|(?:i|we|you)(?:['’]ve| have)|ago|earlier|previously|last|so far|throughout|brought up|mentioned|discussed|told)\b/iu;
const ASKS =
  /\b(?:how|what|which|where|should|shall|can|could|would|will|please|help|show|give|explain|write|draft|make|create|suggest|recommend|plan|list|tell|compare|review|fix)\b/iu;

/**
 * Whether a question wants an answer that is still to be made ("How should I list my sources?"), which the user's standing rules
 * govern, rather than to know what was ("What did I say about sources?"). In English only; other questions want none.
 */
export function asksForHelp(question: string): boolean {
  const text = question.slice(0, MOST_READ);
  return ASKS.test(text) && !RECALLS.test(text);
}
