import { afterAll, expect, test } from "vitest";
import { newNamespace, recall, remember } from "../support/acts/memories.js";
import { answer, startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { startService, until } from "../support/service/service.js";

const provider = await startFakeOpenAI(64);
const service = await startService({
  MNEME_EMBEDDER: "openai",
  OPENAI_API_KEY: "test",
  OPENAI_BASE_URL: provider.baseURL,
  MNEME_EMBEDDING_DIMENSIONS: "64",
  MNEME_SEARCHES_MAX: "2",
  MNEME_QUEUE_MS: "300",
});
afterAll(async () => {
  await service.stop();
  await provider.close();
});

test("surplus recalls are refused with a Retry-After, and other requests don't wait for them", async () => {
  const namespace = newNamespace();
  const state = `/v1/namespaces/${namespace}/state/stock`;
  const memory = await remember(service, namespace, { content: "the anchor is in the shed" });
  await service.send("PUT", state, { value: 12 });
  // Questions wait for the provider until the surplus has been refused.
  const held: (() => void)[] = [];
  const hold = (): void =>
    provider.next((request, response) => {
      hold();
      const data = request.input.map((_, index) => ({ index, embedding: Array(64).fill(1) }));
      held.push(() => answer(response, 200, { data }));
      return true;
    });
  hold();
  const ask = (query: string) => service.send("POST", "/v1/recall", { query, namespaces: [namespace] });
  const first = [ask("where is the anchor"), ask("what is in the shed")];
  await until(
    async () => held.length,
    (count) => count > 0,
  );
  const surplus = await Promise.all(["one", "two", "three"].map((query) => ask(`anchor ${query}`)));
  for (const refused of surplus) {
    expect(refused).toMatchObject({ status: 503, body: { code: "overloaded" } });
    expect(refused.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  }
  expect(await service.send("GET", state)).toMatchObject({ status: 200, body: { value: 12 } });
  expect((await service.send("GET", "/readyz")).status).toBe(200);
  const metrics = await service.send("GET", "/metrics");
  expect(metrics.text).toContain('mneme_overloaded_requests_total{lane="search"} 3');
  const release = setInterval(() => held.splice(0).forEach((go) => go()), 20);
  for (const { status } of await Promise.all(first)) expect(status).toBe(200);
  const { hits } = await recall(service, { query: "the anchor", namespaces: [namespace] });
  expect(hits.map((hit) => hit.memory.id)).toEqual([memory.id]);
  clearInterval(release);
});
