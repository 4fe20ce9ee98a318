import fc from "fast-check";
import { expect, test } from "vitest";
import { damping, indexIdf } from "../../../src/redis/search/idf.js";
import { contents, newNamespace, pathOf, recall, remember, bodyOf } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService();

// RediSearch keeps the postings of what was changed, so that words which all memories hold have more of them than there
// are memories; their IDF is then 40 instead of 0.
test("words that all memories hold don't hide the rare one, however often they were changed", async () => {
  const namespace = newNamespace();
  const memories: Memory[] = [];
  for (let index = 0; index < 40; index++) {
    const content = `shipment report punctual item${index}`;
    memories.push(await remember(service, namespace, { content }));
  }
  // Says two of the words side by side.
  await remember(service, namespace, { content: "the report of the shipment: shipment report item100" });
  const find = async (query: string): Promise<string[]> =>
    contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));

  for (let round = 1; round <= 4; round++) {
    for (const memory of memories) {
      const patch = { metadata: { round } };
      bodyOf<Memory>(await service.send("PATCH", pathOf(memory), patch), 200);
    }
    expect((await find("shipment report item7"))[0]).toBe("shipment report punctual item7");
    expect((await find("report item13 shipment"))[0]).toBe("shipment report punctual item13");
    expect(await find("shipment report")).toHaveLength(10);
  }
});

test("damping leaves what is right as it is, and lets nothing count for more than it would", () => {
  const word = fc.record({ records: fc.integer({ min: 1, max: 1e7 }), postings: fc.nat(1e7) });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const weight = damping(words);
      const broken = words.filter(({ records, postings }) => postings > records);
      if (broken.length === 0) expect(weight).toBe(1);
      const sum = (list: typeof words) => list.reduce((total, each) => total + indexIdf(each), 0);
      const right = sum(words.filter((each) => !broken.includes(each)));
      expect(weight * sum(words)).toBeCloseTo(right + broken.length * Math.log(1.25), 6);
    }),
  );
});
