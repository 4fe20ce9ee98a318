/**
 * Numbers as text that RedisJSON reads exactly.
 *
 * RedisJSON 2.8 reads decimal text with serde_json without `float_roundtrip` (serde_json 1.0, de.rs,
 * `f64_from_parts`): the digits as a u64, that as a double, then times or divided by one power of ten. Each step
 * rounds, so a tenth of all doubles comes back as its neighbour. What it prints is the shortest text that is read
 * back correctly elsewhere. So the service looks for digits and an exponent from which those very steps give the
 * wanted double.
 */

const POWERS = Array.from({ length: 309 }, (_, exponent) => Number(`1e${exponent}`));
/** Doubles hold every integer up to here, and powers of ten up to 10^22, exactly. */
const EXACT_DIGITS = 2 ** 53;
const EXACT_EXPONENT = 22;
/** Digits and a point. */
const SHORT = 16;
const U64 = 2 ** 64;

/** Text for a number, and what must be added to it once it is read where no text is read as that number. */
export interface NumberText {
  readonly text: string;
  /** Text too; undefined: `text` is read exactly. */
  readonly add?: string;
}

/**
 * Whether the shortest text of a finite number is certain to be read exactly: true of all numbers that people write.
 */
export function isReadExactly(value: number): boolean {
  if (Number.isInteger(value)) return Math.abs(value) <= EXACT_DIGITS && !Object.is(value, -0);
  // Digits and power both exact, so one rounding. Up to 15 digits always are below 2^53.
  const text = String(value);
  if (text.length <= SHORT && !text.includes("e")) return true;
  const { digits, exponent } = shortest(Math.abs(value));
  return digits <= EXACT_DIGITS && Math.abs(exponent) <= EXACT_EXPONENT;
}

/** RedisJSON's reading of `${digits}e${exponent}`. */
function readBack(digits: number, exponent: number): number {
  let value = digits;
  let rest = exponent;
  for (;;) {
    const power = POWERS[Math.abs(rest)];
    if (power !== undefined) return rest >= 0 ? value * power : value / power;
    if (value === 0 || rest >= 0) return Number.NaN;
    value /= 1e308;
    rest += 308;
  }
}

export function exactText(value: number): NumberText {
  if (Object.is(value, -0)) return { text: "-0.0" };
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  const text = positiveText(size);
  if (text !== undefined) return { text: sign + text };
  return { ...nearby(size, sign) };
}

/** A neighbour that has a text, and the difference: a few units in the last place, so the addition is exact. */
function nearby(size: number, sign: string): NumberText {
  for (let distance = 1; distance <= 256; distance++) {
    for (const other of [neighbour(size, -distance), neighbour(size, distance)]) {
      const difference = size - other;
      const text = positiveText(other);
      const add = positiveText(Math.abs(difference));
      if (text === undefined || add === undefined || other + difference !== size) continue;
      return { text: sign + text, add: difference < 0 === (sign === "") ? `-${add}` : add };
    }
  }
  throw new Error("a double without a text near it");
}

/** Undefined if no digits and exponent are read as this number. */
function positiveText(size: number): string | undefined {
  const { digits, exponent } = shortest(size);
  if (readBack(digits, exponent) === size) return `${digits}e${exponent}`;
  const [mantissa = "", power = ""] = size.toExponential(20).split("e");
  const all = Number(mantissa.replace(".", ""));
  const shift = Number(power) - 20;
  // All exponents that leave digits a u64, those with the most digits first.
  for (let drop = 1; drop <= 20; drop++) {
    const estimate = all / 10 ** drop;
    if (estimate >= U64 || estimate < 1) continue;
    for (const candidate of around(estimate)) {
      if (candidate >= 1 && candidate < U64 && readBack(candidate, shift + drop) === size)
        return `${BigInt(candidate)}e${shift + drop}`;
    }
  }
  return undefined;
}

const REACH = [0, 1, -1, 2, -2, 3, -3];

function around(estimate: number): number[] {
  return estimate >= EXACT_DIGITS
    ? REACH.map((steps) => neighbour(estimate, steps))
    : REACH.map((steps) => Math.round(estimate) + steps);
}

/** `value` = digits × 10^exponent, with the fewest digits. */
function shortest(value: number): { digits: number; exponent: number } {
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const point = mantissa.indexOf(".");
  return point === -1
    ? { digits: Number(mantissa), exponent: Number(power) }
    : {
        digits: Number(mantissa.slice(0, point) + mantissa.slice(point + 1)),
        exponent: Number(power) - (mantissa.length - point - 1),
      };
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The double that lies this many steps above or below a positive one. */
function neighbour(value: number, steps: number): number {
  double[0] = value;
  bits[0] = (bits[0] ?? 0n) + BigInt(steps);
  return double[0];
}
