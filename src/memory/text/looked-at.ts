const PUNCTUATION = /[\u2010-\u2027\u2030-\u205e\u00a0\u00ab\u00bb]/g;
const ASCII = /^[\0-\x7f]*$/;
/** The part of a hit's text that is looked at, in characters. */
const PLAIN = 16_000;
/** Other text takes five times as long a character. */
const OTHER = 6_000;

/** Common punctuation aside, a text of ASCII as it is; undefined: it holds other characters. */
export function plainText(text: string): string | undefined {
  const plain = text.replace(PUNCTUATION, " ");
  return ASCII.test(plain) ? plain : undefined;
}

/** The beginning of a hit's text, as far as a recall looks at it. */
export function lookedAt(text: string): string {
  const beginning = text.slice(0, PLAIN);
  return plainText(beginning) === undefined ? beginning.slice(0, OTHER) : beginning;
}

const PIECE = 1500;
/** A longer word is cut. */
const LONGEST_WORD = 200;

/**
 * What is looked at of a text, in pieces that take about a millisecond to analyse. They begin with a word where words
 * are spaced; elsewhere, each pair of characters is in one of them.
 */
export function* piecesOf(whole: string): Generator<string> {
  // NFKC makes up to 18 characters of one.
  const text = lookedAt(lookedAt(whole).normalize("NFKC"));
  let start = 0;
  while (text.length - start > PIECE) {
    const end = start + PIECE;
    const space = Math.max(text.lastIndexOf(" ", end), text.lastIndexOf("\n", end));
    const cut = space > end - LONGEST_WORD ? space : end;
    yield text.slice(start, cut);
    start = cut === end ? cut - 1 : cut;
  }
  yield text.slice(start);
}
