import fc from "fast-check";
import { expect, test } from "vitest";
import { indexIdf } from "../../../src/redis/search/idf.js";
import { scalesOf } from "../../../src/redis/search/statistics.js";

test("a word weighs the same on each node as on all together, however it is spread", () => {
  const node = fc
    .integer({ min: 1, max: 100_000 })
    .chain((records) =>
      fc.record({ records: fc.constant(records), postings: fc.integer({ min: 1, max: records }) }),
    );
  fc.assert(
    fc.property(fc.array(node, { minLength: 2, maxLength: 6 }), (nodes) => {
      const parts = nodes.map(({ records }) => records);
      const postings = nodes.map((each) => each.postings);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
      const weight = indexIdf({ records: sum(parts), postings: sum(postings) });
      for (const [index, scale] of scalesOf({ count: sum(parts), parts }, [postings]).entries()) {
        const own = indexIdf({ records: parts[index] ?? 0, postings: postings[index] ?? 0 });
        expect(own * scale).toBeCloseTo(weight, 9);
      }
    }),
  );
});

test("one node needs no scale, and a node without the words keeps its scores", () => {
  expect(scalesOf({ count: 10, parts: [10] }, [[3]])).toEqual([]);
  expect(scalesOf({ count: 30, parts: [10, 20] }, [[0, 5]])[0]).toBe(1);
});
