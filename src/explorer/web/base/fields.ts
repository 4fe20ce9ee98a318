/** A local time of a field as the API takes it. What is no time is sent as it is: the API says what is wrong with it. */
export const instant = (local: string): string => {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? local : time.toISOString();
};

/** A time as the browser's field for local times wants it; empty for what is no time. */
export function localOf(time: string | number): string {
  const date = new Date(time);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return Number.isNaN(local.getTime()) ? "" : local.toISOString().slice(0, 19);
}

/** The items of a list with commas. */
export const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
