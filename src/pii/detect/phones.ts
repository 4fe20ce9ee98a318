import {
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import type { CountryCode } from "libphonenumber-js/max";
import { contextBefore } from "./found.js";
import type { Found, Sought } from "./found.js";

/** As most countries' numbers are written: with the country's code, after a plus or two zeros. */
const INTERNATIONAL = /(?<![\p{L}\p{N}_+])(?:\+|00(?=[1-9]))[\d(](?:[ \u00a0()./-]{0,2}\d){5,16}(?!\d)/gu;
/** A national number: whether it is one, the country's rules say. */
const NATIONAL = /(?<![\p{L}\p{N}_+./#-])\(?\d(?:[ \u00a0()./-]{0,2}\d){5,13}(?![\p{L}\p{N}_]|[./-]\d)/gu;
/** As numbers are written in North America, and little else. */
const NORTH_AMERICAN = /^(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}$/;
const CALLED =
  /\b(?:tel|telephone|telefon|teléfono|téléphone|phone|mobile|cell|call|called|ring|rang|text|sms|fax|whatsapp|signal|handy|mobil|ruf|rufnummer|nummer|reach|dial|contact)\b[^\d]{0,24}$/iu;
const LABELLED = /(?:phone|tel|mobile|cell|fax|whatsapp|contact)/iu;

/** How many more times the rules of a country are asked; shared by all texts of one request. */
export interface PhoneChecks {
  left: number;
}

/** Asking takes a third of a millisecond. Beyond these, the form decides: rather too many are found. */
const MOST_CHECKS = 600;

export const phoneChecks = (): PhoneChecks => ({ left: MOST_CHECKS });

/** Telephone numbers; libphonenumber decides whether a country has such numbers. */
export function findPhones(sought: Sought, checks: PhoneChecks): Found[] {
  const { text, region } = sought;
  const found: Found[] = [];
  const read = (written: string, prefix: number, country: CountryCode | undefined) =>
    checks.left > 0 ? readLongest(written, prefix, country, checks) : unchecked(written, prefix, country);
  for (const { index, 0: written } of text.matchAll(INTERNATIONAL)) {
    const number = read(written, written.startsWith("00") ? 2 : 1, undefined);
    if (number !== undefined)
      found.push({ kind: "phone", start: index, end: index + number.length, value: number.value });
  }
  for (const { index, 0: written } of text.matchAll(NATIONAL)) {
    const country = countryOf(sought, index, written, region);
    const number = country && read(written, 0, country);
    if (number !== undefined)
      found.push({ kind: "phone", start: index, end: index + number.length, value: number.value });
  }
  return found;
}

/** The country by whose rules digits without a country code are a number; undefined: they aren't one. */
function countryOf(sought: Sought, at: number, written: string, region: string | undefined) {
  const called = CALLED.test(contextBefore(sought, at)) || (at === 0 && LABELLED.test(sought.label));
  if (region !== undefined && (called || written.startsWith("0") || written.startsWith("(0")))
    return countryCode(region);
  if (NORTH_AMERICAN.test(written) || called) return countryCode(region ?? "US");
  return undefined;
}

/** Countries (ISO 3166-1) that have telephone numbers of their own. */
export const PHONE_COUNTRIES: readonly string[] = getCountries();

const countryCode = (region: string): CountryCode | undefined =>
  isSupportedCountry(region) ? region : undefined;

/** In the form of one that was checked, as far as the digits alone say it. */
function unchecked(written: string, prefix: number, country: CountryCode | undefined) {
  const digits = written.slice(prefix).replaceAll(/\D/g, "");
  const code = country === undefined ? "" : getCountryCallingCode(country);
  const national = code === "1" ? digits.replace(/^1(?=\d{10}$)/, "") : digits.replace(/^0/, "");
  return { length: written.length, value: country === undefined ? `+${digits}` : `+${code}${national}` };
}

/** The number, or the longest beginning of it that ends with a group and is one. */
function readLongest(
  written: string,
  prefix: number,
  country: CountryCode | undefined,
  checks: PhoneChecks,
): { readonly length: number; readonly value: string } | undefined {
  let candidate = written;
  for (let tries = 0; tries < MOST_TRIES && candidate.length >= SHORTEST; tries++) {
    checks.left--;
    const digits = prefix > 0 ? `+${candidate.slice(prefix)}` : candidate;
    const number =
      country === undefined
        ? parsePhoneNumberFromString(digits)
        : parsePhoneNumberFromString(digits, country);
    // With a country's code or its grouping, also a number that the country keeps free, as for films.
    const fits =
      country === undefined || NORTH_AMERICAN.test(candidate) ? number?.isPossible() : number?.isValid();
    if (number !== undefined && fits === true) return { length: candidate.length, value: number.number };
    const cut = Math.max(candidate.lastIndexOf(" "), candidate.lastIndexOf("\u00a0"));
    if (cut < SHORTEST) return undefined;
    candidate = candidate.slice(0, cut).trimEnd();
  }
  return undefined;
}

const MOST_TRIES = 3;
const SHORTEST = 7;
