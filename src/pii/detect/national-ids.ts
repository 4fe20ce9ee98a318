import { isDate, passesLuhn, passesMod1110, passesVerhoeff, remainder, weighted } from "./checksums.js";
import { contextBefore, standsAlone } from "./found.js";
import type { Found, Sought } from "./found.js";
import type { NumberWindow } from "./number-runs.js";

/** A country's number of digits. */
interface NumericId {
  readonly name: string;
  readonly length: number;
  readonly valid: (digits: string) => boolean;
  /** Groupings that by themselves say what it is; others need a word. */
  readonly shapes: readonly string[];
  /** The separators of those groupings. */
  readonly separators: RegExp;
  /** Words that say what it is. */
  readonly words: RegExp;
}

const part = (digits: string, from: number, to: number): number => Number(digits.slice(from, to));
const NEVER: readonly string[] = [];
const ANY = /^[ ./\u00a0-]*$/;

const NUMERIC: readonly NumericId[] = [
  {
    name: "US social security number",
    length: 9,
    // No check digit: areas, groups and serials that are never given.
    valid: (digits) =>
      /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits) &&
      !/^(?:123456789|078051120)$/.test(digits),
    shapes: ["3-2-4"],
    separators: /^[ -]$/,
    words: /\b(?:ssn|social[\s_-]*security)\b/i,
  },
  {
    name: "UK NHS number",
    length: 10,
    valid: (digits) => {
      const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      return check !== 10 && check % 11 === Number(digits[9]);
    },
    shapes: NEVER,
    separators: ANY,
    words: /\bnhs\b/i,
  },
  {
    name: "German tax id",
    length: 11,
    valid: isTaxIdOfGermany,
    shapes: NEVER,
    separators: ANY,
    words: /\b(?:steuer\S*|st-?id(?:nr)?|id-?nr|idnr|tin|tax[\s_-]*(?:id|number|no))/i,
  },
  {
    name: "French social security number",
    length: 15,
    valid: (digits) =>
      /^[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)/.test(digits) &&
      97 - remainder(digits.slice(0, 13), 97) === part(digits, 13, 15),
    shapes: ["15", "13-2", "1-2-2-2-3-3-2"],
    separators: /^[ \u00a0]?$/,
    words: /\b(?:nir|insee|s[ée]curit[ée] sociale|num[ée]ro de s[ée]cu)\b/i,
  },
  {
    name: "Dutch citizen service number",
    length: 9,
    valid: (digits) => digits !== "000000000" && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    shapes: NEVER,
    separators: ANY,
    words: /\b(?:bsn|burgerservicenummer|sofi\S*|citizen service)\b/i,
  },
  {
    name: "Polish PESEL",
    length: 11,
    valid: (digits) =>
      isDate(part(digits, 0, 2), part(digits, 2, 4) % 20, part(digits, 4, 6)) &&
      (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === Number(digits[10]),
    shapes: ["11"],
    separators: /^$/,
    words: /\bpesel\b/i,
  },
  {
    name: "Brazilian CPF",
    length: 11,
    valid: (digits) =>
      !/^(\d)\1+$/.test(digits) &&
      cpfDigit(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[9]) &&
      cpfDigit(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(digits[10]),
    shapes: ["3-3-3-2"],
    separators: /^(?:\.-|\.|-| -?)$/,
    words: /\bcpf\b/i,
  },
  {
    name: "Indian Aadhaar",
    length: 12,
    valid: (digits) => /^[2-9]/.test(digits) && passesVerhoeff(digits),
    shapes: ["4-4-4"],
    separators: /^[ -]$/,
    words: /\b(?:aadha?ar|uid(?:ai)?)\b/i,
  },
  {
    name: "Belgian national number",
    length: 11,
    valid: (digits) => {
      const [body, check] = [digits.slice(0, 9), part(digits, 9, 11)];
      const dated = part(digits, 2, 4) <= 12 && part(digits, 4, 6) <= 31;
      return dated && [body, `2${body}`].some((number) => 97 - remainder(number, 97) === check);
    },
    shapes: ["2-2-2-3-2"],
    separators: /^[ .-]{1,2}$/,
    words: /\b(?:rijksregister\S*|registre national|national number|nrn|insz|niss)\b/i,
  },
  {
    name: "Swiss AHV number",
    length: 13,
    valid: (digits) =>
      digits.startsWith("756") &&
      (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits[12]),
    shapes: ["3-4-4-2", "13"],
    separators: /^[. ]?$/,
    words: /\b(?:ahv|avs)\b/i,
  },
  {
    name: "Austrian social security number",
    length: 10,
    valid: (digits) =>
      !digits.startsWith("0") &&
      part(digits, 6, 8) >= 1 &&
      part(digits, 6, 8) <= 13 &&
      part(digits, 4, 6) >= 1 &&
      part(digits, 4, 6) <= 31 &&
      weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(digits[3]),
    shapes: ["4-6"],
    separators: /^ $/,
    words: /\b(?:sv-?nr|svnr|sozialversicherung\S*|versicherungsnummer)/i,
  },
  {
    name: "Swedish personal number",
    length: 10,
    valid: (digits) =>
      isDate(part(digits, 0, 2), part(digits, 2, 4), part(digits, 4, 6)) && passesLuhn(digits),
    shapes: ["6-4"],
    separators: /^-$/,
    words: /\b(?:personnummer|personal (?:identity )?number)\b/i,
  },
  {
    name: "Norwegian birth number",
    length: 11,
    valid: (digits) =>
      isDate(part(digits, 4, 6), part(digits, 2, 4), part(digits, 0, 2)) &&
      weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    shapes: ["11", "6-5"],
    separators: /^ ?$/,
    words: /\b(?:f[øo]dselsnummer|personnummer)\b/i,
  },
  {
    name: "Canadian social insurance number",
    length: 9,
    valid: (digits) => /^[1-79]/.test(digits) && passesLuhn(digits),
    shapes: NEVER,
    separators: ANY,
    words: /\b(?:sin|social insurance|nas)\b/i,
  },
  {
    name: "Australian tax file number",
    length: 9,
    valid: (digits) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    shapes: NEVER,
    separators: ANY,
    words: /\b(?:tfn|tax file)\b/i,
  },
  {
    name: "South African identity number",
    length: 13,
    valid: (digits) =>
      isDate(part(digits, 0, 2), part(digits, 2, 4), part(digits, 4, 6)) &&
      /^[01]$/.test(digits.charAt(10)) &&
      passesLuhn(digits),
    shapes: ["6-4-3", "6-4-2-1"],
    separators: /^ $/,
    words: /\b(?:south african|rsa|id (?:number|no)|identity number)\b/i,
  },
  {
    name: "Turkish identity number",
    length: 11,
    valid: (digits) => {
      const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
      const ninth = (((odd * 7 - even) % 10) + 10) % 10;
      return (
        !digits.startsWith("0") &&
        ninth === Number(digits[9]) &&
        weighted(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10 === Number(digits[10])
      );
    },
    shapes: NEVER,
    separators: ANY,
    words: /\b(?:t\.?c\.?|tckn|kimlik\S*)\b/i,
  },
];

function isTaxIdOfGermany(digits: string): boolean {
  const counts = [...new Set(digits.slice(0, 10))].map(
    (digit) => digits.slice(0, 10).split(digit).length - 1,
  );
  const repeated = counts.filter((count) => count > 1);
  const once = repeated.length === 1 && (repeated[0] ?? 0) <= 3;
  return !digits.startsWith("0") && once && passesMod1110(digits);
}

const cpfDigit = (digits: string, weights: readonly number[]): number =>
  ((weighted(digits, weights) * 10) % 11) % 10;

/** Whether a number is a national one, by its check digits, and by its grouping or the words before it. */
export function isNationalNumber(
  sought: Sought,
  { start, digits, shape, separators }: NumberWindow,
): boolean {
  const fitting = NUMERIC.filter(({ length, valid }) => length === digits.length && valid(digits));
  if (fitting.length === 0) return false;
  const context = contextBefore(sought, start);
  return fitting.some(
    (id) =>
      (id.shapes.includes(shape) && id.separators.test(separators)) ||
      (id.words.test(context) && ANY.test(separators)),
  );
}

/** A country's number with letters. */
interface LetteredId {
  readonly name: string;
  readonly pattern: RegExp;
  /** Of the letters and digits alone, in capitals. */
  readonly valid: (text: string) => boolean;
}

const DNI = "TRWAGMYFPDXBNJZSQVHLCKE";
const FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const CHINESE = "10X98765432";
const ODD_VALUES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

const LETTERED: readonly LetteredId[] = [
  {
    name: "UK national insurance number",
    pattern: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ -]?\d\d){3}[ -]?[A-D]/gi,
    valid: (text) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text),
  },
  {
    name: "Spanish DNI and NIE",
    pattern: /(?:\d{8}|[XYZ][ -]?\d{7})[ -]?[A-Z]/gi,
    valid: (text) => {
      const number = text.slice(0, -1).replace("X", "0").replace("Y", "1").replace("Z", "2");
      return DNI[Number(number) % 23] === text.at(-1);
    },
  },
  {
    name: "Italian codice fiscale",
    pattern: /[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]/gi,
    valid: (text) => {
      const sum = Array.from(text.slice(0, 15)).reduce((total, character, at) => {
        const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
        return total + (at % 2 === 0 ? (ODD_VALUES[value] ?? 0) : value);
      }, 0);
      return String.fromCharCode(65 + (sum % 26)) === text.at(-1);
    },
  },
  {
    name: "Finnish personal code",
    pattern: /\d{6}[-+A]\d{3}[\dA-Z]/gi,
    valid: (text) => {
      const digits = text.replaceAll(/\D/g, "").slice(0, 9);
      const dated = isDate(part(text, 4, 6), part(text, 2, 4), part(text, 0, 2));
      return dated && digits.length === 9 && FINNISH[Number(digits) % 31] === text.at(-1);
    },
  },
  {
    name: "Chinese resident identity number",
    pattern: /[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]/gi,
    valid: (text) =>
      CHINESE[weighted(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] === text.at(-1),
  },
];

/** National numbers with letters. Every pattern matches few characters, so the time grows with the text alone. */
export function findLetteredIds({ text }: Sought): Found[] {
  return LETTERED.flatMap(({ pattern, valid }) =>
    [...text.matchAll(pattern)].flatMap(({ index, 0: written }): Found[] => {
      const end = index + written.length;
      const value = written.replaceAll(/[ -]/g, "").toUpperCase();
      if (!standsAlone(text, index, end) || !valid(normal(written))) return [];
      return [{ kind: "national_id", start: index, end, value }];
    }),
  );
}

/** In capitals, without spaces; the dash of a Finnish code isn't a letter or digit, and its check skips it. */
const normal = (written: string): string => written.toUpperCase().replaceAll(/[ -]/g, "");
