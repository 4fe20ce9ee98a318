import { afterAll, beforeAll, expect, test } from "vitest";
import { withCache } from "../../src/embeddings/with-cache.js";
import { withCoalescing } from "../../src/embeddings/with-coalescing.js";
import { fakeEmbedder, memoryCache } from "../support/embeddings/fakes.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import type { FakeOpenAI } from "../support/embeddings/fake-openai.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { newNamespace, post, recall } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";

let provider: FakeOpenAI;
let service: Service;
let root: Service;
beforeAll(async () => {
  provider = await startFakeOpenAI(8);
  service = await startService({
    MNEME_EMBEDDER: "openai",
    MNEME_EMBEDDING_MODEL: "fake",
    MNEME_EMBEDDING_DIMENSIONS: "8",
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: provider.baseURL,
  });
  root = as(service, (await createKey(service)).key);
});
afterAll(async () => {
  await service.stop();
  await provider.close();
});

/** How often the provider was asked for a text. */
const asked = (text: string): number =>
  provider.requests.flatMap(({ input }) => input).filter((each) => each.includes(text)).length;

const keyIn = async (namespace: string, verbs: readonly string[]): Promise<Service> =>
  as(service, await keyFor(root, namespace, verbs, `agent of ${namespace}`));

test("what one tenant asked is embedded again for another, and only once for itself", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  const [one, other] = [await keyIn(here, ["read"]), await keyIn(there, ["read"])];
  const question = `is the merger of ${here} secret`;
  for (let index = 0; index < 3; index++) await recall(one, { query: question, namespaces: [here] });
  expect(asked(question)).toBe(1);
  await recall(other, { query: question, namespaces: [there] });
  expect(asked(question)).toBe(2);
});

test("what is in a namespace is embedded again for a key that may only write there, and for another namespace", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  const content = `the password of ${here} changed`;
  const write = async (namespace: string, verbs: readonly string[], memory_type: string) =>
    post(await keyIn(namespace, verbs), namespace, { content, memory_type });
  await write(here, ["read", "write"], "semantic");
  expect(asked(content)).toBe(1);
  await write(here, ["write"], "procedural");
  expect(asked(content)).toBe(2);
  await write(there, ["read", "write"], "semantic");
  expect(asked(content)).toBe(3);
  await write(here, ["read", "write"], "semantic");
  expect(asked(content)).toBe(3);
});

test("nothing that one scope waits for, or has kept, makes another scope's answer come sooner", async () => {
  const inner = fakeEmbedder();
  const cache = memoryCache();
  const embedder = withCache(withCoalescing(inner), cache);
  await Promise.all(
    ["a", "b", "a"].map((scope) => embedder.embedPassages(["the same text"], undefined, scope)),
  );
  expect(inner.embedPassages.mock.calls.flatMap(([texts]) => texts)).toEqual([
    "the same text",
    "the same text",
  ]);
  expect(cache.held.size).toBe(2);
  await Promise.all(["a", "b", "a"].map((scope) => embedder.embedQuery("a question", undefined, scope)));
  expect(inner.embedQuery).toHaveBeenCalledTimes(2);
  await embedder.embedQuery("a question", undefined, "b");
  expect(inner.embedQuery).toHaveBeenCalledTimes(2);
});
