import { Tokenizer as Library } from "@huggingface/tokenizers";

import type { Tokenizer } from "./tokenizer.js";

/** The parts of a `tokenizer.json` that a BERT WordPiece tokeniser reads. */
export interface WordPieceFile {
  readonly normalizer: { readonly type: string };
  readonly pre_tokenizer: { readonly type: string };
  readonly model: {
    readonly type: string;
    readonly vocab: Readonly<Record<string, number>>;
    readonly unk_token: string;
    readonly continuing_subword_prefix: string;
    readonly max_input_chars_per_word: number;
  };
}

export interface WordPiece extends Tokenizer {
  /**
   * Token ids `[CLS] one [SEP] other [SEP]`, at most `maxTokens` of them, and in which part each is: 0 up to the first
   * `[SEP]`, else 1. The first text has half of the room at most; what is too long loses its end.
   */
  encodePair(one: string, other: string, maxTokens: number): { ids: number[]; parts: number[] };
}

/**
 * BERT's WordPiece: normalising and pre-tokenising are Hugging Face's; the greedy longest match is ours,
 * because theirs tries every length down from the word's (580 ms for 32 KiB of SHA-256 hex, 9 ms here:
 * nothing longer than the vocabulary's longest entry is tried). Ids begin with `[CLS]` and end with `[SEP]`. Special tokens written in the text, such as
 * `[SEP]`, are plain text, so content can't forge the model's structure.
 */
export function createWordPiece(file: WordPieceFile): WordPiece {
  const { model } = file;
  if (
    model.type !== "WordPiece" ||
    file.normalizer.type !== "BertNormalizer" ||
    file.pre_tokenizer.type !== "BertPreTokenizer"
  ) {
    throw new Error("the tokenizer file doesn't describe a BERT WordPiece tokeniser");
  }
  const { normalise, split } = componentsOf(file);

  const heads = new Map<string, number>();
  const tails = new Map<string, number>();
  const prefix = model.continuing_subword_prefix;
  let longest = 1;
  for (const [piece, id] of Object.entries(model.vocab)) {
    const isTail = piece.startsWith(prefix) && piece.length > prefix.length;
    const text = isTail ? piece.slice(prefix.length) : piece;
    // "##" is at once the prefix and, as a word, never a token: punctuation stands alone.
    (isTail ? tails : heads).set(text, id);
    longest = Math.max(longest, text.length);
  }
  const special = (token: string): number => {
    const id = heads.get(token);
    if (id === undefined) throw new Error(`the tokenizer's vocabulary lacks ${token}`);
    return id;
  };
  const unknown = special(model.unk_token);
  const first = special("[CLS]");
  const last = special("[SEP]");

  function appendPieces(word: string, ids: number[]): void {
    if (word.length > model.max_input_chars_per_word && codePoints(word) > model.max_input_chars_per_word) {
      ids.push(unknown);
      return;
    }
    const mark = ids.length;
    for (let start = 0; start < word.length;) {
      const pieces = start === 0 ? heads : tails;
      let end = Math.min(word.length, start + longest);
      let id = pieces.get(word.slice(start, end));
      while (id === undefined && --end > start) id = pieces.get(word.slice(start, end));
      if (id === undefined) {
        ids.length = mark;
        ids.push(unknown);
        return;
      }
      ids.push(id);
      start = end;
    }
  }

  /** Up to `end` ids, and a separator. */
  function appendText(text: string, ids: number[], end: number): void {
    for (const word of split(normalise(text))) {
      if (ids.length >= end) break;
      appendPieces(word, ids);
    }
    ids.length = Math.min(ids.length, end);
    ids.push(last);
  }

  return {
    encode(text, maxTokens) {
      const ids = [first];
      appendText(text, ids, maxTokens - 1);
      return ids;
    },
    encodePair(one, other, maxTokens) {
      const ids = [first];
      appendText(one, ids, Math.floor(maxTokens / 2));
      const { length } = ids;
      appendText(other, ids, maxTokens - 1);
      return { ids, parts: ids.map((_, place) => (place < length ? 0 : 1)) };
    },
    meter: {
      word(word) {
        // Lower-casing a capital sigma looks at its neighbours, beyond the word's punctuation.
        if (word.includes("Σ")) return decomposed(word);
        const ids: number[] = [];
        if (PLAIN.test(word)) appendPieces(word.toLowerCase(), ids);
        else for (const part of split(normalise(word))) appendPieces(part, ids);
        return ids.length;
      },
      fragment: decomposed,
      sign: () => 1,
    },
  };
}

/** A word that normalising only lower-cases; most words are, and this is several times as fast. */
const PLAIN = /^[A-Za-z0-9]+$/;

/** A token has at least one character of the decomposed text, so this is never too few. */
const decomposed = (text: string): number => text.normalize("NFD").length;

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

interface Components {
  normalise(text: string): string;
  split(text: string): string[];
}

/**
 * The library's own parts, of a tokeniser without the vocabulary that we hold ourselves. Its declarations
 * don't resolve under nodenext, so the shape is checked here.
 */
function componentsOf({ model, ...file }: WordPieceFile): Components {
  const empty = { ...model, vocab: { [model.unk_token]: 0 } };
  const { normalizer, pre_tokenizer }: Record<string, unknown> = new Library(
    { ...file, model: empty, added_tokens: [], post_processor: null, decoder: null },
    {},
  );
  if (typeof normalizer !== "function" || typeof pre_tokenizer !== "function") {
    throw new TypeError("this version of @huggingface/tokenizers has no callable components");
  }
  return { normalise: normalizer as Components["normalise"], split: pre_tokenizer as Components["split"] };
}
