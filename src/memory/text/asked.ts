import { truncateUtf8 } from "./truncate.js";

/** A shorter text is a question as a whole. In characters. */
const LONG = 600;
/** The part of a long text that is used. */
const MOST_ASKED = 1000;
const MOST_OF_A_SENTENCE = 300;
const EDGE = 300;
/** A text that a model with 512 tokens reads whole, in most languages. */
const EMBEDDED = 1200;

/** Cut after each line and sentence; a look back of one character. */
const BORDER = /(?<=[\n\r\u2028\u2029?？؟!！。])|(?<=[.…])(?=\s)/u;
const QUESTION_MARK = /[?？؟][\s"'”’»)\]*_]{0,8}$/u;
/** Beginnings of questions without a question mark. */
const ASKS =
  /^[\s"'“‘(*_-]{0,8}(?:(?:so|and|now|please|ok|okay|hi|hey|hello|well|then)[,!]? ){0,3}(?:what|when|where|which|who|whom|whose|why|how|is there|are there|do you|does|did|can you|could you|would you|will you|tell me|explain|remind me|find|look up|list|give me|show me|let me know|any idea|i need to know|i want to know|i wonder|help me)\b/iu;

/**
 * The questions in a long text: the sentences that end with a question mark or begin as a question does, the last ones
 * if there are too many. Without any, its first and its last sentence. Undefined: the text is short, so all of it is
 * the question.
 */
export function askedIn(text: string): string | undefined {
  if (text.length <= LONG) return undefined;
  const sentences = text.split(BORDER).filter((sentence) => sentence.trim() !== "");
  const questions = sentences.filter((sentence) => QUESTION_MARK.test(tailOf(sentence)));
  const asking = questions.length > 0 ? questions : sentences.filter((sentence) => ASKS.test(sentence));
  if (asking.length === 0) return edges(text, EDGE);
  const kept: string[] = [];
  let left = MOST_ASKED;
  for (const sentence of asking.toReversed()) {
    const short = tailOf(sentence);
    if (short.length > left) break;
    left -= short.length;
    kept.unshift(short);
  }
  return kept.join("\n");
}

/** A text for a model that reads 512 tokens: of a longer one what it asks, not just its beginning. */
export function embeddedPart(text: string): string {
  return text.length <= EMBEDDED ? text : (askedIn(text) ?? text);
}

/** A text within a number of bytes: its beginning, what it asks, and its end. */
export function queryWithin(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // The end is the likeliest place of a question, and any part may hold characters of three bytes.
  const share = Math.floor(bytes / 3);
  const parts = [headOf(text, share / 3), askedIn(text) ?? "", endOf(text, share / 3)];
  return truncateUtf8(parts.join("\n"), bytes);
}

function edges(text: string, length: number): string {
  return `${headOf(text, length)}\n${endOf(text, length)}`;
}

/** The end of a sentence that is too long for one: a question stands at the end of what was glued before it. */
function tailOf(sentence: string): string {
  const text = sentence.trim();
  return text.length <= MOST_OF_A_SENTENCE ? text : endOf(text, MOST_OF_A_SENTENCE);
}

/** The beginning of a text, cut between words if it has any. */
function headOf(text: string, length: number): string {
  const cut = text.slice(0, Math.floor(length));
  const space = cut.search(/\s\S{0,64}$/u);
  return (space > 0 ? cut.slice(0, space) : cut).toWellFormed();
}

function endOf(text: string, length: number): string {
  const cut = text.slice(-Math.floor(length));
  const space = /^\S{0,64}\s/u.exec(cut);
  return (space === null ? cut : cut.slice(space[0].length)).toWellFormed();
}
