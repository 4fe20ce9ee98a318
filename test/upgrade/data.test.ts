import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bodyOf, listPath, memoriesOf, pathOf } from "../support/acts/memories.js";
import type { Memory, MemoryDetail, MemoryPage, Recalled } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { startService, until } from "../support/service/service.js";

const FIXTURE = new URL("./data/cf82f9c/", import.meta.url);

interface Made {
  readonly body: Readonly<Record<string, unknown>>;
  readonly memory: Memory;
}

interface Expected extends Record<string, unknown> {
  readonly key: { readonly key: string };
  readonly receipt: { readonly id: string };
  readonly listed: Readonly<
    Record<string, readonly Pick<Memory, "id" | "version" | "content" | "seen_count">[]>
  >;
}

const expected = JSON.parse(readFileSync(new URL("expected.json", FIXTURE), "utf8")) as Expected;
const made = (name: string): Made => expected[name] as Made;

const dir = mkdtempSync(join(tmpdir(), "mneme-upgrade-"));
copyFileSync(new URL("dump.rdb", FIXTURE), join(dir, "dump.rdb"));
const redis = await startRedis({ dir });
const service = await startService({
  REDIS_URL: redis.url,
  MNEME_KEY_PREFIX: "mneme",
  MNEME_EMBEDDER: "local",
  MNEME_SESSION_TTL_SECONDS: "315360000",
});
afterAll(async () => {
  await service.stop();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

const headers = { authorization: `Bearer ${expected.key.key}` };
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  service.send(method, path, body, { headers });
const ns = "old.team";

async function upgraded(): Promise<void> {
  await until(
    () => service.send("GET", "/readyz"),
    ({ body }) => (body as { upgrade: { status: string } }).upgrade.status === "ok",
  );
}

describe("a store that commit cf82f9c wrote", () => {
  test("lists every memory as it was", async () => {
    // Redis fills a new index beside its work: until then a list may miss records, and readiness says so.
    await until(
      () => service.send("GET", "/readyz"),
      ({ body }) => (body as { index: { status: string } }).index.status === "ok",
    );
    for (const [namespace, memories] of Object.entries(expected.listed)) {
      const page = bodyOf<MemoryPage>(await send("GET", listPath(namespace, { limit: 100 })), 200);
      expect(page.memories).toMatchObject(memories);
    }
  });

  test("finds memories by their words and by their meaning", async () => {
    for (const query of ["CX-7742-B", "allergic nuts", "Which city is Ana's home?"]) {
      const found = bodyOf<Recalled>(
        await send("POST", "/v1/recall", { namespaces: [ns], query, receipt: false }),
        200,
      );
      expect(found.hits.length).toBeGreaterThan(0);
    }
    const exact = bodyOf<Recalled>(
      await send("POST", "/v1/recall", { namespaces: [ns], query: "CX-7742-B", receipt: false }),
      200,
    );
    expect(exact.hits[0]?.memory.id).toBe(made("episodic").memory.id);
  });

  const same = [
    "semantic",
    "plain",
    "valid",
    "nested",
    "episodic",
    "turn",
    "procedural",
    "fact",
    "factWords",
    "factDated",
    "city1",
    "city2",
    "revised",
    "derived",
    "published",
  ];
  // Before and after the background upgrade has come to them.
  for (const round of [1, 2]) {
    test.for(same)(`takes %s that is told again for the same memory, round ${round}`, async (name) => {
      if (round === 2) await upgraded();
      const { body, memory } = made(name);
      const again = bodyOf<Memory>(await send("POST", memoriesOf(ns), body), 200);
      expect(again).toMatchObject({ id: memory.id, content: memory.content });
    });

    test.for(["interaction", "interactionDated"])(
      `takes %s that is told again for the same memory, round ${round}`,
      async (name) => {
        if (round === 2) await upgraded();
        const { body, memory } = made(name);
        const again = bodyOf<Memory>(await send("POST", `/v1/namespaces/${ns}/interactions`, body), 200);
        expect(again.id).toBe(memory.id);
      },
    );
  }

  test("revises a memory and keeps its versions", async () => {
    await upgraded();
    const { memory } = made("revised");
    const next = bodyOf<Memory>(
      await send("PATCH", pathOf(memory), { content: "The meeting is on Wednesday." }),
      200,
    );
    expect(next.version).toBe(memory.version + 1);
    const versions = bodyOf<{ versions: MemoryDetail[] }>(
      await send("GET", `${pathOf(memory)}/versions`),
      200,
    );
    expect(versions.versions.map(({ content }) => content)).toEqual([
      "The meeting is on Wednesday.",
      "The meeting is on Tuesday.",
      "The meeting is on Tuesday.",
      "The meeting is on Monday.",
    ]);
  });

  test("reads items, state, sessions, receipts, entities and the audit trail", async () => {
    expect((await send("GET", `/v1/namespaces/${ns}/items/rules%2F1`)).body).toMatchObject({
      id: made("item").memory.id,
    });
    expect((await send("GET", `/v1/namespaces/${ns}/state/stock`)).body).toMatchObject({
      value: { nails: 3, price: 1.25 },
    });
    const messages = await send("GET", `/v1/namespaces/${ns}/sessions/chat-1/messages?limit=10`);
    expect((messages.body as { messages: unknown[] }).messages).toHaveLength(2);
    expect((await send("GET", `/v1/receipts/${expected.receipt.id}`)).status).toBe(200);
    const facts = await send("GET", `/v1/namespaces/${ns}/entities/Ana`);
    expect(JSON.stringify(facts.body)).toContain("Lisbon");
    expect((await send("GET", `/v1/audit?namespace=${ns}`)).status).toBe(200);
  });

  test("carries a revision to the copy that was published", async () => {
    const { memory } = made("published");
    bodyOf(await send("PATCH", pathOf(memory), { content: "The canteen serves stew on Fridays." }), 200);
    const copy = await until(
      () => send("GET", pathOf({ namespace: "old.shared", id: memory.id })),
      ({ body }) => (body as Memory).content.includes("stew"),
    );
    expect(copy.status).toBe(200);
  });
});
