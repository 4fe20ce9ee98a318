import { expect, test } from "vitest";
import { newNamespace, recall, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

/** Room for what the service needs, not for what is kept of these recalls if long names count as short ones do. */
const HEAP_MB = 96;
const service = await useService({
  MNEME_EMBEDDER: "none",
  NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
});

test("recalls with ever new long names and words don't fill the memory of the process", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The lighthouse keeper has a spare key." });
  for (let round = 0; round < 160; round++) {
    const namespaces = Array.from({ length: 32 }, (_, index) => `r${round}n${index}.${"a".repeat(240)}`);
    const query = Array.from({ length: 48 }, (_, index) => `unheard${round}of${index}`).join(" ");
    await recall(service, { query, namespaces, mode: "keyword" });
  }
  const { hits } = await recall(service, { query: "lighthouse", namespaces: [namespace], mode: "keyword" });
  expect(hits).toHaveLength(1);
});
