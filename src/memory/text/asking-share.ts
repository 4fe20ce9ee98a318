import { isQuestion, saidIn } from "./speakers.js";

/** A longer question tells something too: where its speaker is, what was tried. In characters. */
const LONGEST_QUESTION = 100;
/** A longer text tells something beside its questions. */
const LONGEST_TEXT = 1000;
const QUESTION_MARK = /[?？؟]/u;

/**
 * The part of a text, 0 to 1, that are short questions: of a speaker's words, by their characters. A turn that only asks
 * holds no answer, though it has the words of one. Rounded to two digits.
 */
export function askingShare(text: string): number {
  if (text.length > LONGEST_TEXT || !QUESTION_MARK.test(text)) return 0;
  const sentences = saidIn(text).map(({ sentence }) => sentence);
  const lengthOf = (list: readonly string[]): number => list.reduce((sum, { length }) => sum + length, 0);
  const asking = sentences.filter((sentence) => sentence.length <= LONGEST_QUESTION && isQuestion(sentence));
  return asking.length === 0 ? 0 : Math.round((100 * lengthOf(asking)) / lengthOf(sentences)) / 100;
}
