import type { TokenMeter } from "../passages.js";

/**
 * Bounds on the tokens of a byte-pair encoding, without its vocabulary: 3 ASCII characters a token (English
 * has about 4), else by the length in UTF-8, of which a token never has less than a byte. A text denser
 * than that (random letters) may exceed a passage's size by half, far below the provider's window.
 */
export const estimate: TokenMeter = {
  word: tokens,
  fragment: (characters) => Math.max(1, tokens(characters)),
  sign: tokens,
};

function tokens(text: string): number {
  let ascii = 0;
  let others = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) ascii++;
    else others += point < 0x800 ? 1 : point < 0x10000 ? 2 : 4;
  }
  return Math.ceil(ascii / 3) + others;
}
