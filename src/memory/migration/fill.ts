import { EmbeddingRefused } from "../../embeddings/embedder.js";
import type { Embedder } from "../../embeddings/embedder.js";
import { embedWith } from "../embedding/embed-with.js";
import { withContext } from "../embedding/preceding.js";
import type { EmbeddingProgress } from "../ports/embedding.js";
import type { StoredText } from "../ports/migration.js";
import type { MigrationServices } from "./services.js";

/** Whether it needs vectors of this model. An old version that has none of the former doesn't: it never had any. */
export function needs({ content, embedding, also, old }: StoredText, model: string): boolean {
  if (content === "" || embedding.model === model || also === model) return false;
  return !old || embedding.model !== null;
}

/** Gives them vectors of another model; says how many the provider took. Rejects where it doesn't answer. */
export async function fill(
  { store }: Pick<MigrationServices, "store">,
  embedder: Embedder,
  texts: readonly StoredText[],
): Promise<number> {
  const outcomes = await embedTogether(embedder, texts);
  await Promise.all(
    texts.map(async ({ namespace, id, version, old, context, content }, index) => {
      const outcome = outcomes[index];
      const ref = { namespace, id };
      await store.attachVectors({ ref, version, old, context, content, outcome, embedAt: "keep" });
    }),
  );
  return outcomes.filter(({ status }) => status === "complete").length;
}

type Outcome = NonNullable<EmbeddingProgress["outcome"]>;

/** In one call; each by itself if the provider refuses some of it. */
async function embedTogether(embedder: Embedder, texts: readonly StoredText[]): Promise<Outcome[]> {
  const passages = await Promise.all(
    texts.map(async ({ content, context, ownVector }) => {
      const [first = content, ...rest] = await embedder.passages(content);
      return [withContext(first, ownVector ? "" : context), ...rest];
    }),
  );
  try {
    const vectors = await embedder.embedPassages(passages.flat());
    let next = 0;
    return passages.map(({ length }) => ({
      model: embedder.model.id,
      status: "complete",
      vectors: vectors.slice(next, (next += length)),
    }));
  } catch (error) {
    if (!(error instanceof EmbeddingRefused)) throw error;
    return Promise.all(texts.map((text) => embedWith(embedder, text)));
  }
}
