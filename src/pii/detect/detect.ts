import type { PiiKind } from "../kinds.js";
import { marksIn } from "../marks.js";
import { findAddresses } from "./addresses.js";
import { isCard } from "./cards.js";
import { findEmails } from "./emails.js";
import { standsAlone } from "./found.js";
import type { Found, Sought } from "./found.js";
import { findIbans } from "./ibans.js";
import { findLetteredIds, isNationalNumber } from "./national-ids.js";
import { eachNumber } from "./number-runs.js";
import { findPhones, phoneChecks } from "./phones.js";
import type { PhoneChecks } from "./phones.js";
import { findSecrets } from "./secrets.js";

export interface DetectOptions {
  /** The name of the field that holds the text; empty: none says more. */
  readonly label?: string;
  /** Country (ISO 3166-1) of telephone numbers without a country code. */
  readonly region?: string | undefined;
  /** Where several texts share them. */
  readonly checks?: PhoneChecks | undefined;
}

/** Of a field's name, this much says what the field holds. */
const LABEL = 64;

/** What two kinds both claim is the first one's here. */
const PRECEDENCE: readonly PiiKind[] = ["secret", "email", "iban", "card", "national_id", "ip", "phone"];

/**
 * Personal data of some kinds in a text, in order, without overlaps. The time grows with the length of the text alone,
 * whatever it holds.
 */
export function findPii(text: string, kinds: ReadonlySet<PiiKind>, options: DetectOptions = {}): Found[] {
  if (text.length < SHORTEST || kinds.size === 0) return [];
  const sought: Sought = { text, label: (options.label ?? "").slice(0, LABEL), region: options.region };
  const found: Found[] = [];
  if (kinds.has("secret")) found.push(...findSecrets(sought));
  if (kinds.has("email")) found.push(...findEmails(sought));
  if (kinds.has("iban")) found.push(...findIbans(sought));
  if (HAS_DIGITS.test(text)) {
    if (kinds.has("card") || kinds.has("national_id")) found.push(...findNumbers(sought, kinds));
    if (kinds.has("national_id")) found.push(...findLetteredIds(sought));
    if (kinds.has("ip")) found.push(...findAddresses(sought));
    if (kinds.has("phone")) found.push(...findPhones(sought, options.checks ?? phoneChecks()));
  }
  return found.length === 0 ? found : withoutOverlaps(found, marksIn(text));
}

const SHORTEST = 5;
const HAS_DIGITS = /\d/;

/** The beginning of an account number, whose groups look like those of a card. */
const ACCOUNT = /[A-Za-z]{2}\d\d[ -]$/;
const ACCOUNT_LENGTH = 5;

function findNumbers(sought: Sought, kinds: ReadonlySet<PiiKind>): Found[] {
  const found: Found[] = [];
  eachNumber(sought.text, (window) => {
    const { start, end, digits: value, part } = window;
    if (part || ACCOUNT.test(sought.text.slice(Math.max(0, start - ACCOUNT_LENGTH), start))) return false;
    // After a plus, it is a telephone number.
    if (!standsAlone(sought.text, start, end) || sought.text.charAt(start - 1) === "+") return false;
    const kind = isCard(window) ? "card" : isNationalNumber(sought, window) ? "national_id" : undefined;
    if (kind === undefined || !kinds.has(kind)) return false;
    found.push({ kind, start, end, value });
    return true;
  });
  return found;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** The pieces by precedence, each only where no better one is, in the text's order. */
function withoutOverlaps(found: readonly Found[], marks: readonly Place[]): Found[] {
  const byPlace = found
    .map((piece) => ({ piece, rank: PRECEDENCE.indexOf(piece.kind) }))
    .toSorted((one, other) => one.piece.start - other.piece.start || one.rank - other.rank);
  const kept: { piece: Found; rank: number }[] = [];
  let mark = 0;
  for (const { piece, rank } of byPlace) {
    while ((marks[mark]?.end ?? Infinity) <= piece.start) mark++;
    const here = marks[mark];
    // What only holds a mark, such as a key with a redacted comment, is what it was.
    if (here !== undefined && here.start <= piece.start && piece.end <= here.end) continue;
    const last = kept.at(-1);
    if (last === undefined || last.piece.end <= piece.start) kept.push({ piece, rank });
    // One that begins later may be the better one: a card inside what could be a telephone number.
    else if (rank < last.rank) kept.splice(-1, 1, { piece, rank });
  }
  return kept.map(({ piece }) => piece);
}
