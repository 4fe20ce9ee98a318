import type { PiiKind } from "../kinds.js";

/** A piece of personal data in a text. */
export interface Found {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
  /** The value in the form in which two spellings of it are equal. */
  readonly value: string;
}

/** What a detector is given: the text, and what is known besides. */
export interface Sought {
  readonly text: string;
  /** The name of the field that holds the text: "ssn" makes of nine digits what they wouldn't be alone. */
  readonly label: string;
  /** Country of telephone numbers without a country code. */
  readonly region: string | undefined;
}

/** Characters before a place in which a word can say what stands there. */
const CONTEXT = 40;

/** What may say what stands at a place: the words before it; near the text's beginning also the field's name. */
export function contextBefore({ text, label }: Sought, at: number): string {
  const before = text.slice(Math.max(0, at - CONTEXT), at);
  return at < CONTEXT ? `${label} ${before}` : before;
}

const WORD = /[\p{L}\p{N}_]/u;

/** Whether a piece stands alone: no letter, digit or underscore goes on from it. */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !WORD.test(text.charAt(start - 1)) && !WORD.test(text.charAt(end));
}
