import fc from "fast-check";
import { expect, test } from "vitest";
import { ulid } from "ulid";
import { AUDIT_VERBS } from "../../../src/access/trail.js";
import { createTrailEncoder } from "../../../src/redis/audit/encode-trail.js";
import { packText, unpackText } from "../../../src/redis/codec/packed-text.js";
import { anyCharacter } from "../../support/any-character.js";

const id = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((time) => ulid(time));
const name = fc.oneof(fc.string({ unit: anyCharacter }), id, fc.uuid());
const trail = fc.record(
  {
    agent: name,
    keyId: fc.option(id),
    verb: fc.constantFrom(...AUDIT_VERBS),
    requestId: fc.oneof(fc.uuid(), name),
    ids: fc.array(name),
    other: name,
  },
  { requiredKeys: ["agent", "keyId", "verb", "requestId"] },
);

test("an entry is packed as its whole text is, whatever was packed before it", () => {
  const encode = createTrailEncoder();
  fc.assert(
    fc.property(trail, (each) => {
      const { agent, keyId, verb, requestId, ids, other } = each;
      const { entry, packed } = encode(each);
      expect(JSON.parse(`${entry}}`)).toEqual({
        a: agent,
        ...(keyId === null ? {} : { k: keyId }),
        v: verb,
        r: requestId,
        ...(other === undefined ? {} : { n: other }),
        ...(ids === undefined || ids.length === 0 ? {} : { i: ids }),
      });
      expect(packed.equals(packText(entry))).toBe(true);
      expect(unpackText(packed)).toBe(entry);
    }),
  );
});
