/**
 * Of one part, as JSON: with what else is in a memory's metadata it stays below 64 KiB, the service's limit, and it holds
 * what the service's marks add.
 */
export const PART_BYTES = 56 * 1024;
const FORM_FEED = 12;

/** Bytes of a text in JSON, without its quotes. */
export const costOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** The service puts a mark for a number into quotes in what begins as JSON does. */
const BEGIN = "~";

export const toStored = (text: string): string => BEGIN + text;

/** Undefined: the store didn't write it. */
export const fromStored = (stored: unknown): string | undefined =>
  typeof stored === "string" && stored.startsWith(BEGIN) ? stored.slice(BEGIN.length) : undefined;

/**
 * A text of `toText` cut to parts. The service's policy for personal data sees each part alone, so it is cut after a comma
 * between values, and only inside a string that is longer than a part.
 */
export function partsOf(text: string): string[] {
  const breaks = breaksIn(text);
  const parts: string[] = [];
  let next = 0;
  for (let from = 0; from < text.length;) {
    const most = mostOf(text, from);
    while ((breaks[next] ?? text.length) <= most && next < breaks.length) next++;
    const last = breaks[next - 1] ?? 0;
    const whole =
      most === text.length || (last > from && mostOf(text, last) >= (breaks[next] ?? text.length));
    const end = most === text.length ? most : whole ? last : cutInString(text, from, most);
    parts.push(text.slice(from, end));
    from = end;
  }
  return parts;
}

/** Places after commas between values. */
function breaksIn(text: string): number[] {
  const breaks: number[] = [];
  const sought = /["'`,]/g;
  for (let found = sought.exec(text); found !== null; found = sought.exec(text)) {
    if (found[0] === ",") breaks.push(found.index + 1);
    else {
      const end = text.indexOf("\f", found.index);
      if (end < 0) break;
      sought.lastIndex = end + 1;
    }
  }
  return breaks;
}

/** The end of what fits into one part. */
function mostOf(text: string, from: number): number {
  let cost = 0;
  for (let at = from; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    cost += costOfCharacter(code);
    if (cost > PART_BYTES) return at;
    at += code > 0xffff ? 2 : 1;
  }
  return text.length;
}

function costOfCharacter(code: number): number {
  if (code === 0x22 || code === 0x5c || (code >= 8 && code <= FORM_FEED + 1 && code !== 11)) return 2;
  if (code < 0x20) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code > 0xffff ? 4 : 3;
}

/** How far back a better place is looked for, and what surrounds it. */
const NEAR = 4096;
const AROUND = 48;

/** At a space with only words around it; else at a space between words, at a space, anywhere: inside no character. */
function cutInString(text: string, from: number, most: number): number {
  const least = Math.max(from + 1, most - NEAR);
  let fallback: number | undefined;
  let worst: number | undefined;
  for (let at = most; at > least; at--) {
    if (!/\s/.test(text.charAt(at - 1))) continue;
    worst ??= at;
    if (!/[\d@]/.test(text.slice(Math.max(0, at - AROUND), at + AROUND))) return at;
    if (!/[\d@+]/.test(text.slice(at - 2, at + 1))) fallback ??= at;
  }
  return fallback ?? worst ?? most;
}
