import fc from "fast-check";
import { expect, test } from "vitest";
import { ulid } from "ulid";
import {
  bytesOfUlid,
  bytesOfUlids,
  packText,
  ulidOf,
  unpackText,
} from "../../../src/redis/codec/packed-text.js";
import { anyCharacter } from "../../support/any-character.js";

const HIGHEST = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
const id = fc.oneof(
  fc.constantFrom(HIGHEST, "0".repeat(26), "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01I0000000000000000000000L"),
  fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((time) => ulid(time)),
  fc.uuid(),
);
const name = fc.oneof(fc.string({ unit: anyCharacter }), id);

test("an entry of the audit trail unpacks to its very text, whatever names it holds", () => {
  const entry = fc.record({ a: name, k: id, v: fc.constantFrom("recall", "read", "x"), r: name, n: name });
  fc.assert(
    fc.property(entry, fc.array(name), (fields, ids) => {
      const text = `${JSON.stringify(fields).slice(0, -1)},"o":"ok","i":${JSON.stringify(ids)}}`;
      expect(unpackText(packText(text))).toBe(text);
    }),
  );
});

test("text without a control character unpacks to itself, as entries of earlier releases do", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(unpackText(Buffer.from(text))).toBe(Buffer.from(text).toString());
    }),
  );
});

test("a ULID takes 16 bytes, and comes back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (time) => {
      const made = ulid(time);
      expect(bytesOfUlid(made)).toHaveLength(16);
      expect(ulidOf(bytesOfUlid(made))).toBe(made);
    }),
  );
  expect(ulidOf(bytesOfUlid(HIGHEST))).toBe(HIGHEST);
});

test("ULIDs are packed one after the other, or not at all if one of the ids is another kind", () => {
  const ids = [ulid(1), HIGHEST, ulid(2 ** 48 - 1)];
  const packed = bytesOfUlids(ids) ?? Buffer.alloc(0);
  expect(ids.map((_, index) => ulidOf(packed.subarray(16 * index, 16 * index + 16)))).toEqual(ids);
  expect(bytesOfUlids([ulid(1), "8ZZZZZZZZZZZZZZZZZZZZZZZZZ"])).toBeUndefined();
  expect(bytesOfUlids([])).toHaveLength(0);
});

test("bytes that aren't packed text, or were cut off, unpack without an error", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof unpackText(Buffer.from(bytes)) === "string"));
});
