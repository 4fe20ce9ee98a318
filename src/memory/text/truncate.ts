const ELLIPSIS = "…";

/** Cuts a text to at most `bytes` of UTF-8, never inside a character; a cut text ends in an ellipsis. */
export function truncateUtf8(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = Math.max(0, bytes - Buffer.byteLength(ELLIPSIS));
  // Bytes 10xxxxxx continue a character: step back to where it began.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString("utf8", 0, end) + ELLIPSIS;
}

/**
 * Cuts off both ends what `kept`, a pattern of one character, doesn't match. It looks at each character once: a pattern
 * such as `^x+|x+$` begins again at each character of a run in the middle, which takes the square of its length.
 */
export function trimTo(text: string, kept: RegExp): string {
  return trimEndTo(trimStartTo(text, kept), kept);
}

function trimStartTo(text: string, kept: RegExp): string {
  let start = 0;
  for (const character of text) {
    if (kept.test(character)) break;
    start += character.length;
  }
  return text.slice(start);
}

/** As {@link trimTo}, but only at the end. */
export function trimEndTo(text: string, kept: RegExp): string {
  let end = text.length;
  while (end > 0) {
    const character = lastCharacter(text, end);
    if (kept.test(character)) break;
    end -= character.length;
  }
  return text.slice(0, end);
}

/** The character that ends before `end`: two units where they are a pair of surrogates. */
function lastCharacter(text: string, end: number): string {
  const pair = text.codePointAt(end - 2);
  return pair !== undefined && end > 1 && pair > 0xffff ? text.slice(end - 2, end) : text.slice(end - 1, end);
}
