import type { Publication } from "../../memory/model/record.js";
import type { PendingPublications } from "../../memory/ports/publications.js";
import { parseStored } from "./document.js";
import type { MemoryDocument, StoredRemains } from "./document.js";
import { decodePublished, detailOf } from "./decode.js";

/** A JSON merge patch that notes a publication, and when a sweep should look for it. */
export function encodePublication({ namespace, ...note }: Publication, carryBy: number): string {
  return JSON.stringify({ published: { [namespace]: note }, index: { publish_at: carryBy } });
}

/** Reads what `JSON.GET key $` returns of a memory, or of what is left of it. */
export function decodePublications(
  ref: { readonly namespace: string; readonly id: string },
  json: string,
): PendingPublications {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  if ("memory" in document) {
    const memory = detailOf(document.memory, document.raw, document.published);
    return { ...ref, memory, deletedAt: null, publications: memory.publications };
  }
  const publications = decodePublished(document.published);
  return { ...ref, memory: undefined, deletedAt: document.deleted_at, publications };
}
