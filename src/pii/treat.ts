import { DomainError } from "../domain/errors.js";
import type { FieldError } from "../domain/errors.js";
import { createTurns } from "../domain/turns.js";
import { findPii } from "./detect/detect.js";
import { phoneChecks } from "./detect/phones.js";
import type { PhoneChecks } from "./detect/phones.js";
import { PII_KINDS, piiTag } from "./kinds.js";
import type { PiiCounts, PiiKind, PiiPolicy } from "./kinds.js";
import { redactionMark, tokensOf } from "./marks.js";
import type { Original, PiiVault } from "./vault.js";

export interface Treated<Parts> {
  /** The parts as they may be stored. */
  readonly parts: Parts;
  readonly counts: PiiCounts;
  /** Tags that the record gets. */
  readonly tags: readonly string[];
}

/** A value whose pieces were found, before it is known what replaces them. */
type Pending = (mark: (piece: Original) => string) => unknown;

export interface Inspection {
  readonly pending: Pending;
  readonly pieces: readonly Piece[];
}

export interface Piece extends Original {
  readonly field: string;
}

/** A problem names the first few fields. */
const MAX_ERRORS = 20;
const MAX_FIELD_NAME = 128;

/**
 * Treats personal data in the texts of some JSON parts as a policy wants, before anything else is done with them.
 * `reject` throws `pii_rejected`, which names fields and kinds, never a value. `checks`: those of a request that treats
 * parts one after another.
 */
export async function treat<Parts extends object>(
  vault: PiiVault,
  namespace: string,
  policy: PiiPolicy | undefined,
  parts: Parts,
  checks?: PhoneChecks,
): Promise<Treated<Parts>> {
  await keepShown(vault, namespace, parts);
  if (policy === undefined) return { parts, counts: {}, tags: [] };
  const { pending, pieces } = await inspect(policy, parts, checks);
  if (pieces.length === 0) return { parts, counts: {}, tags: [] };
  const rejected = pieces.filter(({ kind }) => policy.actions[kind] === "reject");
  if (rejected.length > 0) throw refusal(rejected);
  const originals = distinct(pieces.filter(({ kind }) => policy.actions[kind] === "tokenize"));
  const tokens = originals.length === 0 ? [] : await vault.tokenize(namespace, originals);
  const tokenOf = new Map(originals.map((original, index) => [nameOf(original), tokens[index]]));
  const treated = pending((piece) => {
    if (policy.actions[piece.kind] === "tag") return piece.written;
    return tokenOf.get(nameOf(piece)) ?? redactionMark(piece.kind);
  });
  return { parts: sameShape<Parts>(treated), counts: countsOf(pieces), tags: tagsOf(policy, pieces) };
}

/**
 * What a write does where nothing is looked for: the originals of tokens that it shows again stay, even if the texts
 * that had them go at this moment.
 */
export const keepShown = (vault: PiiVault, namespace: string, parts: object): Promise<void> =>
  vault.keepShown(namespace, tokensOf(parts));

/**
 * Replaces only texts, names of members, and numbers that are personal data: a field that the caller declared as text
 * stays text.
 */
export const sameShape = <Parts>(treated: unknown): Parts => treated as Parts;

/** Finds personal data in the texts of some JSON parts, for a caller that says what replaces it. */
export async function inspect(
  policy: PiiPolicy,
  parts: object,
  checks: PhoneChecks = phoneChecks(),
): Promise<Inspection> {
  const kinds = new Set(PII_KINDS.filter((kind) => policy.actions[kind] !== undefined));
  const pieces: Piece[] = [];
  const turn = createTurns();

  /** `label`: the name of the nearest member around the text. */
  function inText(text: string, field: string, label: string): Pending | undefined {
    const found = findPii(text, kinds, { label, region: policy.region, checks });
    if (found.length === 0) return undefined;
    const own = found.map(({ kind, start, end, value }) => {
      const piece = { kind, value, written: text.slice(start, end), field, start, end };
      pieces.push(piece);
      return piece;
    });
    return (mark) => {
      let treated = "";
      let from = 0;
      for (const piece of own) {
        treated +=
          text.slice(from, piece.start) +
          (isBareInJson(text, piece) ? JSON.stringify(mark(piece)) : mark(piece));
        from = piece.end;
      }
      return treated + text.slice(from);
    };
  }

  /** Undefined: there is nothing in it. */
  async function inValue(value: unknown, field: string, label: string): Promise<Pending | undefined> {
    await turn();
    if (typeof value === "string") return inText(value, field, label);
    if (typeof value === "number")
      return Number.isSafeInteger(value) ? inText(String(value), field, label) : undefined;
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) return inArray(value, field, label);
    return inObject(value, field);
  }

  async function inArray(
    list: readonly unknown[],
    field: string,
    label: string,
  ): Promise<Pending | undefined> {
    const pending: (Pending | undefined)[] = [];
    for (const [index, element] of list.entries())
      pending.push(await inValue(element, `${field}[${index}]`, label));
    if (pending.every((each) => each === undefined)) return undefined;
    return (mark) => list.map((element: unknown, index) => pending[index]?.(mark) ?? element);
  }

  async function inObject(object: object, field: string): Promise<Pending | undefined> {
    const members: {
      name: string;
      named: Pending | undefined;
      value: unknown;
      pending: Pending | undefined;
    }[] = [];
    for (const [name, value] of Object.entries(object)) {
      const named = inText(name, field === "" ? name : field, "");
      const shown = named === undefined ? name : String(named(({ kind }) => redactionMark(kind)));
      const at = field === "" ? shown : `${field}.${shown}`;
      members.push({ name, named, value, pending: await inValue(value, at, name) });
    }
    if (members.every(({ named, pending }) => named === undefined && pending === undefined)) return undefined;
    return (mark) => {
      const entries = new Map<string, unknown>();
      const uses = new Map<string, number>();
      for (const { name, named, value, pending } of members) {
        const treated = named === undefined ? name : String(named(mark));
        entries.set(unused(entries, uses, treated), pending === undefined ? value : pending(mark));
      }
      return Object.fromEntries(entries);
    };
  }

  const pending = await inObject(parts, "");
  return { pending: pending ?? (() => parts), pieces };
}

/** Two names may have become one: the second one gets a number. `uses`: the last number of each name. */
function unused(entries: ReadonlyMap<string, unknown>, uses: Map<string, number>, name: string): string {
  let number = uses.get(name) ?? 1;
  let free = name;
  while (entries.has(free)) free = `${name} ${++number}`;
  uses.set(name, number);
  return free;
}

/** A number in a text of JSON, such as the arguments of a tool call: its mark needs quotes there. */
function isBareInJson(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  const before = /[:,[]\s{0,8}$/.test(text.slice(Math.max(0, start - 9), start));
  return before && /^\s*[{[]/.test(text.slice(0, 64)) && /^\s{0,8}[,}\]]/.test(text.slice(end, end + 9));
}

const nameOf = ({ kind, value }: Original): string => `${kind}:${value}`;

function distinct(pieces: readonly Piece[]): Piece[] {
  return [...new Map(pieces.toReversed().map((piece) => [nameOf(piece), piece])).values()];
}

export function countsOf(pieces: readonly Original[]): PiiCounts {
  const counts: Partial<Record<PiiKind, number>> = {};
  for (const kind of PII_KINDS) {
    const count = pieces.filter((piece) => piece.kind === kind).length;
    if (count > 0) counts[kind] = count;
  }
  return counts;
}

function tagsOf({ actions }: PiiPolicy, pieces: readonly Piece[]): string[] {
  const tagged = PII_KINDS.filter((kind) => actions[kind] === "tag");
  return tagged.filter((kind) => pieces.some((piece) => piece.kind === kind)).map(piiTag);
}

const WORDS: Readonly<Record<PiiKind, string>> = {
  email: "an e-mail address",
  phone: "a telephone number",
  card: "a payment card number",
  iban: "a bank account number",
  ip: "an IP address",
  national_id: "a national identity number",
  secret: "a secret",
};

function refusal(rejected: readonly Piece[]): DomainError {
  const errors = new Map<string, FieldError>();
  for (const { field, kind } of rejected) {
    const name = field.slice(0, MAX_FIELD_NAME);
    const key = `${name} ${kind}`;
    if (errors.size < MAX_ERRORS && !errors.has(key))
      errors.set(key, { field: name, message: `Contains ${WORDS[kind]} (${kind}).` });
  }
  const [first] = errors.values();
  return new DomainError(
    "pii_rejected",
    `${first?.field}: ${first?.message} This namespace's settings refuse such data. Nothing was written.`,
    { errors: [...errors.values()] },
  );
}
