const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch of an RFC 3339 date and time, or of a date, which begins in UTC; undefined: it is neither. */
export function dateOf(text: string): number | undefined {
  // Bounded before a pattern looks at it.
  if (text.length < 10 || text.length > 35) return undefined;
  const day = DATE.test(text) ? text : TIME.exec(text)?.[1];
  // JavaScript takes 30 February for 2 March.
  if (day === undefined || !isDay(day)) return undefined;
  const milliseconds = Date.parse(text.toUpperCase());
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function isDay(day: string): boolean {
  const milliseconds = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(day);
}
