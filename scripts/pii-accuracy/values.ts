import type { PiiKind } from "../../src/pii/kinds.js";
import { DIGITS, below, between, digits, oneOf, text } from "./random.js";
import type { Random } from "./random.js";

/** A value that is what it claims to be, and the words before it without which nobody could say so. */
export interface Value {
  readonly value: string;
  readonly words?: string;
}

type Make = (random: Random) => Value;

/*
 * The check digits are computed here by the definitions of the numbers, not by the detectors' code, so that a mistake
 * there shows.
 */

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const ALNUM = LOWER + UPPER + DIGITS;
const HEX = "0123456789abcdef";

const pad = (number: number, length = 2): string => String(number).padStart(length, "0");
const sumOf = (number: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * Number(number[at]), 0);

function withLuhn(body: string): string {
  for (const digit of DIGITS) {
    const number = body + digit;
    let sum = 0;
    for (let place = 0; place < number.length; place++) {
      const at = Number(number[number.length - 1 - place]);
      sum += place % 2 === 0 ? at : Math.floor((at * 2) / 10) + ((at * 2) % 10);
    }
    if (sum % 10 === 0) return number;
  }
  throw new Error("no check digit");
}

const grouped = (number: string, sizes: readonly number[], separator: string): string => {
  let at = 0;
  return sizes.map((size) => number.slice(at, (at += size))).join(separator);
};

function card(random: Random): Value {
  const [prefix, length, sizes] = oneOf(random, [
    ["4", 16, [4, 4, 4, 4]],
    ["51", 16, [4, 4, 4, 4]],
    ["2221", 16, [4, 4, 4, 4]],
    ["37", 15, [4, 6, 5]],
    ["6011", 16, [4, 4, 4, 4]],
    ["3528", 16, [4, 4, 4, 4]],
    ["36", 14, [4, 6, 4]],
  ] as const);
  const number = withLuhn(prefix + digits(random, length - prefix.length - 1));
  return { value: oneOf(random, [number, grouped(number, sizes, " "), grouped(number, sizes, "-")]) };
}

function iban(random: Random): Value {
  const [country, body] = oneOf(random, [
    ["DE", digits(random, 18)],
    ["AT", digits(random, 16)],
    ["FR", digits(random, 10) + text(random, UPPER + DIGITS, 11) + digits(random, 2)],
    ["GB", text(random, UPPER, 4) + digits(random, 14)],
    ["NL", text(random, UPPER, 4) + digits(random, 10)],
    ["ES", digits(random, 20)],
    ["PL", digits(random, 24)],
    ["CH", digits(random, 5) + text(random, UPPER + DIGITS, 12)],
  ] as const);
  const asNumber = [...`${body}${country}00`]
    .map((character) => String(Number.parseInt(character, 36)))
    .join("");
  const number = `${country}${pad(98 - Number(BigInt(asNumber) % 97n))}${body}`;
  return { value: oneOf(random, [number, number.replaceAll(/(.{4})(?=.)/g, "$1 ")]) };
}

function email(random: Random): Value {
  const name = oneOf(random, ["maria.huber", "j_smith", "olivia", "r.o'neil", "info+orders", "zoë", "x9"]);
  const host = oneOf(random, ["example", "mail-gate", "acme", "uni"]);
  const top = oneOf(random, ["com", "co.uk", "at", "org", "io", "museum", "ac.jp"]);
  return { value: `${name}${oneOf(random, ["", digits(random, 2)])}@${host}.${top}` };
}

/** Numbers that regulators reserve for films and books, and others of valid form. */
function phone(random: Random): Value {
  const us = `${oneOf(random, ["201", "212", "415", "303"])} 555 01${digits(random, 2)}`.replace(
    "555 01",
    `${between(random, 200, 989)} `.replace("11 ", "23 ") + digits(random, 2),
  );
  const national = us.replaceAll(" ", "-");
  return oneOf<() => Value>(random, [
    () => ({ value: `+1 ${us}` }),
    () => ({ value: `(${national.slice(0, 3)}) ${national.slice(4)}` }),
    () => ({ value: national }),
    () => ({ value: us.replaceAll(" ", ""), words: "My phone number is" }),
    () => ({ value: `+44 7700 900${digits(random, 3)}` }),
    () => ({ value: `+43 660 ${between(random, 2, 9)}${digits(random, 6)}` }),
    () => ({ value: `0049 151 ${between(random, 1, 9)}${digits(random, 7)}` }),
    () => ({ value: `+33 6 ${grouped(digits(random, 8), [2, 2, 2, 2], " ")}` }),
    () => ({ value: `+91 98${digits(random, 8)}` }),
  ])();
}

function ip(random: Random): Value {
  const octet = () => String(between(random, 1, 254));
  const group = () => text(random, HEX, 4);
  return oneOf<() => Value>(random, [
    () => ({ value: [`${between(random, 11, 126)}`, octet(), octet(), octet()].join(".") }),
    () => ({ value: `2001:db8:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}` }),
    () => ({ value: `2001:db8:${between(random, 1, 9)}::${between(random, 1, 99)}` }),
    () => ({ value: `fe80::${between(random, 1, 9)}${text(random, HEX, 3)}` }),
  ])();
}

const date = (random: Random) =>
  [between(random, 30, 99), between(random, 1, 12), between(random, 1, 28)] as const;

/** Tries bodies until one has a check digit. */
function until(make: () => string | undefined): string {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

const IDS: Readonly<Record<string, Make>> = {
  us_ssn: (random) => ({
    value: `${pad(between(random, 100, 665), 3)}-${pad(between(random, 1, 99))}-${pad(between(random, 1, 9999), 4)}`,
  }),
  uk_nino: (random) => ({
    value: oneOf(random, [
      `${oneOf(random, ["AB", "CE", "JG", "SN"])}${digits(random, 6)}${text(random, "ABCD", 1)}`,
      `${oneOf(random, ["AB", "CE", "JG", "SN"])} ${grouped(digits(random, 6), [2, 2, 2], " ")} ${text(random, "ABCD", 1)}`,
    ]),
  }),
  uk_nhs: (random) => {
    const number = until(() => {
      const body = digits(random, 9);
      const check = 11 - (sumOf(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      return check === 10 ? undefined : body + String(check % 11);
    });
    return { value: grouped(number, [3, 3, 4], " "), words: "Her NHS number is" };
  },
  de_tax_id: (random) => {
    const nine = until(() => {
      const chosen = [...DIGITS].toSorted(() => random() - 0.5).slice(0, 9);
      const at = below(random, 9);
      const body = [...chosen.slice(0, at), oneOf(random, chosen), ...chosen.slice(at)].join("");
      return body.startsWith("0") ? undefined : body;
    });
    let product = 10;
    for (const digit of nine) {
      let sum = (Number(digit) + product) % 10;
      if (sum === 0) sum = 10;
      product = (2 * sum) % 11;
    }
    return { value: nine + String((11 - product) % 10), words: "Meine Steuer-ID ist" };
  },
  fr_nir: (random) => {
    const [year, month] = date(random);
    const body = `${oneOf(random, ["1", "2"])}${pad(year)}${pad(month)}${pad(between(random, 1, 95))}${pad(between(random, 1, 990), 3)}${pad(between(random, 1, 999), 3)}`;
    const number = body + pad(97 - Number(BigInt(body) % 97n));
    return { value: oneOf(random, [number, grouped(number, [1, 2, 2, 2, 3, 3, 2], " ")]) };
  },
  es_dni: (random) => {
    const number = digits(random, 8);
    return { value: number + "TRWAGMYFPDXBNJZSQVHLCKE".charAt(Number(number) % 23) };
  },
  es_nie: (random) => {
    const first = below(random, 3);
    const number = digits(random, 7);
    return {
      value: `${"XYZ".charAt(first)}${number}${"TRWAGMYFPDXBNJZSQVHLCKE".charAt(Number(`${first}${number}`) % 23)}`,
    };
  },
  it_codice_fiscale: (random) => {
    const body = `${text(random, "BCDFGLMNPRSTV", 6)}${pad(between(random, 30, 99))}${text(random, "ABCDEHLMPRST", 1)}${pad(between(random, 1, 28))}${text(random, "ABCDFGHILM", 1)}${digits(random, 3)}`;
    const values = [
      1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    const odd = (character: string) =>
      values[/\d/.test(character) ? Number(character) : UPPER.indexOf(character)] ?? 0;
    let sum = 0;
    for (const [at, character] of [...body].entries()) {
      const even = /\d/.test(character) ? Number(character) : UPPER.indexOf(character);
      sum += at % 2 === 0 ? odd(character) : even;
    }
    return { value: body + UPPER.charAt(sum % 26) };
  },
  nl_bsn: (random) => {
    const number = until(() => {
      const body = digits(random, 8);
      const rest = sumOf(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return rest === 10 || /^0+$/.test(body) ? undefined : body + String(rest);
    });
    return { value: number, words: "Mijn BSN is" };
  },
  pl_pesel: (random) => {
    const [year, month, day] = date(random);
    const body = `${pad(year)}${pad(month)}${pad(day)}${digits(random, 4)}`;
    return { value: body + String((10 - (sumOf(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10) };
  },
  br_cpf: (random) => {
    const body = `1${digits(random, 7)}2`;
    const digit = (number: string): string => {
      const rest =
        [...number].reduce((sum, each, at) => sum + Number(each) * (number.length + 1 - at), 0) % 11;
      return rest < 2 ? "0" : String(11 - rest);
    };
    const first = digit(body);
    const number = body + first + digit(body + first);
    return { value: `${grouped(number, [3, 3, 3], ".").slice(0, 11)}-${number.slice(9)}` };
  },
  in_aadhaar: (random) => {
    const body = `${between(random, 2, 9)}${digits(random, 10)}`;
    const number = until(() =>
      DIGITS.split("")
        .map((digit) => body + digit)
        .find(isVerhoeff),
    );
    return { value: grouped(number, [4, 4, 4], " ") };
  },
  ch_ahv: (random) => {
    const body = `756${digits(random, 9)}`;
    const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
    return { value: grouped(body + String((10 - (sum % 10)) % 10), [3, 4, 4, 2], ".") };
  },
  be_national: (random) => {
    const [year, month, day] = date(random);
    const body = `${pad(year)}${pad(month)}${pad(day)}${pad(between(random, 1, 997), 3)}`;
    const check = pad(97 - Number(BigInt(body) % 97n));
    return { value: `${pad(year)}.${pad(month)}.${pad(day)}-${body.slice(6)}.${check}` };
  },
  se_personnummer: (random) => {
    const [year, month, day] = date(random);
    const number = withLuhn(`${pad(year)}${pad(month)}${pad(day)}${digits(random, 3)}`);
    return { value: grouped(number, [6, 4], "-") };
  },
  fi_hetu: (random) => {
    const [year, month, day] = date(random);
    const body = `${pad(day)}${pad(month)}${pad(year)}`;
    const serial = pad(between(random, 2, 899), 3);
    return {
      value: `${body}-${serial}${"0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(Number(body + serial) % 31)}`,
    };
  },
  cn_id: (random) => {
    const [, month, day] = date(random);
    const body = `110101${between(random, 1950, 2005)}${pad(month)}${pad(day)}${digits(random, 3)}`;
    const sum = sumOf(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    return { value: body + "10X98765432".charAt(sum % 11) };
  },
};

/** Verhoeff's scheme by its own definition: symmetries of a pentagon, and powers of one permutation. */
function isVerhoeff(number: string): boolean {
  const combine = (one: number, other: number): number =>
    one < 5
      ? other < 5
        ? (one + other) % 5
        : ((one + other) % 5) + 5
      : other < 5
        ? ((one - other + 5) % 5) + 5
        : (one - other + 5) % 5;
  const permuted = (digit: number, times: number): number =>
    times === 0 ? digit : permuted(Number("1576283094".charAt(digit)), times - 1);
  const check = [...number]
    .toReversed()
    .reduce((sum, digit, at) => combine(sum, permuted(Number(digit), at % 8)), 0);
  return check === 0;
}

/** Put together here, so that no scanner of repositories takes them for secrets. */
const SECRETS: Readonly<Record<string, Make>> = {
  aws: (random) => ({ value: `AK${"IA"}${text(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}` }),
  github: (random) => ({ value: `gh${"p_"}${text(random, ALNUM, 36)}` }),
  openai: (random) => ({ value: `s${"k-"}proj-${text(random, ALNUM, 48)}` }),
  slack: (random) => ({ value: `xo${"xb-"}${digits(random, 11)}-${text(random, ALNUM, 24)}` }),
  google: (random) => ({ value: `AI${"za"}${text(random, `${ALNUM}_-`, 34)}x` }),
  stripe: (random) => ({ value: `s${"k_"}live_${text(random, ALNUM, 24)}` }),
  jwt: (random) => ({
    value: `ey${"J"}${text(random, ALNUM, 30)}.ey${"J"}${text(random, ALNUM, 60)}.${text(random, ALNUM, 43)}`,
  }),
  pem: (random) => ({
    value: `-----BEGIN ${"PRIVATE KEY"}-----\n${text(random, ALNUM, 64)}\n${text(random, ALNUM, 32)}\n-----END ${"PRIVATE KEY"}-----`,
  }),
  password: (random) => ({
    value: `${text(random, ALNUM, 7)}${oneOf(random, ["!", "#", "$"])}${digits(random, 2)}x`,
    words: oneOf(random, ["The password is", "password:", "My database password is"]),
  }),
  token: (random) => ({
    value: `${text(random, ALNUM, 28)}7a`,
    words: oneOf(random, ["api_key =", "The access token:", "client_secret:"]),
  }),
};

export const VALUES: Readonly<Record<PiiKind, Readonly<Record<string, Make>>>> = {
  email: { email },
  phone: { phone },
  card: { card },
  iban: { iban },
  ip: { ip },
  national_id: IDS,
  secret: SECRETS,
};
