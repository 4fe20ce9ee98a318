/** Scripts that put no spaces between words, or write particles to them, as Korean does. */
const JOINED = ["Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"];
const ANY_JOINED = JOINED.map((script) => `\\p{Script=${script}}`).join("|");
/** A letter, a digit or a mark on one, of a script that puts spaces between words. */
const IN_WORD = new RegExp(`^(?!${ANY_JOINED})[\\p{L}\\p{M}\\p{N}_]$`, "u");

/** Symbols between two code points of a text: a word may end here, and one may begin. No code point is negative. */
const END = -1;
const BEGIN = -2;

interface Node {
  readonly next: Map<number, Node>;
  /** The node of the longest ending of what leads here with which a phrase begins. */
  fallback: Node | undefined;
  /** Whether a phrase ends here, or at one of the fallbacks. */
  ends: boolean;
}

/**
 * Whether a text holds one of some phrases as whole words: "Ann" isn't in "Anna". It takes one pass over the text,
 * however many phrases there are and whatever they hold (Aho and Corasick, 1975): a caller chooses both.
 *
 * Boundaries of words are symbols of their own, in phrases and text alike, so nothing is left to check at a match.
 */
export function phraseFinder(phrases: Iterable<string>): (text: string) => boolean {
  const root: Node = { next: new Map(), fallback: undefined, ends: false };
  for (const phrase of phrases) {
    if (phrase === "") continue;
    let node = root;
    eachSymbol(phrase, (symbol) => {
      let next = node.next.get(symbol);
      if (next === undefined)
        node.next.set(symbol, (next = { next: new Map(), fallback: root, ends: false }));
      node = next;
      return false;
    });
    node.ends = true;
  }
  if (root.next.size === 0) return () => false;
  linkFallbacks(root);
  return (text) => {
    let node = root;
    return eachSymbol(text, (symbol) => {
      node = follow(node, symbol);
      return node.ends;
    });
  };
}

function follow(from: Node, symbol: number): Node {
  for (let node: Node = from; ;) {
    const next = node.next.get(symbol);
    if (next !== undefined) return next;
    if (node.fallback === undefined) return node;
    node = node.fallback;
  }
}

/** Breadth first: the fallback of a node is nearer to the root. */
function linkFallbacks(root: Node): void {
  const open = [root];
  for (const node of open) {
    for (const [symbol, child] of node.next) {
      if (node.fallback !== undefined) child.fallback = follow(node.fallback, symbol);
      child.ends ||= child.fallback?.ends === true;
      open.push(child);
    }
  }
}

/** Visits code points and what is between them, until a visit returns true. */
function eachSymbol(text: string, visit: (symbol: number) => boolean): boolean {
  let isBeforeInWord = false;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const isHereInWord = isInWord(codePoint);
    if (!isHereInWord && visit(END)) return true;
    if (!isBeforeInWord && visit(BEGIN)) return true;
    if (visit(codePoint)) return true;
    isBeforeInWord = isHereInWord;
    at += codePoint > 0xff_ff ? 2 : 1;
  }
  return visit(END);
}

/** Of each code unit, as asked for: 0 unknown, 1 outside of words, 2 inside. */
const known = new Uint8Array(0x1_00_00);

function isInWord(codePoint: number): boolean {
  if (codePoint >= known.length) return IN_WORD.test(String.fromCodePoint(codePoint));
  known[codePoint] ||= IN_WORD.test(String.fromCodePoint(codePoint)) ? 2 : 1;
  return known[codePoint] === 2;
}
