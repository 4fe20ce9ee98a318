export interface PassageOptions {
  /** Most tokens of content in one passage, at least 32; specials and prefixes are not counted. */
  readonly maxTokens?: number | undefined;
  /** Tokens that a passage repeats from the one before it, at most half of `maxTokens`. */
  readonly overlapTokens?: number | undefined;
}

/** The sizes used when nothing else is configured, in tokens. */
export const DEFAULT_PASSAGES = { maxTokens: 200, overlapTokens: 32 } as const;

/** Upper bounds of token counts. They must add up: two neighbours together never take more than their sum. */
export interface TokenMeter {
  /** A run without white space, punctuation or Chinese characters. */
  word(word: string): number;
  /** A part of a word that has to be cut: one character with its marks. */
  fragment(characters: string): number;
  /** One Chinese character or punctuation mark. */
  sign(character: string): number;
}

export interface PassageSizes {
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

/** Fills in the defaults. `window` is the most tokens of content that the model reads. Throws a RangeError. */
export function passageSizes(options: PassageOptions, window: number): PassageSizes {
  const maxTokens = options.maxTokens ?? Math.min(DEFAULT_PASSAGES.maxTokens, window);
  const overlapTokens = options.overlapTokens ?? Math.min(DEFAULT_PASSAGES.overlapTokens, maxTokens >> 1);
  if (!Number.isInteger(maxTokens) || maxTokens < 32 || maxTokens > window) {
    throw new RangeError(`maxTokens of a passage must be an integer from 32 to ${window}`);
  }
  if (!Number.isInteger(overlapTokens) || overlapTokens < 0 || overlapTokens > maxTokens / 2) {
    throw new RangeError("overlapTokens must be an integer from 0 to half of maxTokens");
  }
  return { maxTokens, overlapTokens };
}

/**
 * Splits content into overlapping slices of at most `maxTokens`, which together cover it. A slice ends at a
 * paragraph, else a line or sentence, else a word border within its last third; only text without any is
 * cut elsewhere. Linear in the content's length.
 */
export function splitPassages(content: string, meter: TokenMeter, sizes: PassageSizes): string[] {
  const atoms = atomise(content, meter, sizes.maxTokens);
  return pack(atoms, sizes).map(([from, to]) => content.slice(offsetOf(atoms, from), offsetOf(atoms, to)));
}

/** Rates a break before an atom. */
const NOWHERE = 0;
const WORD = 1;
const SENTENCE = 2;
const PARAGRAPH = 3;

/** The smallest pieces that content is cut into, as parallel lists. */
interface Atoms {
  readonly length: number;
  readonly end: number;
  readonly offsets: readonly number[];
  readonly costs: readonly number[];
  readonly breaks: readonly number[];
}

// Exactly the white space at which BERT's normaliser separates words: \v, \f and U+FEFF are dropped by it,
// and what they stood between is one word.
const SPACE = "\\t\\n\\r\\p{Zs}\\u2028\\u2029";
const SIGN = "\\p{P}!-/:-@\\[-`\\{-~\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
const ATOM = new RegExp(`([${SPACE}]+)|([${SIGN}])|[^${SPACE}${SIGN}]+`, "gu");
const FRAGMENT = /[^]\p{M}{0,4}/gu;
const ENDS_SENTENCE = /^[.!?…。！？]$/u;
const ENDS_WIDE_SENTENCE = /^[。！？]$/u;
const CLOSES = /^[\p{Pe}\p{Pf}"']$/u;

function atomise(content: string, meter: TokenMeter, limit: number): Atoms {
  const offsets: number[] = [];
  const costs: number[] = [];
  const breaks: number[] = [];
  const counted = new Map<string, number>();
  const add = (offset: number, cost: number, quality: number): void => {
    offsets.push(offset);
    costs.push(cost);
    breaks.push(quality);
  };

  let quality = NOWHERE;
  let sentenceEnded = false;
  for (const match of content.matchAll(ATOM)) {
    const [text, space, sign] = match;
    if (space !== undefined) {
      add(match.index, 0, NOWHERE);
      quality = qualityAfter(space, sentenceEnded);
      continue;
    }
    if (sign !== undefined) {
      add(match.index, meter.sign(sign), CLOSES.test(sign) && quality === SENTENCE ? NOWHERE : quality);
      sentenceEnded = ENDS_SENTENCE.test(sign) || (sentenceEnded && CLOSES.test(sign));
      quality = ENDS_WIDE_SENTENCE.test(sign) ? SENTENCE : NOWHERE;
      continue;
    }
    let cost = counted.get(text);
    if (cost === undefined) counted.set(text, (cost = meter.word(text)));
    if (cost <= limit) add(match.index, cost, quality);
    else {
      for (const part of text.matchAll(FRAGMENT)) {
        add(match.index + part.index, meter.fragment(part[0]), part.index === 0 ? quality : NOWHERE);
      }
    }
    sentenceEnded = false;
    quality = NOWHERE;
  }
  return { length: offsets.length, end: content.length, offsets, costs, breaks };
}

function qualityAfter(space: string, sentenceEnded: boolean): number {
  if (/\n[^\n]*\n|\u2029/.test(space)) return PARAGRAPH;
  return sentenceEnded || /[\n\r\u2028]/.test(space) ? SENTENCE : WORD;
}

/** Ranges of atoms, each within the limit. */
function pack(atoms: Atoms, { maxTokens, overlapTokens }: PassageSizes): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  let start = 0;
  let covered = 0;
  for (;;) {
    const end = reach(atoms, start, maxTokens);
    if (end >= atoms.length) {
      ranges.push([start, atoms.length]);
      return ranges;
    }
    if (end <= covered) {
      // The overlap leaves no room for the next atom.
      start = covered;
      continue;
    }
    const cut = breakBefore(atoms, end, covered, maxTokens / 3);
    ranges.push([start, cut]);
    covered = cut;
    start = overlapStart(atoms, start, cut, overlapTokens);
  }
}

function reach(atoms: Atoms, start: number, limit: number): number {
  let end = start;
  for (let cost = 0; end < atoms.length; end++) {
    cost += costOf(atoms, end);
    if (cost > limit) break;
  }
  return end;
}

/** The best border at or shortly before `end`, the latest of equals; always after `covered`. */
function breakBefore(atoms: Atoms, end: number, covered: number, within: number): number {
  let best = end;
  for (let at = end, cost = 0; at > covered; at--) {
    if (breakOf(atoms, at) > breakOf(atoms, best)) best = at;
    cost += costOf(atoms, at - 1);
    if (cost > within) break;
  }
  return best;
}

/** The start of the next passage: the earliest sentence, else word, that fits into the overlap. */
function overlapStart(atoms: Atoms, start: number, cut: number, overlap: number): number {
  let best = cut;
  let bestBreak: number = NOWHERE;
  for (let at = cut - 1, cost = 0; at > start; at--) {
    cost += costOf(atoms, at);
    if (cost > overlap) break;
    const quality = Math.min(breakOf(atoms, at), SENTENCE);
    if (quality >= bestBreak) {
      best = at;
      bestBreak = quality;
    }
  }
  return best;
}

const offsetOf = (atoms: Atoms, index: number): number => atoms.offsets[index] ?? atoms.end;
const costOf = (atoms: Atoms, index: number): number => atoms.costs[index] ?? 0;
const breakOf = (atoms: Atoms, index: number): number => atoms.breaks[index] ?? NOWHERE;
