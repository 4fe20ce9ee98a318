import { expect, test } from "vitest";
import type { MemoryDocument } from "../../src/redis/codec/document.js";
import { RECORD_SCHEMAS } from "../../src/redis/migrations/record-schemas.js";
import { PRESENT, changeOf } from "../../src/redis/migrations/upgrade-record.js";

/** Only the step that this is about, and of a stored document only what that looks at. */
const target = { ...PRESENT, schemas: RECORD_SCHEMAS.filter(({ number }) => number === 2) };

const documentOf = (status: string) =>
  ({
    memory: {
      content: "x",
      memory_type: "semantic",
      recorded_at: 7,
      metadata: "{}",
      embedding: { status, model: null },
    },
    index: { terms: PRESENT.terms },
  }) as unknown as MemoryDocument;

test("a memory of an older release that its provider refused becomes due, others don't", () => {
  const indexOf = (status: string, version?: number): unknown =>
    changeOf({ id: "x", version, document: documentOf(status) }, target)?.index;
  expect(indexOf("refused")).toMatchObject({ embed_at: 7 });
  expect(indexOf("complete")).not.toHaveProperty("embed_at");
  expect(indexOf("refused", 1)).not.toHaveProperty("embed_at");
});
