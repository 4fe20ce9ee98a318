import { STOP_WORDS } from "./stop-words.js";
import { LANGUAGES_OF } from "./function-words.js";
import type { Language } from "./function-words.js";

const LOOKED_AT = 4000;
const MOST_WORDS = 300;
/** Enough words to tell English from others. */
const EARLY = 40;
const WORD = /[\p{L}\p{M}]+|[¿¡]/gu;
const PLAIN = /^[a-z]+$/;
const LATIN = /^[\p{sc=Latn}\p{M}]+$/u;

/** Letters outside of a–z, by language. Not those of words from other languages: é is in all of them. */
const LETTERS: readonly (readonly [Language, RegExp])[] = [
  ["da", /^[a-zæøå]+$/],
  ["de", /^[a-zäöüß]+$/],
  ["es", /^[a-záéíóúñü]+$/],
  ["fi", /^[a-zäö]+$/],
  ["fr", /^[a-zàâçéèêëîïôûùüœ]+$/],
  ["hu", /^[a-záéíóöőúüű]+$/],
  ["it", /^[a-zàèéìòù]+$/],
  ["nl", /^[a-zéëïöü]+$/],
  ["no", /^[a-zæøå]+$/],
  ["pt", /^[a-záâãàçéêíóôõú]+$/],
  ["ro", /^[a-zăâîșțşţ]+$/],
  ["sv", /^[a-zåäö]+$/],
  ["tr", /^(?:[a-zçğıöşüâ]|i\u0307)+$/],
  ["vi", /^[a-zàáâãèéêìíòóôõùúýăđĩũơưạ-ỹ]+$/],
];
/** A word of such letters says half as much as a function word, and as much if no other language has them. */
const LETTERS_COUNT = 0.5;
const LEAST = 2;

export interface FoundLanguage {
  readonly language: Language;
  /** Whether there is enough of it to go by. */
  readonly sure: boolean;
}

/**
 * The language of a text of Latin script, if its function words show one other than English. Undefined: English, or
 * no words to tell by. It depends on the text alone, so that a text has the same terms whenever they are made.
 */
export function languageOf(text: string): FoundLanguage | undefined {
  const scores = new Map<Language, number>();
  const seen = new Set<string>();
  let english = 0;
  let words = 0;
  for (const [found] of text.slice(0, LOOKED_AT).matchAll(WORD)) {
    words += 1;
    if (words > MOST_WORDS) break;
    if (words === EARLY && english >= EARLY / 8 && Math.max(0, ...scores.values()) <= 1) return undefined;
    const word = found.toLowerCase();
    const languages = LANGUAGES_OF.get(word);
    if (languages === undefined) {
      if (STOP_WORDS.has(word)) english += 1;
      else if (!PLAIN.test(word)) countLetters(word, scores);
      continue;
    }
    // Single letters are variables and points of a list, too.
    if (STOP_WORDS.has(word) || /^[a-z]$/.test(word)) continue;
    // A word that comes again and again may be part of a name.
    const counts = seen.has(word) ? LETTERS_COUNT : 1;
    seen.add(word);
    for (const language of languages) scores.set(language, (scores.get(language) ?? 0) + counts);
  }
  let best: Language | undefined;
  let most = 0;
  for (const [language, score] of scores) {
    if (score > most) [best, most] = [language, score];
  }
  if (best === undefined || most < 2 * english) return undefined;
  return { language: best, sure: most >= LEAST + 2 * english };
}

function countLetters(word: string, scores: Map<Language, number>): void {
  if (word === "¿" || word === "¡") {
    scores.set("es", (scores.get("es") ?? 0) + 1);
    return;
  }
  if (!LATIN.test(word)) return;
  const possible = LETTERS.filter(([, letters]) => letters.test(word));
  const counts = possible.length === 1 ? 1 : LETTERS_COUNT;
  for (const [language] of possible) scores.set(language, (scores.get(language) ?? 0) + counts);
}
