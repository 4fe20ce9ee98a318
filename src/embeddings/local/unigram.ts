import type { Tokenizer } from "./tokenizer.js";
import { createTrie } from "./trie.js";

/** The parts of a `tokenizer.json` that a SentencePiece unigram tokeniser reads. */
export interface UnigramFile {
  readonly model: {
    readonly type: "Unigram";
    readonly unk_id: number;
    /** A piece and its log probability; the index is the token's id. */
    readonly vocab: readonly (readonly [piece: string, score: number])[];
  };
}

/** Stands for the space before a word. */
const SPACE = "\u2581";
/** How much worse than the rarest piece an unknown character is. */
const UNKNOWN_PENALTY = 10;
/** They mark a text's ends, so they are no pieces: written in a text, they are plain text. */
const SPECIAL = new Set(["<s>", "</s>", "<pad>", "<unk>", "<mask>"]);

/**
 * XLM-RoBERTa's tokeniser: SentencePiece's normalisation `nmt_nfkc`, and of all ways to cut a word into pieces the most
 * probable one (Viterbi). Linear in the text: no piece is longer than 16 characters.
 */
export function createUnigram({ model }: UnigramFile): Tokenizer {
  const scores = Float64Array.from(model.vocab, ([, score]) => score);
  const pieces = createTrie(model.vocab.map(([piece]) => (SPECIAL.has(piece) ? undefined : piece)));
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_PENALTY;
  const special = (token: string): number => {
    const id = model.vocab.findIndex(([piece]) => piece === token);
    if (id < 0) throw new Error(`the tokenizer's vocabulary lacks ${token}`);
    return id;
  };
  const first = special("<s>");
  const last = special("</s>");
  let { room, best, from, found } = buffersFor(64);

  /** Appends the ids of a word's pieces; several unknown characters in a row are one. */
  function appendPieces(word: string, ids: number[]): void {
    if (room < word.length + 1) ({ room, best, from, found } = buffersFor(word.length + 1));
    best.fill(-Infinity, 0, word.length + 1);
    best[0] = 0;
    const offer = (start: number, end: number, id: number, score: number): void => {
      if (score <= (best[end] ?? 0)) return;
      best[end] = score;
      from[end] = start;
      found[end] = id;
    };
    for (let start = 0; start < word.length; start++) {
      const before = best[start] ?? -Infinity;
      // Within a character that takes two units.
      if (before === -Infinity) continue;
      let node = 0;
      for (let at = start; at < word.length; at++) {
        node = pieces.step(node, word.charCodeAt(at));
        if (node < 0) break;
        const id = pieces.wordAt(node);
        if (id >= 0) offer(start, at + 1, id, before + (scores[id] ?? 0));
      }
      const width = (word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      offer(start, start + width, model.unk_id, before + unknownScore);
    }
    const path: number[] = [];
    for (let end = word.length; end > 0; end = from[end] ?? 0) {
      const id = found[end] ?? model.unk_id;
      if (id !== model.unk_id || path.at(-1) !== id) path.push(id);
    }
    for (let at = path.length - 1; at >= 0; at--) ids.push(path[at] ?? model.unk_id);
  }

  function count(text: string): number {
    const ids: number[] = [];
    for (const word of wordsOf(text)) appendPieces(SPACE + word, ids);
    return ids.length;
  }

  return {
    encode(text, maxTokens) {
      const ids = [first];
      for (const word of wordsOf(text)) {
        if (ids.length >= maxTokens - 1) break;
        appendPieces(SPACE + word, ids);
      }
      ids.length = Math.min(ids.length, maxTokens - 1);
      ids.push(last);
      return ids;
    },
    meter: {
      word: (word) => Math.max(1, count(word)),
      fragment: lengthOf,
      // The space before it may be a token of its own.
      sign: (character) => lengthOf(character) + 1,
    },
  };
}

/** For words of so many units; larger than that, so that few words ask for more. */
function buffersFor(units: number) {
  const room = units * 2;
  return { room, best: new Float64Array(room), from: new Int32Array(room), found: new Int32Array(room) };
}

const wordsOf = (text: string): string[] => normalise(text).split(" ").filter(Boolean);

/** Never fewer than the pieces of it. */
const lengthOf = (text: string): number => text.normalize("NFKC").length;

/** Control characters but those that are spaces, and these. */
const DROPPED = /[^\P{Cc}\t\n\f\r\u0080-\u008e\u0090-\u009e]/gu;
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd\p{Cs}]/gu;
/** SentencePiece leaves it as it is. */
const FULLWIDTH_TILDE = "\uff5e";
/** Around that, and in rows of marks that no text has: putting them in order takes the square of their number. */
const APART = /(\uff5e)|(?<=\p{M}{30})(?=\p{M})/u;

/**
 * SentencePiece's `nmt_nfkc`: NFKC, without control characters, and with more kinds of spaces. It differs in characters
 * that Unicode got after version 11.
 */
function normalise(text: string): string {
  const plain = text.replace(DROPPED, "").replace(SPACES, " ");
  return plain
    .split(APART)
    .map((part = "") => (part === FULLWIDTH_TILDE ? part : part.normalize("NFKC")))
    .join("");
}
