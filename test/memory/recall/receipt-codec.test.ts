import fc from "fast-check";
import { expect, test } from "vitest";
import { ulid } from "ulid";
import type { RecallInput } from "../../../src/memory/ports/recall-input.js";
import type { ReceiptHit } from "../../../src/memory/ports/receipts.js";
import { decodeReceipt } from "../../../src/redis/receipts/decode.js";
import { encodeReceipt } from "../../../src/redis/receipts/encode.js";
import type { NewReceipt } from "../../../src/redis/receipts/encode.js";
import { idOfPlace, placeOfId } from "../../../src/redis/receipts/place.js";

const HOME = "acme.support";
const id = fc.integer({ min: 0, max: 2 ** 41 }).map((time) => ulid(time));
const share = fc.integer({ min: 0, max: 10_000 }).map((value) => value / 10_000);
const hit: fc.Arbitrary<ReceiptHit> = fc.record({
  namespace: fc.constantFrom(HOME, "acme.sales"),
  id,
  version: fc.integer({ min: 1, max: 300 }),
  score: fc.double({ min: -10, max: 100, noNaN: true }),
  trust: fc.constantFrom(0.5, 0.25, 1),
  relevance: fc.option(share, { nil: undefined }),
});
const ref = fc.record({ namespace: fc.constantFrom(HOME, "acme.sales"), id });
const turn = fc.record({ id, version: fc.integer({ min: 1, max: 9 }), offset: fc.constantFrom(-3, -1, 2) });
/** With duplicates and turns, or without. */
const full = fc
  .tuple(hit, fc.array(ref, { maxLength: 2 }), fc.array(turn, { maxLength: 2 }))
  .map(([each, also, turns]): ReceiptHit =>
    Object.assign({}, each, also.length > 0 && { also }, turns.length > 0 && { turns }),
  );
/** A reranker orders none of a recall's hits, or the first ones. */
const someHits = fc
  .tuple(fc.array(full, { maxLength: 12 }), fc.nat(12), fc.integer({ min: -1e6, max: 1e6 }))
  .map(([all, reranked, score]) =>
    all.map((each, at) => (at < reranked ? { ...each, rerank: score / 1e3 } : each)),
  );
const request: fc.Arbitrary<RecallInput> = fc.record(
  {
    query: fc.string({ unit: "grapheme" }),
    namespaces: fc.constantFrom([HOME], [HOME, "acme.sales"], ["acme.**"]),
    filter: fc.constantFrom({}, { memory_types: ["semantic" as const] }),
    limit: fc.constantFrom(10, 3),
    mode: fc.constantFrom("hybrid" as const, "vector" as const),
    fusion: fc.constantFrom(
      { method: "auto" as const },
      { method: "rrf" as const, k: 60, weights: { keyword: 1, vector: 1, entities: 1 } },
    ),
    min_trust: share,
    as_of: fc.nat(),
    valid_at: fc.constantFrom("any" as const, 7),
    merge: fc.constant("rrf" as const),
    touch: fc.constant(false),
    duplicates: fc.constantFrom("keep" as const, "group" as const),
    embedding: fc.constant(new Float32Array([0.1, -0.2, 1e-9])),
  },
  { requiredKeys: ["query", "namespaces", "filter", "limit", "mode", "fusion"] },
);
const receipt: fc.Arbitrary<NewReceipt> = fc.record({
  at: fc.integer({ min: 0, max: 2 ** 45 }),
  agent: fc.string({ unit: "grapheme" }),
  key_id: fc.option(id),
  request_id: fc.oneof(fc.uuid(), fc.stringMatching(/^[\w.:-]{1,64}$/)),
  thread_id: fc.option(fc.string({ unit: "grapheme" })),
  checkpoint_id: fc.option(fc.string()),
  request,
  degraded: fc.constantFrom(
    [],
    ["keyword" as const],
    ["vector" as const],
    ["keyword" as const, "rerank" as const],
  ),
  hits: someHits,
});
/** As far as a receipt keeps them. */
const rounded = (hits: readonly ReceiptHit[]) =>
  hits.map((each) => ({ ...each, score: Number(Math.fround(each.score).toPrecision(7)) }));

test("a receipt comes back as it was stored, with scores to seven digits", () => {
  fc.assert(
    fc.property(receipt, (stored) => {
      const decoded = decodeReceipt("ID", HOME, encodeReceipt(stored, HOME, undefined));
      expect(decoded?.entry).toBeUndefined();
      expect(decoded?.with(undefined)).toEqual({ ...stored, id: "ID", hits: rounded(stored.hits) });
    }),
  );
});

test("a receipt takes from the audit trail who asked and which memories were found", () => {
  fc.assert(
    fc.property(receipt, fc.integer({ min: -99, max: 99 }), fc.nat(), (given, late, number) => {
      const hits = given.hits.map((each) => ({ ...each, namespace: HOME }));
      const stored = { ...given, hits };
      const ids = ["first", ...new Set(hits.map((each) => each.id))].toReversed();
      const entry = `${Math.max(0, stored.at + late)}-${number}`;
      const bytes = encodeReceipt(stored, HOME, { namespace: HOME, entry, ids });
      const decoded = decodeReceipt("ID", HOME, bytes);
      expect(decoded?.entry).toBe(entry);
      expect(decoded?.with(undefined)).toBeUndefined();
      const { agent, key_id: keyId, request_id: requestId } = stored;
      const content = { agent, keyId, requestId, verb: "recall", outcome: "ok", ids, other: null };
      expect(decoded?.with(content)).toEqual({ ...stored, id: "ID", hits: rounded(hits) });
    }),
  );
});

test("a receipt's id is a ULID that says where it is", () => {
  const home = fc.stringMatching(/^[0-9a-f]{15}$/);
  fc.assert(
    fc.property(home, fc.integer({ min: 0, max: 2 ** 47 }), fc.nat(2 ** 20 - 1), (hash, time, number) => {
      const place = { home: hash, entry: `${time}-${number}` };
      const made = idOfPlace(place);
      expect(made).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      expect(placeOfId(made)).toEqual(place);
    }),
  );
});
