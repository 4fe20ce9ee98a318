/** A longer text is a prompt, of which `askedIn` takes the questions. In characters. */
const LONGEST = 600;
/** What is left of a question that says nothing else would find anything. In characters. */
const SHORTEST = 8;

/** Where a sentence begins, with the words of courtesy before a request. */
const START = String.raw`(^|[.?!]\s)\s{0,8}(?:(?:please|and|so|now) )?`;
const TALK = "(?:conversation|chat|session|discussion)s?";
const PEOPLE = "(?:i|we|you|i['’]ve|we['’]ve|you['’]ve)";

/** Words of a question about the talk itself, each with what takes its place. */
const FRAMES: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:mention|list|name|give)(?: me)? only(?: and only)? (?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) (?:items?|points?|things?|entries|examples?)\b[.?!]?/giu,
    " ",
  ],
  [new RegExp(`${START}(?:can|could|would|will) you (?:please )?`, "giu"), "$1 "],
  [
    new RegExp(
      `${START}(?:list|walk me through|tell me|give me|provide(?: me(?: with)?)?|show me|summari[sz]e|recap|outline|remind me(?: of)?)\\b`,
      "giu",
    ),
    "$1 ",
  ],
  [
    /\b(?:an?|the) (?:(?:comprehensive|complete|clear|brief|short|detailed|full|quick) )?(?:summary|overview|recap) of(?: everything)?\b/giu,
    " ",
  ],
  [/\b(?:the )?order in which\b/giu, " "],
  [/\bin order\b(?! to\b)/giu, " "],
  [
    new RegExp(
      `\\b(?:how )?${PEOPLE} (?:have )?(?:brought up|mentioned|discussed|talked about|covered|asked about)\\b`,
      "giu",
    ),
    " ",
  ],
  [/\bdid (?:i|we|you) (?:mention|discuss|say|bring up|talk about)\b/giu, " "],
  [/\b(?:different|various) (?:(?:aspects|parts|areas) of|(?:[a-z]{1,20} )?concepts related to)\b/giu, " "],
  [
    new RegExp(`\\b(?:throughout|across|in|during|over) (?:all )?(?:of )?our ${TALK}(?: so far)?\\b`, "giu"),
    " ",
  ],
  [
    new RegExp(
      `\\b(?:throughout|across) (?:all )?(?:of )?(?:my|the|these|all) ${TALK}(?: so far)?\\b`,
      "giu",
    ),
    " ",
  ],
  [/\b(?:so far|over time)\b/giu, " "],
];

/**
 * A question without the words that only say how to answer it, or that it is about an earlier talk: "Can you list the order
 * in which I brought up different aspects of my garden throughout our conversations?" looks for "my garden". Memories don't
 * hold those words, or hold them by chance. The text itself where nothing else would be left, or where it is long. English
 * frames only.
 */
export function withoutFrame(text: string): string {
  if (text.length > LONGEST) return text;
  let rest = text;
  for (const [frame, instead] of FRAMES) rest = rest.replace(frame, instead);
  if (rest === text) return text;
  rest = rest
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/ (?=[,.?!])/gu, "")
    .replaceAll(/,(?=[,.?!])/gu, "")
    .replace(/^[ ,.?!]+/u, "")
    .trim();
  return rest.length < SHORTEST ? text : rest;
}
