import fc from "fast-check";
import { expect, test } from "vitest";
import { fuseScores, mergeLists } from "../../../src/memory/recall/fusion.js";
import type { Candidate } from "../../../src/memory/ports/search.js";
import { nameOf } from "../../../src/memory/model/original.js";
import { createRefMap } from "../../../src/memory/model/ref-map.js";

const candidate: fc.Arbitrary<Candidate> = fc.record({
  namespace: fc.constantFrom("a", "b", "a.b"),
  id: fc.constantFrom("1", "2", "3", "4", "5"),
  score: fc.constantFrom(0.25, 0.5, 0.75, 1),
  prior: fc.constantFrom(0.5, 1),
});
const list = fc.uniqueArray(candidate, { selector: nameOf, maxLength: 12 });

test("one list without copies is merged as any list is", () => {
  fc.assert(
    fc.property(list, list, (keyword, vector) => {
      const ranked = fuseScores({ keyword, vector });
      const short = mergeLists([{ name: "all", ranked }], nameOf);
      const long = mergeLists([{ name: "all", ranked }], (ref) => nameOf(ref));
      const said = (found: typeof short) =>
        found.map(({ score, fused, refs, places }) => ({ score, fused, places, refs: refs.map(nameOf) }));
      expect(said(short)).toEqual(said(long));
    }),
  );
});

test("a map by memory tells apart what has one id in several namespaces", () => {
  fc.assert(
    fc.property(fc.array(candidate), (candidates) => {
      const map = createRefMap<number>();
      const plain = new Map<string, number>();
      for (const [place, ref] of candidates.entries()) {
        expect(map.get(ref)).toBe(plain.get(nameOf(ref)));
        map.set(ref, place);
        plain.set(nameOf(ref), place);
        expect(map.get(ref)).toBe(place);
      }
    }),
  );
});
