import {
  AGO,
  AGO_BEFORE,
  BEFORE_MONTH,
  BEHIND,
  DAYS,
  ENGLISH_TOO,
  FOREIGN_JOINS,
  FRENCH_DAY,
  JOINS,
  LANGUAGE_WORDS,
  LAST,
  MONTHS,
  MORNINGS,
  NEXT,
  NUMBERS,
  OF_MORNING,
  ORDINAL,
  SEASONS,
  SHORT_MONTHS,
  THIS,
  UNITS,
  VERBS,
  WEEKDAYS,
} from "./words.js";
import type { MonthName, Unit } from "./words.js";

/** From `from` until before `to`, in milliseconds since the epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** A time that a text names. */
export interface NamedTime {
  /** The words that name it. */
  readonly text: string;
  /** Several where it isn't said which: "in June" is one of each year, 3/4 is a day in March or in April. */
  readonly ranges: readonly TimeRange[];
}

const MOST_TIMES = 8;
/** A text is read so far, in characters. */
const MOST_READ = 4_000;
/** "In June" is looked for in so many years before the present one. */
const YEARS_BACK = 10;
const DAY_MS = 24 * 3600 * 1000;
const OLDEST_YEAR = 1900;
const OLDEST = Date.UTC(OLDEST_YEAR, 0, 1);
const YEARS_AHEAD = 20;

const TOKEN = /\p{N}+|[\p{Script=Han}]|(?:(?!\p{Script=Han})[\p{L}\p{M}])+(?:'(?:hui))?|[^\s]/gu;

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Undefined: it isn't a whole number. */
  readonly number: number | undefined;
  /** Nothing stands between it and the token before. */
  readonly glued: boolean;
  /** It begins with a capital letter. */
  readonly capital: boolean;
}

/** What is read, and what decides between its readings. */
interface Reader {
  readonly tokens: readonly Token[];
  /** Languages that words of the text belong to; English isn't among them. */
  readonly languages: ReadonlySet<string>;
  readonly now: number;
}

/** A reading of tokens from a place on: what they name, and how many they are. */
interface Reading {
  readonly ranges: readonly TimeRange[];
  readonly length: number;
}

/**
 * The times that a text names: dates, months, years, seasons, and expressions relative to `now`, in UTC. Takes time
 * linear in the text, of which it reads the first 4,000 characters. A word that may be something else (May, March, a
 * number of four digits) counts only where its neighbours show that it is a time; a name of another language that may be
 * something in English (3 mai, 2 mars) only beside a year or a dot, or with another word of its language.
 */
export function readDates(text: string, now: number): NamedTime[] {
  const read = text.slice(0, MOST_READ).normalize("NFKC").slice(0, MOST_READ);
  const tokens = tokensOf(read);
  const languages = new Set(tokens.flatMap(({ text: word }) => [...(LANGUAGE_WORDS.get(word) ?? [])]));
  const reader: Reader = { tokens, languages, now };
  const times: NamedTime[] = [];
  for (let at = 0; at < tokens.length && times.length < MOST_TIMES;) {
    const reading = readingAt(reader, at);
    const first = tokens[at];
    const last = tokens[at + (reading?.length ?? 1) - 1];
    // "9999 years ago" is before any memory, and before what RFC 3339 has a form for.
    const ranges = reading?.ranges.filter(({ from }) => from >= OLDEST) ?? [];
    if (first !== undefined && last !== undefined && ranges.length > 0)
      times.push({ text: read.slice(first.start, last.end), ranges });
    at += reading?.length ?? 1;
  }
  return times;
}

function tokensOf(text: string): Token[] {
  let before = 0;
  return Array.from(text.matchAll(TOKEN), ({ 0: found, index: start }) => {
    const glued = start === before;
    before = start + found.length;
    const number = /^\d{1,4}$/.test(found) ? Number(found) : undefined;
    return { text: found.toLowerCase(), start, end: before, number, glued, capital: /^\p{Lu}/u.test(found) };
  });
}

function readingAt(reader: Reader, at: number): Reading | undefined {
  const { tokens, now } = reader;
  return (
    numericDate(reader, at) ??
    eastAsianDate(tokens, at, now) ??
    dayAndMonth(reader, at) ??
    monthAndDay(reader, at) ??
    season(tokens, at, now) ??
    ago(tokens, at, now) ??
    relativeUnit(tokens, at, now) ??
    yearAlone(reader, at) ??
    relativeDay(reader, at)
  );
}

/** 2023-05-08, 2023-05, 2023/5/8, 8.5.2023, 5/8/2023. */
function numericDate({ tokens, now }: Reader, at: number): Reading | undefined {
  const [first, mark, second, mark2, third] = tokens.slice(at, at + 5);
  if (first?.number === undefined || second?.number === undefined || !mark?.glued || !second.glued)
    return undefined;
  if (!/^[-/.]$/.test(mark.text)) return undefined;
  const whole =
    third?.number !== undefined && third.glued && mark2?.glued === true && mark2.text === mark.text;
  if (isYear(first.number, now) && first.text.length === 4) {
    if (whole) return daysOf(5, [[first.number, second.number, third.number]]);
    return mark.text === "-" && second.text.length === 2 && mark2?.glued !== true && isMonth(second.number)
      ? { length: 3, ranges: [monthRange(first.number, second.number - 1)] }
      : undefined;
  }
  if (!whole || third.text.length !== 4 || !isYear(third.number, now)) return undefined;
  const dayFirst: DayOf = [third.number, second.number, first.number];
  const monthFirst: DayOf = [third.number, first.number, second.number];
  return daysOf(5, mark.text === "/" ? [monthFirst, dayFirst] : [dayFirst]);
}

/** Year, month from 1, day. */
type DayOf = readonly [number, number, number];

function daysOf(length: number, days: readonly DayOf[]): Reading | undefined {
  const ranges = days.flatMap(([year, month, day]) => dayRange(year, month - 1, day) ?? []);
  const [one, other] = ranges;
  if (one === undefined) return undefined;
  return { length, ranges: other?.from === one.from ? [one] : ranges };
}

/** 2023年5月8日, 5月8日, 2023年. */
function eastAsianDate(tokens: readonly Token[], at: number, now: number): Reading | undefined {
  let next = at;
  const part = (mark: RegExp): number | undefined => {
    const [value, unit] = tokens.slice(next, next + 2);
    if (value?.number === undefined || unit === undefined || !mark.test(unit.text)) return undefined;
    next += 2;
    return value.number;
  };
  const year = part(/^(?:年|년)/u);
  const month = part(/^(?:月|월)/u);
  const day = month === undefined ? undefined : part(/^(?:日|일|号)/u);
  if (year === undefined && month === undefined) return undefined;
  if (month === undefined)
    return year !== undefined && isYear(year, now)
      ? { length: next - at, ranges: [yearRange(year)] }
      : undefined;
  if (!isMonth(month)) return undefined;
  return { length: next - at, ranges: dated(month - 1, day, year, now) };
}

/** 25 May 2023, 25th of May, 3 de junio de 2023. */
function dayAndMonth(reader: Reader, at: number): Reading | undefined {
  const { tokens, now } = reader;
  const day = tokens[at]?.number;
  if (day === undefined || day < 1 || day > 31) return undefined;
  const next = afterOrdinal(tokens, at + 1);
  const place = joined(tokens, next);
  const month = monthAt(tokens, place);
  if (month === undefined) return undefined;
  const year = yearAfter(reader, place + 1);
  const joins = tokens.slice(next, place).map(({ text }) => text);
  const shown =
    year !== undefined ||
    next > at + 1 ||
    joins.some((join) => FOREIGN_JOINS.has(join) || join === "of" || join === ".") ||
    isNamed(reader, place, month, at);
  if (!shown) return undefined;
  return {
    length: (year?.end ?? place + 1) - at,
    ranges: dated(month.month, day, year?.value, now),
  };
}

/** May 25th, 2023; May 2023; in May; last May. */
function monthAndDay(reader: Reader, at: number): Reading | undefined {
  const { tokens, now } = reader;
  const month = monthAt(tokens, at);
  if (month === undefined) return undefined;
  const ofYear = yearAfter(reader, at + 1);
  if (ofYear !== undefined) {
    if (!isNamed(reader, at, month, at) && !isSure(month)) return undefined;
    return { length: ofYear.end - at, ranges: dated(month.month, undefined, ofYear.value, now) };
  }
  const day = tokens[at + 1]?.number;
  if (day !== undefined && day >= 1 && day <= 31) {
    const next = afterOrdinal(tokens, at + 2);
    const year = yearAfter(reader, next);
    if (year === undefined && next === at + 2 && !isNamed(reader, at, month, at)) return undefined;
    return { length: (year?.end ?? next) - at, ranges: dated(month.month, day, year?.value, now) };
  }
  const before = tokens[at - 1]?.text ?? "";
  if (!MONTHS.has(month.name) || !isBefore(reader, at, month.languages)) return undefined;
  const ranges = dated(month.month, undefined, undefined, now);
  const latest = ranges.find(({ to }) => to <= now);
  return { length: 1, ranges: LAST.has(before) && latest !== undefined ? [latest] : ranges };
}

/** 25th, 3º. */
function afterOrdinal(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  return token?.glued === true && ORDINAL.test(token.text) ? at + 1 : at;
}

interface Month extends MonthName {
  readonly name: string;
}

function monthAt(tokens: readonly Token[], at: number): Month | undefined {
  const name = tokens[at]?.text ?? "";
  const month = MONTHS.get(name) ?? SHORT_MONTHS.get(name);
  return month && { name, ...month };
}

/** A longer name is no word of English. */
const SHORT_NAME = 4;

/** The name alone says that it is a month. */
function isSure({ name, languages }: Month): boolean {
  if (languages.has("en")) return true;
  return MONTHS.has(name) && name.length > SHORT_NAME;
}

/** Whether a name beside a number is a month. `first`: the first token of both. */
function isNamed(reader: Reader, at: number, month: Month, first: number): boolean {
  const { tokens, languages } = reader;
  const { name } = month;
  if (VERBS.has(name))
    return tokens[at]?.capital === true || isBefore(reader, first, month.languages) || isOn(tokens, first);
  if (isSure(month)) return true;
  const dot = tokens[at + 1];
  return (dot?.text === "." && dot.glued) || [...month.languages].some((each) => languages.has(each));
}

const isOn = (tokens: readonly Token[], at: number): boolean =>
  ["on", "the", "by", "from", "before", "after"].includes(tokens[at - 1]?.text ?? "");

/** Whether the word before a place is one that stands before times in one of these languages. */
function isBefore({ tokens, languages }: Reader, at: number, among?: ReadonlySet<string>): boolean {
  const word = tokens[at - 1]?.text ?? "";
  return [...(BEFORE_MONTH.get(word) ?? [])].some(
    (language) =>
      among?.has(language) !== false &&
      (language === "en" || !ENGLISH_TOO.has(word) || languages.has(language)),
  );
}

/** A year after a month, behind a comma or a word such as `de`. */
function yearAfter(
  { tokens, now }: Pick<Reader, "tokens" | "now">,
  from: number,
): { readonly value: number; readonly end: number } | undefined {
  const at = joined(tokens, from);
  const token = tokens[at];
  if (token?.number === undefined || token.text.length !== 4 || !isYear(token.number, now)) return undefined;
  return { value: token.number, end: at + 1 };
}

const joined = (tokens: readonly Token[], at: number): number => {
  let next = at;
  while (next < at + 2 && JOINS.has(tokens[next]?.text ?? "")) next += 1;
  return next;
};

/** Summer 2021, last summer. */
function season(tokens: readonly Token[], at: number, now: number): Reading | undefined {
  const word = tokens[at]?.text ?? "";
  const month = SEASONS.get(word);
  if (month === undefined) return undefined;
  const year = yearAfter({ tokens, now }, at + 1);
  if (year !== undefined) return { length: year.end - at, ranges: [seasonRange(year.value, month)] };
  if (!LAST.has(tokens[at - 1]?.text ?? "")) return undefined;
  const present = yearOf(now);
  const ranges = [present, present - 1].map((each) => seasonRange(each, month)).filter(({ to }) => to <= now);
  return { length: 1, ranges: ranges.slice(0, 1) };
}

/** Three days ago, vor drei Tagen, hace tres días. */
function ago(tokens: readonly Token[], at: number, now: number): Reading | undefined {
  const count = countAt(tokens, at);
  const unit = UNITS.get(tokens[at + 1]?.text ?? "");
  if (count === undefined || unit === undefined || unit === "weekend") return undefined;
  const after = AGO.has(tokens[at + 2]?.text ?? "");
  const before = tokens[at - 1]?.text ?? "";
  const french = before === "a" && tokens[at - 2]?.text === "y";
  if (after || french || AGO_BEFORE.has(before))
    return { length: after ? 3 : 2, ranges: [around(shifted(now, unit, -count), unit)] };
  // In the last three days.
  return LAST.has(before)
    ? { length: 2, ranges: [{ from: shifted(now, unit, -count), to: now }] }
    : undefined;
}

const countAt = (tokens: readonly Token[], at: number): number | undefined => {
  const token = tokens[at];
  return token?.number ?? NUMBERS.get(token?.text ?? "");
};

/** Last week, this month, last Friday, la semana pasada. */
function relativeUnit(tokens: readonly Token[], at: number, now: number): Reading | undefined {
  const [first = "", second = ""] = [tokens[at]?.text, tokens[at + 1]?.text];
  const step = stepOf(first);
  if (step !== undefined) return rangeOf(second, step, now);
  const behind = BEHIND.get(second);
  return behind === undefined || UNITS.get(first) === undefined ? undefined : rangeOf(first, behind, now);
}

function stepOf(word: string): number | undefined {
  if (LAST.has(word)) return -1;
  if (THIS.has(word)) return 0;
  return NEXT.has(word) ? 1 : undefined;
}

function rangeOf(word: string, step: number, now: number): Reading | undefined {
  const weekday = WEEKDAYS.get(word);
  const today = startOfDay(now);
  if (weekday !== undefined) {
    const behind = (new Date(now).getUTCDay() - weekday + 7) % 7;
    const day =
      step === 0
        ? unitRange("week", now).from + ((weekday + 6) % 7) * DAY_MS
        : today + (step < 0 ? -behind || -7 : 7 - behind) * DAY_MS;
    return { length: 2, ranges: [{ from: day, to: day + DAY_MS }] };
  }
  const unit = UNITS.get(word);
  if (unit === undefined) return undefined;
  const { from, to } = unitRange(unit, now);
  return step === 0
    ? { length: 2, ranges: [{ from, to }] }
    : { length: 2, ranges: [unitRange(unit, shifted(from, unit, step))] };
}

/** A number of four digits is a year after a word that shows it. */
function yearAlone(reader: Reader, at: number): Reading | undefined {
  const { tokens, now } = reader;
  const token = tokens[at];
  if (token?.number === undefined || token.text.length !== 4 || token.glued) return undefined;
  if (token.number < 1970 || token.number > yearOf(now) + 1) return undefined;
  if (!isBefore(reader, at) && !SEASONS.has(tokens[at - 1]?.text ?? "")) return undefined;
  const after = tokens[at + 1];
  if (after?.glued === true && !/^[?.!,;:)'’]$/u.test(after.text)) return undefined;
  return { length: 1, ranges: [yearRange(token.number)] };
}

function relativeDay({ tokens, languages, now }: Reader, at: number): Reading | undefined {
  const text = tokens[at]?.text ?? "";
  if (text === FRENCH_DAY && (!languages.has("fr") || languages.has("de"))) return undefined;
  if (MORNINGS.has(text) && OF_MORNING.has(tokens[at - 1]?.text ?? "")) return undefined;
  const pair = `${text}${tokens[at + 1]?.text ?? ""}`;
  const days = DAYS.get(text) ?? DAYS.get(pair);
  if (days === undefined) return undefined;
  const from = startOfDay(now) + days * DAY_MS;
  return { length: DAYS.has(text) ? 1 : 2, ranges: [{ from, to: from + DAY_MS }] };
}

/** A month, or a day of it; without a year, those of the next year, this one, and the ten before. */
function dated(
  month: number,
  day: number | undefined,
  year: number | undefined,
  now: number,
): readonly TimeRange[] {
  const rangeIn = (each: number): TimeRange | undefined =>
    day === undefined ? monthRange(each, month) : dayRange(each, month, day);
  if (year !== undefined) return [rangeIn(year)].filter((range) => range !== undefined);
  const latest = yearOf(now) + 1;
  return Array.from({ length: YEARS_BACK + 2 }, (_, back) => rangeIn(latest - back)).filter(
    (range) => range !== undefined,
  );
}

const isYear = (value: number, now: number): boolean =>
  value >= OLDEST_YEAR && value <= yearOf(now) + YEARS_AHEAD;
const isMonth = (value: number): boolean => value >= 1 && value <= 12;
const yearOf = (time: number): number => new Date(time).getUTCFullYear();
const startOfDay = (time: number): number => Math.floor(time / DAY_MS) * DAY_MS;

/** Undefined: there is no such day. */
function dayRange(year: number, month: number, day: number): TimeRange | undefined {
  const from = Date.UTC(year, month, day);
  const real = new Date(from).getUTCMonth() === month && day >= 1;
  return real ? { from, to: from + DAY_MS } : undefined;
}

const monthRange = (year: number, month: number): TimeRange => ({
  from: Date.UTC(year, month, 1),
  to: Date.UTC(year, month + 1, 1),
});
const yearRange = (year: number): TimeRange => ({ from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) });
const seasonRange = (year: number, month: number): TimeRange => ({
  from: Date.UTC(year, month, 1),
  to: Date.UTC(year, month + 3, 1),
});

/** The day, week from Monday, weekend, month or year that a time is in. */
function unitRange(unit: Unit, time: number): TimeRange {
  const day = startOfDay(time);
  const monday = day - ((new Date(time).getUTCDay() + 6) % 7) * DAY_MS;
  const date = new Date(time);
  switch (unit) {
    case "day":
      return { from: day, to: day + DAY_MS };
    case "week":
      return { from: monday, to: monday + 7 * DAY_MS };
    case "weekend":
      return { from: monday + 5 * DAY_MS, to: monday + 7 * DAY_MS };
    case "month":
      return monthRange(date.getUTCFullYear(), date.getUTCMonth());
    case "year":
      return yearRange(date.getUTCFullYear());
  }
}

function shifted(time: number, unit: Unit, count: number): number {
  const date = new Date(time);
  switch (unit) {
    case "day":
      return time + count * DAY_MS;
    case "week":
    case "weekend":
      return time + count * 7 * DAY_MS;
    case "month":
      return date.setUTCMonth(date.getUTCMonth() + count);
    case "year":
      return date.setUTCFullYear(date.getUTCFullYear() + count);
  }
}

/** "Two weeks ago" isn't said of a certain day. */
function around(time: number, unit: Unit): TimeRange {
  const slack = { day: 0, week: 3, weekend: 3, month: 15, year: 182 }[unit] * DAY_MS;
  const day = startOfDay(time);
  return { from: day - slack, to: day + DAY_MS + slack };
}
