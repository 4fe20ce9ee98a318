import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeKey,
  decodeLabel,
  decodeNamespace,
  encodeKey,
  encodeLabel,
  encodeNamespace,
} from "../src/store/names.js";
import { anyCharacter } from "../../test/support/any-character.js";

const anyText = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: "grapheme" }),
  // Half a surrogate pair, alone and beside others.
  fc
    .array(fc.integer({ min: 0xd7ff, max: 0xe000 }), { maxLength: 4 })
    .map((units) => String.fromCharCode(...units)),
  fc.string({ unit: fc.constantFrom("-", "_", "u", "4", "0", "a", "~", ".", "*") }),
);

describe("a label", () => {
  it("is encoded as a label of mneme, and decoded as it was", () => {
    fc.assert(
      fc.property(anyText, (label) => {
        const encoded = encodeLabel(label);
        expect(encoded).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeLabel(encoded)).toBe(label);
      }),
      { numRuns: 5000 },
    );
  });

  it("is never encoded as another one is", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(encodeLabel(one) === encodeLabel(other)).toBe(one === other);
      }),
      { numRuns: 5000 },
    );
  });

  it("that is plain stays as it is; others remain readable", () => {
    for (const plain of ["users", "A-b_9", "-", "_", "a--b"]) expect(encodeLabel(plain)).toBe(plain);
    expect(encodeLabel("user@x")).toBe("--user_40x");
    expect(encodeLabel("--x")).toBe("----x");
    expect(encodeLabel("")).toBe("--");
    expect(encodeLabel("*")).toBe("--_2a");
  });

  it("of mneme that no label is encoded as isn't decoded", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^--[A-Za-z0-9_-]{0,12}$/), (encoded) => {
        const label = decodeLabel(encoded);
        if (label !== undefined) expect(encodeLabel(label)).toBe(encoded);
      }),
      { numRuns: 5000 },
    );
    for (const none of ["--_zz", "--_ff", "--_4", "--plain_41", "--plain"]) {
      const label = decodeLabel(none);
      expect(label === undefined || encodeLabel(label) === none).toBe(true);
    }
    expect(decodeLabel("--plain")).toBeUndefined();
  });
});

describe("a namespace", () => {
  it("comes back from below any root, and from no other", () => {
    const labels = fc.array(anyText, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(labels, labels, (one, other) => {
        for (const root of [[], ["acme"], ["acme", "store"]]) {
          expect(decodeNamespace(root, encodeNamespace(root, one))).toEqual(one);
          expect(encodeNamespace(root, one) === encodeNamespace(root, other)).toBe(
            JSON.stringify(one) === JSON.stringify(other),
          );
        }
        expect(decodeNamespace(["acme"], encodeNamespace(["acmes"], one))).toBeUndefined();
      }),
    );
  });
});

describe("a key", () => {
  it("is one that a URL can name, and comes back", () => {
    const keys = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom("~", ".", "%", "2", "e", "/") }),
    );
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const encoded = encodeKey(one);
        expect(["", ".", ".."]).not.toContain(encoded);
        const { pathname } = new URL(`http://x/items/${encodeURIComponent(encoded)}`);
        expect(decodeURIComponent(pathname.slice("/items/".length))).toBe(encoded);
        expect(decodeKey(encoded)).toBe(one);
        expect(encodeKey(one) === encodeKey(other)).toBe(one === other);
      }),
      { numRuns: 5000 },
    );
  });

  it("with half a surrogate pair is refused", () => {
    expect(() => encodeKey("a\ud800")).toThrow(TypeError);
  });
});
