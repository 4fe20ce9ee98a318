import { STOP_WORDS } from "./language/stop-words.js";

/**
 * Other spellings in a text, in one form each: `lh1234` of LH 1234, `1299` of $1,299.00, `obrien` of O'Brien, `get user
 * name getusername` of getUserName, `cafe` of café. They complement the exact terms, in the index and in a query, and
 * count less. A word with only one spelling has no folds, so plain prose has hardly any.
 *
 * A fold holds lower-case letters and digits; `_` is its decimal point.
 */
export function foldsOf(normalised: string): string[] {
  const folds = new Set<string>();
  const add = (fold: string, exact?: string): void => {
    if (fold !== "" && fold !== exact && fold.length <= MAX_FOLD) folds.add(fold);
  };
  for (const [, whole = "", decimals] of normalised.matchAll(AMOUNT)) {
    add(plainNumber(whole, decimals), `${whole}${decimals ?? ""}`);
  }
  let before: Token | undefined;
  for (const match of normalised.matchAll(TOKEN)) {
    const [text] = match;
    const token: Token = { text, start: match.index, end: match.index + text.length };
    if (ONE_SPELLING.test(text)) {
      before = token;
      continue;
    }
    const parts = text.split(INNER);
    const apart = parts.length > 1 && parts.length <= MAX_PARTS && !STAYS_APART.test(text);
    if (apart) joined(parts, text, add);
    for (const part of parts) {
      const lower = part.toLowerCase();
      const plain = folded(lower);
      add(plain, lower);
      for (const word of camelWords(part)) {
        const small = word.toLowerCase();
        if (small.length > 1 && !STOP_WORDS.has(small)) add(folded(small), lower);
      }
    }
    if (before !== undefined && belongs(normalised, before, token)) {
      add(folded(`${before.text}${text}`.toLowerCase()));
    }
    before = token;
  }
  return [...folds];
}

/** Characters that may be words by themselves, where terms are pairs of characters: each once. */
export function syllablesOf(normalised: string): string[] {
  return [...new Set(normalised.match(SYLLABLE))];
}

/** A term in the form that all its spellings share: without accents, Arabic marks and the like. */
export function folded(lower: string): string {
  if (PLAIN.test(lower)) return lower;
  return lower
    .normalize("NFD")
    .replace(MARKS, "")
    .normalize("NFC")
    .replace(VARIANTS, (character) => SPELLED[character] ?? character);
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const MAX_FOLD = 64;
/** More parts are a path, a URL or the like: they are found by their parts. */
const MAX_PARTS = 6;
const PLAIN = /^[a-z0-9]+$/;
/** A word without any fold, by itself or with the one before. */
const ONE_SPELLING = /^[A-Z]?[a-z]+$/;
const INNER = /[-_./:#@+'’ʼ]/u;
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[-_./:#@+'’ʼ][\p{L}\p{N}\p{M}]+)*/gu;
/** An amount or an address, and plain words that hyphens join: their words are matched separately. */
const STAYS_APART = /^\d+(?:\.\d+)+$|^[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)+$/u;
/** Endings of English words. They don't make another word. */
const CLITICS: ReadonlySet<string> = new Set(["s", "t", "d", "m", "re", "ve", "ll"]);

/**
 * Combining marks of Latin, Greek and Cyrillic, but not the breve of й; Hebrew points; Arabic marks and the tatweel.
 * Marks of other scripts are vowels: without them it would be another word.
 */
const MARKS =
  /(?<![\u0438\u0418])\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0655\u0670]/gu;
const SPELLED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ς: "σ",
  أ: "ا",
  إ: "ا",
  آ: "ا",
  ٱ: "ا",
  ى: "ي",
  ة: "ه",
};
const VARIANTS = new RegExp(`[${Object.keys(SPELLED).join("")}]`, "gu");

/** A single character of these scripts may be a word; terms are pairs of them. */
const SYLLABLE = /[\p{sc=Han}\p{sc=Hangul}]/gu;

/** A number with its thousands apart, or with decimals, and nothing that makes it a date, a version or an address. */
const AMOUNT =
  /(?<!\p{N}[.,:/-]?)(\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3}){1,5}|\d{1,15})(?:[.,](\d{1,2}))?(?![.,:/-]?\p{N})/gu;

function plainNumber(whole: string, decimals = ""): string {
  const digits = whole.replace(/\D/g, "");
  const rest = decimals.replace(/0{1,2}$/, "");
  return rest === "" ? digits : `${digits}_${rest}`;
}

/** Joins parts that punctuation separates: cx7742b of CX-7742-B, obrien of O'Brien; "don't" doesn't become dont. */
function joined(parts: readonly string[], text: string, add: (fold: string) => void): void {
  const last = parts.at(-1)?.toLowerCase() ?? "";
  const clitic = parts.length > 1 && CLITICS.has(last) && /['’ʼ]/u.test(text);
  const kept = clitic ? parts.slice(0, -1) : parts;
  if (kept.length > 1) add(folded(kept.join("").toLowerCase()));
}

/** get, User and Name of getUserName; none where a word has one case. */
function camelWords(part: string): string[] {
  if (!/\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u.test(part)) return [];
  return part.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+/gu) ?? [];
}

const FEW_LETTERS = /^\p{L}{1,4}$/u;
const NUMBER = /^\d{1,8}\p{L}?$/u;

/** Whether two tokens are one identifier, written apart: LH 1234. */
function belongs(text: string, one: Token, other: Token): boolean {
  if (other.start - one.end !== 1 || !/[ \u00a0\u202f]/.test(text.charAt(one.end))) return false;
  if (!FEW_LETTERS.test(one.text) || !NUMBER.test(other.text)) return false;
  const loud = one.text === one.text.toUpperCase();
  return (loud || other.text.length >= 3) && !STOP_WORDS.has(one.text.toLowerCase());
}
