/** A value, or what is wrong with the text in its place. */
export type Found = { readonly value: unknown } | { readonly problem: string };

const PROBLEM = "it isn't JSON";
/** How often a text is looked through at most: each object that never ends is looked for to the end. */
const MAX_PASSES = 8;

/**
 * The values of a line: one, or several objects that were joined because a writer lost the line's end. That something else
 * is between them is told once, at the end.
 */
export function* jsonObjectsIn(text: string): Generator<Found> {
  const whole = parsed(text);
  if (whole !== undefined) {
    yield whole;
    return;
  }
  let budget = MAX_PASSES * text.length;
  let damaged = true;
  let last = 0;
  for (let at = text.indexOf("{"); at !== -1 && budget > 0;) {
    const end = endOfObject(text, at);
    budget -= (end ?? text.length) - at;
    const value = end === undefined ? undefined : parsed(text.slice(at, end));
    if (value === undefined || end === undefined) {
      // A truncated object runs into the one that was written after it.
      at = text.indexOf('{"', at + 1);
      continue;
    }
    damaged = text.slice(last, at).trim() !== "" || (damaged && last > 0);
    yield value;
    last = end;
    at = text.indexOf("{", end);
  }
  if (damaged || text.slice(last).trim() !== "") yield { problem: PROBLEM };
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** Past the brace that closes the object that begins here; undefined: none does. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === 0x5c) at++;
      else if (character === 0x22) quoted = false;
    } else if (character === 0x22) quoted = true;
    else if (character === 0x7b) depth++;
    else if (character === 0x7d && --depth === 0) return at + 1;
  }
  return undefined;
}
