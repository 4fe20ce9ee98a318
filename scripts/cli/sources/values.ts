import { iso } from "../../../src/http/openapi/primitives.js";

/** Values of a file are hostile: only own members are read, and each is what it claims to be or nothing. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** An own member: what `__proto__` in a file brings along isn't one. */
export function own(fields: Fields | undefined, name: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export const objectAt = (fields: Fields | undefined, name: string): Fields | undefined =>
  fieldsOf(own(fields, name));

export function listAt(fields: Fields | undefined, name: string): readonly unknown[] {
  const value = own(fields, name);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A text that isn't blank, with lone surrogates replaced. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return value.toWellFormed();
}

export const textAt = (fields: Fields | undefined, name: string): string | undefined =>
  textOf(own(fields, name));

/** The first of these members that has a text. */
export function firstText(fields: Fields | undefined, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textAt(fields, name);
    if (text !== undefined) return text;
  }
  return undefined;
}

const YEAR_1 = Date.parse("0001-01-01T00:00:00Z");
const YEAR_9999 = Date.parse("9999-12-31T23:59:59.999Z");
/** Seconds since the epoch stay below this until the year 5138, milliseconds have been above it since 1973. */
const MILLISECONDS_FROM = 1e11;
const OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/i;
const DATE_AND_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/**
 * A time as the API takes it: of an ISO 8601 text (UTC without an offset), or of seconds or milliseconds since the epoch.
 * Undefined: there is none, or it is no time.
 */
export function timeOf(value: unknown): string | undefined {
  const milliseconds = millisecondsOf(value);
  if (milliseconds === undefined || !(milliseconds >= YEAR_1 && milliseconds <= YEAR_9999)) return undefined;
  return iso(Math.floor(milliseconds));
}

function millisecondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return value < MILLISECONDS_FROM ? value * 1000 : value;
  if (typeof value !== "string" || value.length > 64) return undefined;
  const text = value.trim();
  if (/^\d{9,14}(?:\.\d{1,9})?$/.test(text)) return millisecondsOf(Number(text));
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(text);
  if (!DATE_AND_TIME.test(text)) return undefined;
  return Date.parse(OFFSET.test(text) ? text : `${text}Z`);
}

export const timeAt = (fields: Fields | undefined, name: string): string | undefined =>
  timeOf(own(fields, name));

/** Likewise, where a Redis holds seconds as a text, also of times before 1973. */
export const secondsOrTime = (value: unknown): string | undefined =>
  timeOf(typeof value === "string" && /^-?\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value);
