/** Digits that belong together: groups, and what separates them. */
export interface NumberWindow {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Lengths of the groups, such as `3-2-4`. */
  readonly shape: string;
  /** Distinct separators, such as `-`; empty for one group. */
  readonly separators: string;
  /** A group of three digits or more stands beside it, so it is a part of a longer number. */
  readonly part: boolean;
}

interface Group {
  readonly start: number;
  readonly text: string;
}

const RUNS = /\d+(?:[ \u00a0./-]\d+)*/g;
const GROUPS = /\d+/g;
const MOST_GROUPS = 8;
const FEWEST_DIGITS = 9;
const MOST_DIGITS = 19;

/**
 * Offers each stretch of neighbouring groups of 9 to 19 digits, the longest first; those that overlap one that was taken
 * aren't offered. Each group begins at most eight stretches, so the time grows with the text alone.
 */
export function eachNumber(text: string, take: (window: NumberWindow) => boolean): void {
  for (const { index, 0: run } of text.matchAll(RUNS)) {
    const groups = [...run.matchAll(GROUPS)].map((group) => ({ start: index + group.index, text: group[0] }));
    for (let first = 0; first < groups.length;) {
      const taken = windowsFrom(text, groups, first).find(take);
      first += taken === undefined ? 1 : taken.shape.split("-").length;
    }
  }
}

/** A date or an amount beside a number is shorter. */
const isLong = (group: Group | undefined): boolean => (group?.text.length ?? 0) > 2;

/** Stretches that begin with one group, the longest first. */
function windowsFrom(text: string, groups: readonly Group[], first: number): NumberWindow[] {
  const windows: NumberWindow[] = [];
  const start = groups[first]?.start ?? 0;
  const lengths: number[] = [];
  let digits = "";
  let separators = "";
  let end = start;
  for (let at = first; at < groups.length && at < first + MOST_GROUPS; at++) {
    const group = groups[at];
    if (group === undefined || digits.length + group.text.length > MOST_DIGITS) break;
    const separator = text.slice(end, group.start);
    if (at > first && !separators.includes(separator)) separators += separator;
    digits += group.text;
    lengths.push(group.text.length);
    end = group.start + group.text.length;
    if (digits.length < FEWEST_DIGITS) continue;
    const part = isLong(groups[first - 1]) || isLong(groups[at + 1]);
    windows.push({ start, end, digits, shape: lengths.join("-"), separators, part });
  }
  return windows.toReversed();
}
