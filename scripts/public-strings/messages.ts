import { literalsOf } from "./literals.js";
import type { Literal } from "./literals.js";

/** Not messages: words that are looked for, sentences to measure by, and what language models are told. */
const NO_MESSAGES =
  /^src\/(?:llm\/|embeddings\/calibration\.ts|memory\/text\/|memory\/consolidation\/language\/|memory\/sessions\/(?:compose|shorten)\.ts)/;

/** What callers, operators and developers may read of the sources' texts: errors, descriptions, log lines. */
export function messagesOf(root: string): Literal[] {
  return literalsOf(root, "src", "checkpointer/src").filter(({ file }) => !NO_MESSAGES.test(file));
}
