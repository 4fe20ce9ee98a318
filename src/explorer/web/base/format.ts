const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const MINUTE = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });
const LONG_DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const count = (value: number): string => NUMBER.format(value);
export const compact = (value: number): string => COMPACT.format(value);
export const day = (time: string | number): string => DAY.format(new Date(time));
/** A day of these weeks, by its weekday: `Tue 24`. */
export const weekday = (time: number): string => WEEKDAY.format(time).replace(",", "");
export const longDay = (time: number): string => LONG_DAY.format(time);
export const minute = (time: string | number): string => MINUTE.format(new Date(time));

export const plural = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long ago, or in how long. */
export function ago(time: string | number, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.round(seconds / size), unit);
  }
  return Math.abs(seconds) < 5 ? "just now" : RELATIVE.format(Math.round(seconds), "second");
}

const ORDINALS = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_ENDS: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  zero: "th",
  one: "st",
  two: "nd",
  few: "rd",
  many: "th",
  other: "th",
};

/** A place in a list: `2nd`. */
export const ordinal = (place: number): string => `${count(place)}${ORDINAL_ENDS[ORDINALS.select(place)]}`;

const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** A time by its calendar day here, if that is today or tomorrow. */
export function nearDay(time: string | number, now = Date.now()): "today" | "tomorrow" | undefined {
  const days = Math.round((midnight(new Date(time).getTime()) - midnight(now)) / 86_400_000);
  return days === 0 ? "today" : days === 1 ? "tomorrow" : undefined;
}

/** A length of time, in its two largest units. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const parts = (
    [
      ["d", 86_400],
      ["h", 3_600],
      ["min", 60],
    ] as const
  ).flatMap(([unit, size], at, all) => {
    const above = all[at - 1]?.[1];
    const whole = Math.floor((above === undefined ? seconds : seconds % above) / size);
    return whole > 0 ? [`${count(whole)} ${unit}`] : [];
  });
  return parts.slice(0, 2).join(" ");
}

export function bytes(value: number): string {
  for (const [unit, size] of [
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const) {
    if (value >= size) return `${(value / size).toFixed(value >= 10 * size ? 0 : 1)} ${unit}`;
  }
  return `${value} B`;
}

/** A number of the ranking, with its sign where it is a change. */
export const decimal = (value: number, digits = 3): string =>
  value.toFixed(digits).replace(/^-(0\.0+)$/, "$1");
export const signed = (value: number): string => {
  const text = Math.abs(value).toFixed(3);
  return Number(text) === 0 ? "±0" : `${value < 0 ? "−" : "+"}${text}`;
};

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** JSON for people. */
export const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? "undefined";

/** The start of a text, cut at a word. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const end = cut.lastIndexOf(" ");
  // Not between the halves of a character outside of the basic plane.
  return `${(end > length * 0.6 ? cut.slice(0, end) : cut).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
