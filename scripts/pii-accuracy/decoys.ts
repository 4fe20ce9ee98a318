import { DIGITS, between, digits, oneOf, text } from "./random.js";
import type { Random } from "./random.js";

const HEX = "0123456789abcdef";
const pad = (number: number): string => String(number).padStart(2, "0");
const hex = (random: Random, length: number): string => text(random, HEX, length);

/** What looks like personal data and isn't. */
export const DECOYS: Readonly<Record<string, (random: Random) => string>> = {
  date: (random) =>
    `${between(random, 1990, 2030)}-${pad(between(random, 1, 12))}-${pad(between(random, 1, 28))}`,
  clock: (random) =>
    `${pad(between(random, 0, 23))}:${pad(between(random, 0, 59))}:${pad(between(random, 0, 59))}`,
  milliseconds: (random) => `at ${between(random, 1_600_000_000, 1_800_000_000)}${digits(random, 3)}`,
  version: (random) =>
    `version ${between(random, 1, 20)}.${between(random, 0, 40)}.${between(random, 0, 9)}.${between(random, 0, 9)}`,
  uuid: (random) =>
    `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
  commit: (random) => `commit ${hex(random, 40)}`,
  ulid: (random) => text(random, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26),
  order: (random) => `order ${digits(random, between(random, 6, 14))}`,
  invoice: (random) => `invoice INV-${between(random, 2000, 2030)}-${digits(random, 6)}`,
  article: (random) => `ISBN 978-3-${digits(random, 2)}-${digits(random, 6)}-${digits(random, 1)}`,
  price: (random) => `€ ${between(random, 1, 9)},${digits(random, 3)}.${digits(random, 2)}`,
  coordinates: (random) =>
    `${between(random, 10, 80)}.${digits(random, 6)}, ${between(random, 10, 80)}.${digits(random, 6)}`,
  mention: (random) => `@${text(random, "abcdefghij", 8)} wrote`,
  packageName: (random) =>
    `npm i @scope/${text(random, "abcdefghij", 6)}@${between(random, 1, 9)}.${between(random, 1, 9)}.0`,
  code: () => "std::vector<int>::iterator and a::before",
  sentence: (random) =>
    oneOf(random, [
      "The password is required.",
      "A token expires after an hour.",
      "He forgot his password yesterday.",
      "Set max_tokens: 4096 in the request.",
      "The secret to good bread is time.",
      "Reset your password at the front desk.",
      "Use the API key from the vault, not this one.",
      "token_count: 128000",
    ]),
  badCard: (random) => {
    const body = `4${digits(random, 14)}`;
    let sum = 0;
    for (let at = 0; at < body.length; at++) {
      const digit = Number(body[body.length - 1 - at]);
      sum += at % 2 === 0 ? Math.floor((digit * 2) / 10) + ((digit * 2) % 10) : digit;
    }
    const right = (10 - (sum % 10)) % 10;
    return body + DIGITS.charAt((right + between(random, 1, 9)) % 10);
  },
  badIban: (random) =>
    `DE00 ${digits(random, 4)} ${digits(random, 4)} ${digits(random, 4)} ${digits(random, 4)} ${digits(random, 2)}`,
};

/** Sentences to put them into; `{}` is the place. */
export const FRAMES: readonly string[] = [
  "{}",
  "Please note: {}.",
  "She said that {} is what we should use, before lunch.",
  "Graz, 3 May. {} (see above)",
  "Contact details: {}; the rest follows on Monday.",
  "\n- {}\n- something else",
  "Das ist {} und nichts weiter",
  '{"note":"{}"}',
];
