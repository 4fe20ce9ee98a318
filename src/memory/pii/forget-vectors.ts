import { EmbeddingUnavailable } from "../../embeddings/embedder.js";
import type { EmbeddedText, Embedder } from "../../embeddings/embedder.js";
import { askedBy, embeddedIn, passagesOf } from "../embedding/embed.js";
import type { Receipt } from "../ports/receipts.js";
import type { Rewritable, Rewritten } from "../ports/rewriting.js";

/** Cached vectors are kept by a hash of their text, which can be guessed by it: these forget them. */

/** Those of a query that a receipt holds. */
export async function forgetQuery(
  embedder: Embedder | undefined,
  { request, key_id }: Receipt,
): Promise<void> {
  const scope = askedBy({ actor: { keyId: key_id } });
  await forget(embedder, [{ kind: "query", scope, text: request.query }]);
}

/**
 * Gives what forgets those of a stored memory's passages that it loses. Those that a key which may not read has cached
 * are its own, and end by themselves: nothing says which key wrote it.
 */
export async function passagesOfStored(
  embedder: Embedder | undefined,
  { memory, preceding = "", versions }: Rewritable,
  rewritten: Rewritten,
): Promise<() => Promise<void>> {
  const scope = embeddedIn(memory.namespace);
  const contents = [
    ...(memory.content === rewritten.memory.content && preceding === (rewritten.preceding ?? "")
      ? []
      : [memory.content]),
    ...versions.flatMap(({ memory: { content } }, at) =>
      (rewritten.versions[at]?.content ?? content) === content ? [] : [content],
    ),
  ];
  const texts: EmbeddedText[] = [];
  for (const each of modelsOf(embedder)) {
    for (const content of new Set(contents)) {
      // The vector of a caller's own has no context.
      for (const context of new Set(["", preceding])) {
        const passages = await unlessAway(() => passagesOf(each, { content, context }));
        texts.push(...passages.map((text) => ({ kind: "passage" as const, scope, text })));
      }
    }
  }
  return () => forget(embedder, texts);
}

async function forget(embedder: Embedder | undefined, texts: readonly EmbeddedText[]): Promise<void> {
  if (texts.length === 0) return;
  for (const each of modelsOf(embedder)) await each.forget?.(texts);
}

const modelsOf = (embedder: Embedder | undefined): Embedder[] =>
  embedder === undefined ? [] : [embedder, ...(embedder.also === undefined ? [] : [embedder.also])];

/** Without its model, nothing says how it cuts a text: what is cached ends by itself. */
async function unlessAway(passages: () => Promise<string[]>): Promise<string[]> {
  try {
    return await passages();
  } catch (error) {
    if (error instanceof EmbeddingUnavailable) return [];
    throw error;
  }
}
