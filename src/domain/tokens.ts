/** How many tokens a text is. */
export type CountTokens = (text: string) => number;

let loading: Promise<CountTokens> | undefined;

/**
 * A counter by OpenAI's o200k_base, the vocabulary of its current models; others differ by some percent. The 2 MB of
 * vocabulary are read when somebody first asks. Its time grows with the square of a run without spaces: callers bound
 * the lines that they count.
 */
export function tokenCounter(): Promise<CountTokens> {
  loading ??= load();
  return loading;
}

async function load(): Promise<CountTokens> {
  const [{ Tiktoken }, { default: ranks }] = await Promise.all([
    import("js-tiktoken/lite"),
    import("js-tiktoken/ranks/o200k_base"),
  ]);
  const tokenizer = new Tiktoken(ranks);
  // "<|endoftext|>" in a text is text.
  return (text) => tokenizer.encode(text, [], []).length;
}
