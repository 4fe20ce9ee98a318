import { trimEndTo } from "./truncate.js";

const written = (word: string, whole: string) =>
  [new RegExp(`${word}(?=[^\\p{L}']*$)`, "iu"), whole] as const;

/** Contractions that are clear by themselves. Others stay as they are: "he's gone", "I'd". */
const WRITTEN_OUT = [
  written("^can(?:not|'t)", "can not"),
  written("^won't", "will not"),
  written("^shan't", "shall not"),
  written("n't", " not"),
  written("^let's", "let us"),
  written("^i'm", "I am"),
  written("^(it|that|there|here)'s", "$1 is"),
  written("^(\\p{L}+)'re", "$1 are"),
  written("^(\\p{L}+)'ve", "$1 have"),
  written("^(\\p{L}+)'ll", "$1 will"),
];
const NO_STOP = /[^.,;:!'"。，、；：！]/u;
const NO_PLAIN_STOP = /[^.,;:。，、；：]/u;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;
const NUMBER_AT_END = /\p{N}$/u;
/** "No, you may." isn't "No you may.", nor is "Don't, stop." "Don't stop." */
const ANSWERS: ReadonlySet<string> = new Set(["no", "not", "never", "yes", "none", "nothing", "nobody"]);
const ARTICLES: ReadonlySet<string> = new Set(["a", "an", "the"]);
/** "A few" are some, "few" hardly any. */
const AMOUNTS: ReadonlySet<string> = new Set(["few", "little"]);

/**
 * Normalises a text's wording: two texts with the same wording differ only in case, white space, punctuation between
 * sentences and clauses, articles, and contractions. Other differences may change the meaning: function words, the
 * order, a question mark, brackets, numbers, symbols. In tokens that aren't plain words (CX-7742, -R, iPhone, IT) the
 * case counts too.
 */
export function wordingOf(text: string): string {
  const straight = text
    .normalize("NFC")
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”„«»]/g, '"');
  const loud = straight === straight.toUpperCase();
  const words = straight.split(/\s+/u).flatMap(writtenOut);
  const kept: string[] = [];
  for (const [place, word] of words.entries()) {
    const bare = withoutEnding(word.replace(/^["']+(?=\p{L})/u, ""));
    if (bare === "") continue;
    const plain = folded(bare, loud);
    const last = place === words.length - 1;
    const stops = bare.length < word.length && /[^'"]$/.test(word);
    const next = folded(withoutEnding(words[place + 1] ?? ""), loud);
    // "Plan A" and "vitamin a" end with a name.
    const article =
      ARTICLES.has(plain) && !last && !stops && !AMOUNTS.has(next) && (bare !== "A" || begins(words, place));
    if (!article) kept.push(ANSWERS.has(plain) && stops && !last ? `${plain},` : plain);
  }
  return kept.join(" ");
}

/** Drops the stops at its end. Exclamation marks and quotes after a number stay: 5! is 120, and 5" isn't 5'. */
function withoutEnding(word: string): string {
  const bare = trimEndTo(word, NO_STOP);
  if (bare.length === word.length) return word;
  return NUMBER_AT_END.test(trimEndTo(bare, LETTER_OR_NUMBER)) ? trimEndTo(word, NO_PLAIN_STOP) : bare;
}

function writtenOut(word: string): string[] {
  return WRITTEN_OUT.reduce(
    (spelled, [contraction, whole]) => spelled.replace(contraction, whole),
    word,
  ).split(" ");
}

/** Lower-cases a word: "It", but neither "IT" nor "-R". In a text all in capitals, every word. */
function folded(word: string, loud: boolean): string {
  if (loud) return word.toLowerCase();
  return /^\p{L}[\p{Ll}\p{Lo}\p{M}'-]*[?]?$/u.test(word) ? word.toLowerCase() : word;
}

function begins(words: readonly string[], place: number): boolean {
  return place === 0 || /[.!?:"]$/.test(words[place - 1] ?? "");
}
