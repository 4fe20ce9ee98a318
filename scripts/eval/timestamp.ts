const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** `1:56 pm on 8 May, 2023` */
const CHAT = /^(\d{1,2}):(\d{2}) (am|pm) on (\d{1,2}) ([A-Za-z]+),? (\d{4})$/;
/** `March-15-2024` */
const DAY = /^([A-Za-z]+)-(\d{1,2})-(\d{4})$/;

/** The forms of the data sets, and RFC 3339, as RFC 3339. Read as UTC: they name no zone. Undefined for others. */
export function parseTimestamp(text: string): string | undefined {
  const chat = CHAT.exec(text);
  if (chat !== null) {
    const [, hour, minute, half, day, month, year] = chat;
    const hours = (Number(hour) % 12) + (half === "pm" ? 12 : 0);
    return utc(Number(year), month, Number(day), hours, Number(minute));
  }
  const date = DAY.exec(text);
  if (date !== null) {
    const [, month, day, year] = date;
    return utc(Number(year), month, Number(day), 0, 0);
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

function utc(
  year: number,
  month: string | undefined,
  day: number,
  hour: number,
  minute: number,
): string | undefined {
  const index = MONTHS.indexOf(month?.toLowerCase() ?? "");
  return index === -1 ? undefined : new Date(Date.UTC(year, index, day, hour, minute)).toISOString();
}

/** The latest time in a conversation, milliseconds since the epoch; now where none of its documents has one. */
export function endOf({
  docs,
}: {
  readonly docs: readonly { readonly ts?: string | null | undefined }[];
}): number {
  const times = docs.flatMap(({ ts }) => parseTimestamp(ts ?? "") ?? []).map((time) => Date.parse(time));
  return times.length === 0 ? Date.now() : Math.max(...times);
}
