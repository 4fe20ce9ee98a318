import { stemmer as arabic } from "@orama/stemmers/arabic";
import { stemmer as danish } from "@orama/stemmers/danish";
import { stemmer as dutch } from "@orama/stemmers/dutch";
import { stemmer as finnish } from "@orama/stemmers/finnish";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as greek } from "@orama/stemmers/greek";
import { stemmer as hungarian } from "@orama/stemmers/hungarian";
import { stemmer as hindi } from "@orama/stemmers/indian";
import { stemmer as italian } from "@orama/stemmers/italian";
import { stemmer as norwegian } from "@orama/stemmers/norwegian";
import { stemmer as portuguese } from "@orama/stemmers/portuguese";
import { stemmer as romanian } from "@orama/stemmers/romanian";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { stemmer as swedish } from "@orama/stemmers/swedish";
import { stemmer as turkish } from "@orama/stemmers/turkish";
import { stemmer as english } from "stemmer";
import type { Language } from "./function-words.js";

type Stem = (word: string) => string;

/** The Snowball stemmers of languages of Latin script. Vietnamese doesn't inflect. */
const BY_LANGUAGE: Readonly<Record<Language, Stem | undefined>> = {
  da: danish,
  de: german,
  es: spanish,
  fi: finnish,
  fr: french,
  hu: hungarian,
  it: italian,
  nl: dutch,
  no: norwegian,
  pt: portuguese,
  // Snowball's Romanian knows the letters with a cedilla, which older keyboards have.
  ro: (word) => romanian(word.replaceAll("ș", "ş").replaceAll("ț", "ţ")),
  sv: swedish,
  // İ in lower case is an i with a dot of its own.
  tr: (word) => turkish(word.replaceAll("i\u0307", "i")),
  vi: undefined,
};

/**
 * Stemmers of other scripts, by the words of the script that they suit: Persian and Urdu have letters that Arabic lacks,
 * and Ukrainian, Belarusian and Serbian some that Russian lacks.
 */
const BY_SCRIPT: readonly (readonly [RegExp, Stem])[] = [
  [/^[\u0430-\u044fё]+$/u, russian],
  [/^[\u0370-\u03ff\u1f00-\u1fff]+$/u, greek],
  [/^[\u0621-\u0652\u0670]+$/u, arabic],
  [/^[\u0900-\u097f]+$/u, hindi],
];

const PLAIN_WORD = /^[a-z]+$/;
const LATIN_WORD = /^[\p{sc=Latn}\p{M}]+$/u;
/** Longer words aren't inflected, and take a stemmer 0.1 ms. */
const LONGEST = 32;
/** Stems of the words met last: most words of a text are among a few thousand, and a stem takes 1 to 10 µs. */
const MAX_STEMS = 8192;
/** A longer word may be a view of its text in V8, which would stay in memory with it: it is copied. */
const MAX_VIEWED = 12;
const remembered = new Map<Language | undefined, Map<string, string>>();

/**
 * The stem of a word in lower case: by its script, and for Latin script in a language; undefined: Porter's of plain English
 * words (Porter: An algorithm for suffix stripping, 1980), others as they are.
 */
export function stem(word: string, language?: Language): string {
  const porter = language === undefined && PLAIN_WORD.test(word);
  if (porter && word.length > MAX_VIEWED) return english(word);
  if (word.length > LONGEST) return word;
  let stems = remembered.get(language);
  const known = stems?.get(word);
  if (known !== undefined) return known;
  const made = porter ? english(word) : stemOf(word, language);
  if (stems === undefined || stems.size >= MAX_STEMS) remembered.set(language, (stems = new Map()));
  if (word.length > MAX_VIEWED) stems.set(copied(word), copied(made));
  else stems.set(word, made);
  return made;
}

function stemOf(word: string, language: Language | undefined): string {
  const own = LATIN_WORD.test(word)
    ? language && BY_LANGUAGE[language]
    : BY_SCRIPT.find(([script]) => script.test(word))?.[1];
  // A stemmer may leave nothing, which is no term.
  return own?.(word) || word;
}

const copied = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");
