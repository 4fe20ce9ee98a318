/**
 * Characters that a reader doesn't see, or that change what it sees: controls, line and paragraph separators (U+2028,
 * U+2029, U+0085), marks that turn the direction of a text, zero-width characters, tags, variation selectors, fillers.
 * In a prompt they hide words from the people who check it, or begin lines that aren't in the original.
 */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB\uD800-\uDFFF]/gu;
const JOINERS: ReadonlySet<string> = new Set(["\u200C", "\u200D"]);
const PRESENTATION: ReadonlySet<string> = new Set(["\uFE0E", "\uFE0F"]);
/** Characters that a joiner joins: letters of scripts that have joined forms, and parts of one emoji. */
const JOINED = /^(?:(?!\p{ASCII})[\p{L}\p{M}]|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)$/u;
const PICTURED = /^\p{Emoji}$/u;

/** Each of these characters as JSON escapes it, except for joiners and emoji variations where scripts and emoji need them. */
export function escapeInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, (found, at: number) =>
    belongs(text, found, at) ? found : escaped(found),
  );
}

/** Whether a text holds any of these characters. */
export function hasInvisible(text: string): boolean {
  return text.search(INVISIBLE) !== -1;
}

function belongs(text: string, found: string, at: number): boolean {
  const before = characterBefore(text, at);
  if (PRESENTATION.has(found)) return PICTURED.test(before);
  if (!JOINERS.has(found)) return false;
  const next = text.codePointAt(at + found.length);
  return JOINED.test(before) && next !== undefined && JOINED.test(String.fromCodePoint(next));
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  const start = low >= 0xdc00 && low <= 0xdfff ? at - 2 : at - 1;
  return at < 1 ? "" : text.slice(Math.max(0, start), at);
}

function escaped(found: string): string {
  return Array.from({ length: found.length }, (_, index) => found.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}

/**
 * A value as JSON on one line that shows all that is in it, and can't hold a mark such as `</data>`: every `<` is escaped
 * too. Parsed, it is the same value.
 */
export function visibleJson(value: unknown): string {
  return escapeInvisible(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
