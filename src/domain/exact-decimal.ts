/** A number of at most this many characters, without an exponent, survives: 15 decimal digits always fit. */
export const ALWAYS_SAFE = 15;
/** Enough digits to distinguish every double from its neighbours. */
const MOST_DIGITS = 17;

/**
 * Whether a number of JSON text has the same value after a round trip through a double, as which this service, its
 * clients and Redis read numbers: 0.1 and 1e23 do, 12345678901234567890 and 1e400 don't. -0 counts as 0.
 */
export function survivesAsDouble(text: string): boolean {
  const value = Number(text);
  const written = String(value);
  if (written === text) return true;
  if (!Number.isFinite(value)) return false;
  const given = decimalOf(text);
  if (given.digits.length > MOST_DIGITS) return false;
  const kept = decimalOf(written);
  return given.digits === kept.digits && (given.digits === "" || given.exponent === kept.exponent);
}

const ZERO = 0x30;

interface Decimal {
  /** Digits without zeros at either end; empty: zero. */
  readonly digits: string;
  /** The exponent of the last digit. */
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const unsigned = text.startsWith("-") ? text.slice(1) : text;
  const [mantissa = "", power = "0"] = unsigned.split(/[eE]/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  let start = 0;
  let end = all.length;
  // A loop, not a pattern: a pattern for zeros at the end would try at each zero, and a caller chooses their number.
  while (start < end && all.charCodeAt(start) === ZERO) start++;
  while (end > start && all.charCodeAt(end - 1) === ZERO) end--;
  return { digits: all.slice(start, end), exponent: Number(power) - fraction.length + (all.length - end) };
}
