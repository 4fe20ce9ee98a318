import { pick } from "./random.js";
import type { Random } from "./random.js";

/** The commonest words of English: about 40 % of a text, and stop words to any keyword index. */
export const FUNCTION_WORDS =
  `the of and to a in is that it was for on with he as you at be by this had not are but from or have they which
   one were all there would their we him been has when who will more if out so up said what its about than into them
   can only other time new some could these two may then do first any my now such like our over me even most made
   after also did many before must through back years where much your way well down should because each just those`
    .trim()
    .split(/\s+/);

const ONSETS =
  "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st t th tr v w z";
const VOWELS = "a a e e i i o o u ai ea ee ie oa ou y";
const CODAS = "b ck d g l ll m n nd ng nt p r rd rk rt s ss st t x";
/** What stemming cuts off again; none more often than any. */
const ENDINGS = ["", "", "", "", "", "s", "s", "ed", "ing", "er", "ly", "tion", "ness", "ment"];

/** `count` distinct words, the commonest first: English function words, then made-up words, the longer the rarer. */
export function createVocabulary(random: Random, count: number): string[] {
  const [onsets, vowels, codas] = [ONSETS, VOWELS, CODAS].map((text) => text.split(" "));
  if (onsets === undefined || vowels === undefined || codas === undefined) throw new Error("no syllables");
  const words = new Set(FUNCTION_WORDS);
  while (words.size < count) {
    const syllables = 1 + random.integer(words.size < 2000 ? 2 : 3);
    let word = "";
    for (let index = 0; index < syllables; index++) word += pick(random, onsets) + pick(random, vowels);
    word += pick(random, codas) + pick(random, ENDINGS);
    words.add(word);
  }
  return [...words];
}
