import { passesLuhn } from "./checksums.js";
import type { NumberWindow } from "./number-runs.js";

interface Scheme {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

/** The first digits and the lengths that the schemes issue. */
const SCHEMES: readonly Scheme[] = [
  // Visa; those of 13 digits are no longer issued, and article numbers look alike.
  { prefix: /^4/, lengths: [16, 19] },
  // Mastercard
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  // American Express
  { prefix: /^3[47]/, lengths: [15] },
  // Discover
  { prefix: /^6(?:011|5|4[4-9])/, lengths: [16, 19] },
  // Diners Club
  { prefix: /^3(?:0[0-5]|[689])/, lengths: [14] },
  // JCB
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16] },
  // UnionPay
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  // Maestro
  { prefix: /^(?:50[123]8|6304|6759|676[1-3])/, lengths: [16, 18, 19] },
];

/** As they are printed; any other grouping is something else. */
const SHAPES = new Set(["4-4-4-4", "4-4-4-4-3", "4-6-5", "4-6-4", "6-13", "4-4-4-1"]);

export function isCard({ digits, shape, separators }: NumberWindow): boolean {
  if (separators !== "" && (!/^[ \u00a0-]$/.test(separators) || !SHAPES.has(shape))) return false;
  const fits = SCHEMES.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  return fits && passesLuhn(digits);
}
