const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** A text is read so far, in characters. */
const MOST_READ = 4_000;
/** What the assistant said before: a request for something new ("can you suggest") is no question about it. */
const ASSISTANT =
  /\b(?:did you|(?:have|had) you|you(?:'ve| have| had)? (?:said|told|suggested|recommended|mentioned|gave|given|explained|provided|advised|proposed|wrote|written)|your (?:suggestion|recommendation|advice|answer|response|explanation)s?)\b/iu;
const USER = /\b(?:i|my|mine|me|myself|we|our|ours|us)\b/iu;

/**
 * Whose words a question is about: the one speaker that it names; without a name the user where it says "I" or "my", or the
 * assistant where it asks what that one said ("did you", "you recommended"). Undefined: nobody's, or those of several. Of
 * English words only; names in any language. `speakers`: as `firstSpeaker` gives them.
 */
export function speakerAsked(question: string, speakers: ReadonlySet<string>): string | undefined {
  const text = question.slice(0, MOST_READ);
  const words = new Set(wordsOf(text));
  const named = [...speakers].filter((name) => {
    if (name === "user" || name === "assistant") return false;
    const own = wordsOf(name);
    return own[0] !== undefined && (words.has(own[0]) || own.every((word) => words.has(word)));
  });
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  const role = ASSISTANT.test(text) ? "assistant" : USER.test(text) ? "user" : undefined;
  return role !== undefined && speakers.has(role) ? role : undefined;
}

const wordsOf = (text: string): string[] =>
  Array.from(text.toLowerCase().normalize("NFKC").matchAll(WORD), ([word]) => word);
