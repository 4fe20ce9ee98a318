import { type MemoryDocument, type StoredRemains, parseStored } from "./document.js";
import type { MemoryDetail } from "../../memory/model/record.js";
import { detailOf } from "./decode.js";
import type { JsonObject } from "../../domain/json.js";

/** Reads what `JSON.GET key $` returns; undefined: what is left of a published memory. */
export function readDocument(json: string): MemoryDocument | undefined {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  return "memory" in document ? document : undefined;
}

/** The memory that a document holds. */
export function memoryOf({ memory, raw, published }: MemoryDocument): MemoryDetail {
  return detailOf(memory, raw, published);
}

/** Reads what `JSON.GET key $.memory.metadata` returns; undefined: there is none. */
export function decodeMetadata(json: string): JsonObject | undefined {
  const [text] = parseStored<[string?]>(json);
  return text === undefined ? undefined : parseStored<JsonObject>(text);
}
