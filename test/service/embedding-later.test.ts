import { expect, test } from "vitest";
import { embedded, newNamespace, pathOf, postBatch, recall, remember } from "../support/acts/memories.js";
import { failing, startMoodyProvider, well } from "../support/embeddings/flaky-provider.js";
import { until } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

test("a provider that comes back has embedded everything in the end, also for a process that died", async () => {
  const provider = await startMoodyProvider();
  const first = await provider.serve();
  const second = await provider.serve({ MNEME_KEY_PREFIX: first.prefix });
  provider.mood = failing;
  const namespace = newNamespace();
  const contents = Array.from({ length: 20 }, (_, index) => `to be embedded later ${index}`);
  const results = await postBatch(
    first,
    namespace,
    contents.map((content) => ({ content, memory_type: "semantic" })),
  );
  expect(results.map(({ status }) => status)).toEqual(contents.map(() => 201));
  await first.kill9();
  provider.requests.length = 0;
  provider.mood = well;
  for (const { memory } of nonEmpty(results)) {
    if (memory === undefined) throw new Error("no memory");
    expect((await embedded(second, memory, 150_000)).version).toBe(1);
  }
  for (const content of contents) {
    const { hits, degraded } = await recall(second, {
      query: content,
      namespaces: [namespace],
      mode: "vector",
      limit: 1,
    });
    expect(degraded).toEqual([]);
    expect(hits[0]?.memory.content).toBe(content);
  }
  await until(
    () => second.send("GET", "/readyz"),
    ({ body }) => (body as { embedder: { status: string } }).embedder.status === "ok",
  );
});

test("texts on which the provider fails keep no others from being embedded", async () => {
  const provider = await startMoodyProvider();
  const service = await provider.serve();
  provider.mood = failing;
  const namespace = newNamespace();
  const write = (contents: readonly string[]) =>
    postBatch(
      service,
      namespace,
      contents.map((content) => ({ content, memory_type: "semantic" })),
    );
  await write(["bad 1", "bad 2"]);
  const good = await write(["good 1", "good 2", "good 3", "good 4"]);
  provider.mood = (request, response) =>
    request.input.some((text) => text.includes("bad")) && failing(request, response);
  for (const { memory } of nonEmpty(good)) {
    if (memory === undefined) throw new Error("no memory");
    await embedded(service, memory, 90_000);
  }
});

test("a caller's vector stays when the preceding turn is deleted; the provider's vector is computed again", async () => {
  const provider = await startMoodyProvider();
  const service = await provider.serve();
  const namespace = newNamespace();
  const turn = { memory_type: "episodic", session_id: "s" };
  const embedding = Array.from({ length: 64 }, (_, index) => (index === 7 ? 1 : 0));
  const first = await remember(service, namespace, { ...turn, content: "Where did you go?" });
  await remember(service, namespace, { ...turn, content: "To Lisbon.", embedding });
  const third = await remember(service, namespace, { ...turn, content: "How was it?" });
  await remember(service, namespace, { ...turn, content: "Sunny." });
  expect(provider.asked("To Lisbon.\nHow was it?")).toBe(1);
  await service.send("DELETE", pathOf(first));
  await service.send("DELETE", pathOf(third));
  await until(
    async () => provider.asked("Sunny."),
    (count) => count > 0,
  );
  expect(provider.asked("To Lisbon.")).toBe(0);
  const own = { query: "x", namespaces: [namespace], mode: "vector", embedding, limit: 1 };
  const [hit] = (await recall(service, own)).hits;
  expect(hit?.memory.content).toBe("To Lisbon.");
  expect(hit?.score).toBeCloseTo(1, 2);
});

test("of several processes, one at a time embeds the memories that wait", async () => {
  const provider = await startMoodyProvider();
  const first = await provider.serve();
  const others = await Promise.all([1, 2].map(() => provider.serve({ MNEME_KEY_PREFIX: first.prefix })));
  provider.mood = failing;
  const namespace = newNamespace();
  const contents = Array.from({ length: 30 }, (_, index) => `left over ${index}`);
  const results = await postBatch(
    first,
    namespace,
    contents.map((content) => ({ content, memory_type: "semantic" })),
  );
  let atOnce = 0;
  let most = 0;
  provider.requests.length = 0;
  provider.mood = (_, response) => {
    most = Math.max(most, ++atOnce);
    response.on("close", () => atOnce--);
    return false;
  };
  for (const { memory } of results)
    await embedded(others[0] ?? first, memory ?? { namespace, id: "" }, 150_000);
  expect(most).toBe(1);
  for (const content of contents) expect(provider.asked(content)).toBe(1);
});
