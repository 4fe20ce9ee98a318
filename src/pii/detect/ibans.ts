import { passesMod97 } from "./checksums.js";
import { standsAlone } from "./found.js";
import type { Found, Sought } from "./found.js";

/** Lengths by country, from the registry of ISO 13616. */
const LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MR: 27,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};

const BEGINNING = /(?<![\p{L}\p{N}_])(?:[A-Z]{2}|[a-z]{2})\d\d/gu;
const SEPARATOR = /[ \u00a0-]/;
const CHARACTER = /[A-Za-z0-9]/;

/** Account numbers in one piece or in groups; the check digits decide. Each beginning looks at one number's length. */
export function findIbans({ text }: Sought): Found[] {
  const found: Found[] = [];
  for (const { index, 0: beginning } of text.matchAll(BEGINNING)) {
    const length = LENGTHS[beginning.slice(0, 2).toUpperCase()];
    const read = length === undefined ? undefined : readCharacters(text, index, length);
    if (read === undefined || !standsAlone(text, index, read.end)) continue;
    const value = read.characters.toUpperCase();
    // By their making, check digits are 02 to 98: 00 would pass as 97 does.
    if (!/^..(?:0[2-9]|[1-8]\d|9[0-8])/.test(value) || !passesMod97(value.slice(4) + value.slice(0, 4)))
      continue;
    found.push({ kind: "iban", start: index, end: read.end, value });
  }
  return found;
}

/** So many letters and digits from a place on, over single separators; undefined: there are fewer. */
function readCharacters(text: string, start: number, length: number) {
  let characters = "";
  let at = start;
  for (; characters.length < length; at++) {
    const character = text.charAt(at);
    if (CHARACTER.test(character)) characters += character;
    else if (!SEPARATOR.test(character) || SEPARATOR.test(text.charAt(at - 1))) return undefined;
  }
  return { characters, end: at };
}
