import { describe, expect, inject, onTestFinished, test } from "vitest";
import { tokenCounter } from "../../../src/domain/tokens.js";
import { sessionFacet } from "../../../src/memory/model/facets.js";
import { consolidate } from "../../support/acts/consolidations.js";
import { bodyOf, newNamespace, postBatch, read, recall, remember } from "../../support/acts/memories.js";
import type { Json, Memory, Recalled } from "../../support/acts/memories.js";
import { connectHttp } from "../../support/mcp-clients.js";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import { startRedisRecorder } from "../../support/redis/tap.js";
import { startService } from "../../support/service/service.js";

const { service } = await useFakeEmbedder(64);

const TALK = [
  "Good morning, how was the weekend?",
  "We went sailing.",
  "Where did you go?",
  "To the walrus island, with Anna.",
  "Was it cold?",
  "Very. We drank tea all day.",
  "And what comes next?",
];

async function talk(
  namespace: string,
  session: string,
  more: (at: number) => Json = () => ({}),
): Promise<Memory[]> {
  const turns: Memory[] = [];
  for (const [at, content] of TALK.entries()) {
    const body = { memory_type: "episodic", session_id: session, content, ...more(at) };
    turns.push(await remember(service, namespace, body));
    // Other talk in between, as in a busy namespace.
    await remember(service, namespace, {
      memory_type: "episodic",
      session_id: `${session}-2`,
      content: `Noise ${at}`,
    });
  }
  return turns;
}

const ask = (namespace: string, more: Json = {}): Json => ({
  query: "walrus",
  namespaces: [namespace],
  mode: "keyword",
  context_turns: 2,
  // A turn is found by the end of the one before it, too.
  limit: 1,
  ...more,
});

const beside = ({ hits }: Recalled) =>
  hits.map(({ turns = [] }) => turns.map(({ offset, memory }) => [offset, memory.content]));

describe("turns beside a hit", () => {
  test("ride along in their order, and the receipt says so", async () => {
    const namespace = newNamespace();
    const turns = await talk(namespace, "s");
    const found = await recall(service, ask(namespace));
    expect(beside(found)).toEqual([
      [
        [-2, TALK[1]],
        [-1, TALK[2]],
        [1, TALK[4]],
        [2, TALK[5]],
      ],
    ]);
    expect(beside(await recall(service, ask(namespace, { context_turns: 0 })))).toEqual([[]]);
    const receipt = bodyOf<{ context_turns: number; hits: Json[] }>(
      await service.send("GET", `/v1/receipts/${found.receipt_id}`),
      200,
    );
    expect(receipt.context_turns).toBe(2);
    expect(receipt.hits[0]?.["turns"]).toEqual(
      [-2, -1, 1, 2].map((offset) => ({ id: turns[3 + offset]?.id, version: 1, offset })),
    );
    const refused = await service.send("POST", "/v1/recall", ask(namespace, { context_turns: 4 }));
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: "context_turns" }] } });
  });

  test("aren't repeated, and a hit isn't a turn beside another one", async () => {
    const namespace = newNamespace();
    await talk(namespace, "s");
    const found = await recall(service, ask(namespace, { query: "walrus cold sailing", limit: 10 }));
    expect(found.hits.length).toBeGreaterThan(2);
    const shown = [
      ...found.hits.map(({ memory }) => memory.content),
      ...beside(found)
        .flat()
        .map(([, text]) => text),
    ];
    expect(new Set(shown).size).toBe(shown.length);
  });

  test("obey the filter, trust, quarantine, expiry and deletion as hits do", async () => {
    const namespace = newNamespace();
    const turns = await talk(namespace, "s", (at) => ({
      ...(at === 3 || at === 5 ? { tags: ["open"] } : {}),
      ...(at === 4 ? { trust_score: 0.1 } : {}),
      ...(at === 2 ? { ttl_seconds: 1 } : {}),
    }));
    expect(beside(await recall(service, ask(namespace, { filter: { tags: ["open"] } })))).toEqual([
      [[2, TALK[5]]],
    ]);
    const trusted = await recall(service, ask(namespace, { min_trust: 0.3 }));
    expect(beside(trusted).flat()).not.toContainEqual([1, TALK[4]]);
    await service.send("DELETE", `/v1/namespaces/${namespace}/memories/${turns[1]?.id}`);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const later = await recall(service, ask(namespace));
    const texts = beside(later)
      .flat()
      .map(([, text]) => text);
    expect(texts).not.toContain(TALK[1]);
    expect(texts).not.toContain(TALK[2]);
    expect(texts).toContain(TALK[4]);
  });

  test("get what the hits leave of a budget", async () => {
    const namespace = newNamespace();
    await talk(namespace, "s");
    const counter = await tokenCounter();
    for (const budget_tokens of [16, 20, 25, 100]) {
      const found = await recall(service, ask(namespace, { budget_tokens }));
      const taken = [
        ...found.hits.map(({ memory }) => memory.content),
        ...beside(found)
          .flat()
          .map(([, text]) => text),
      ];
      const sum = taken.reduce<number>((all, text) => all + counter.count(String(text)), 0);
      expect(sum).toBe(found.tokens);
      expect(sum).toBeLessThanOrEqual(budget_tokens);
      expect(beside(found).flat().length).toBe({ 16: 1, 20: 2, 25: 3, 100: 4 }[budget_tokens]);
    }
    const tight = await recall(service, ask(namespace, { budget_tokens: 16 }));
    expect(tight.hits[0]?.memory.content).toBe(TALK[3]);
  });

  test("come with contexts and to MCP clients", async () => {
    const namespace = newNamespace();
    const turns = await talk(namespace, "s");
    const context = await service.send(
      "GET",
      `/v1/namespaces/${namespace}/sessions/new/context?query=walrus&context_turns=1&limit=1`,
    );
    const { pieces } = context.body as { pieces: Json[] };
    expect(pieces.slice(0, 3)).toMatchObject([
      { kind: "memory", id: turns[3]?.id },
      { kind: "turn", id: turns[2]?.id, around: turns[3]?.id, offset: -1 },
      { kind: "turn", id: turns[4]?.id, around: turns[3]?.id, offset: 1 },
    ]);
    const client = await connectHttp({ url: service.url, namespace });
    const called = await client.call("recall", { query: "walrus", context_turns: 1, limit: 1 });
    await client.close();
    expect(called.data["memories"]).toMatchObject([
      {
        id: turns[3]?.id,
        turns: [
          { offset: -1, content: TALK[2] },
          { offset: 1, content: TALK[4] },
        ],
      },
    ]);
  });

  test("take one search a side, wherever in a large namespace their session ends", async () => {
    const recorder = await startRedisRecorder(inject("redisUrl"));
    onTestFinished(() => recorder.stop());
    const own = await startService({ REDIS_URL: recorder.url, MNEME_EMBEDDER: "none" });
    onTestFinished(async () => void (await own.stop()));
    const namespace = newNamespace();
    const others = (word: string) =>
      Array.from({ length: 400 }, (_, at) => ({ memory_type: "semantic", content: `${word} ${at}` }));
    const stored = await postBatch(own, namespace, others("Before"));
    expect(stored.every(({ status }) => status === 201)).toBe(true);
    for (const content of ["A seal?", "No, a walrus."])
      await remember(own, namespace, { memory_type: "episodic", session_id: "s", content });
    await postBatch(own, namespace, others("Afterwards"));
    const searches = () =>
      recorder.trips
        .join("")
        .split("FT.SEARCH")
        .filter((each) => each.includes(sessionFacet("s"))).length;
    const before = searches();
    const found = await recall(own, ask(namespace, { context_turns: 3 }));
    expect(beside(found)).toEqual([[[-1, "A seal?"]]]);
    expect(searches() - before).toBe(2);
  });

  test("are shown where a summary has superseded them, and not where they were ended", async () => {
    const own = await startService({ MNEME_EMBEDDER: "none" });
    onTestFinished(async () => void (await own.stop()));
    const namespace = newNamespace();
    const said: Memory[] = [];
    const say = async (content: string): Promise<void> => {
      const body = { memory_type: "episodic", session_id: "s", timestamp: "2024-03-01T10:00:00Z", content };
      said.push(await remember(own, namespace, body));
    };
    await say("Ann: Good morning.");
    await say("Ann: The irrigation pump of the greenhouse leaks.");
    await say("Ann: A new irrigation pump for the greenhouse is ordered.");
    await say("Ann: The irrigation pump of the greenhouse is installed.");
    await consolidate(own, namespace, { steps: ["summarise"] });
    const states = await Promise.all(said.map((memory) => read(own, memory)));
    const hidden = states.flatMap(({ superseded_by }, at) => (superseded_by === null ? [] : [at]));
    expect(hidden).toContain(3);
    await say("Ann: The walrus sleeps.");
    const near = await recall(own, ask(namespace, { context_turns: 3 }));
    expect(near.hits.map(({ memory }) => memory.id)).toEqual([said[4]?.id]);
    expect(beside(near)).toEqual([[1, 2, 3].map((at) => [at - 4, said[at]?.content])]);
    expect(near.hits[0]?.turns?.map(({ memory }) => memory.superseded_by)).toEqual(
      states.slice(1).map(({ superseded_by }) => superseded_by),
    );
    // What is no longer recalled at all isn't shown here either.
    await say("Ann: It rains.");
    expect(beside(await recall(own, ask(namespace, { context_turns: 1 })))).toEqual([
      [
        [-1, said[3]?.content],
        [1, said[5]?.content],
      ],
    ]);
    await consolidate(own, namespace, { steps: ["expire"], unread_seconds: 0 });
    expect((await read(own, said[5] as Memory)).superseded_at).not.toBeNull();
    expect(beside(await recall(own, ask(namespace, { context_turns: 1 })))).toEqual([
      [[-1, said[3]?.content]],
    ]);
  });
});
