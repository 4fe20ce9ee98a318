/** The models that the service can run by itself. */
export const LOCAL_MODELS = ["english", "multilingual"] as const;
export type LocalModel = (typeof LOCAL_MODELS)[number];

interface LocalModelFacts {
  /** With the quantization, which gives vectors of their own. */
  readonly name: string;
  readonly dimensions: number;
  /** Tokens of content that the model reads at once. */
  readonly contentWindow: number;
  /** The type of its `tokenizer.json`, by which a folder with the other model is noticed. */
  readonly tokenizer: "WordPiece" | "Unigram";
}

export const LOCAL_MODEL_FACTS: Readonly<Record<LocalModel, LocalModelFacts>> = {
  // 512 tokens, of which `[CLS]`, `passage`, `:` and `[SEP]` are not content.
  english: { name: "e5-small-v2-int8", dimensions: 384, contentWindow: 508, tokenizer: "WordPiece" },
  // 512 tokens without `<s>`, the three of `passage:` and `</s>`; and room for a count that is a few too low.
  multilingual: {
    name: "multilingual-e5-small-q4-int8",
    dimensions: 384,
    contentWindow: 480,
    tokenizer: "Unigram",
  },
};

/** The other one, to which or from which a store changes. */
export const otherLocalModel = (model: LocalModel): LocalModel =>
  model === "english" ? "multilingual" : "english";
