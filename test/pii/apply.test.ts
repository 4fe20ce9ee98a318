import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { verifyTrail } from "../../scripts/audit-verify/verify-trail.js";
import { createKeys } from "../../src/redis/keys.js";
import { filesHolding, kindsHolding } from "../erasures/support.js";
import { itemPath } from "../support/acts/items.js";
import { append, readMessages, readSession, user } from "../support/acts/sessions.js";
import {
  bodyOf,
  embedded,
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  postBatch,
  read,
  recall,
  remember,
} from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { startRedis } from "../support/redis/start.js";
import { patchSettings, usage } from "../support/service/namespaces.js";
import { startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { applied } from "./support.js";

const dir = mkdtempSync(join(tmpdir(), "mneme-pii-"));
// Compression would hide a text from a search for its bytes.
const redis = await startRedis({ appendonly: true, dir, config: ["rdbcompression no"] });
const provider = await startFakeOpenAI(8);
const settings = {
  REDIS_URL: redis.url,
  MNEME_PII_SECRET: "a secret of the tests, long enough for it",
  MNEME_EMBEDDER: "openai",
  OPENAI_API_KEY: "test",
  OPENAI_BASE_URL: provider.baseURL,
  MNEME_EMBEDDING_DIMENSIONS: "8",
};
const service = await startService(settings);
const client = await connectOnce({ url: redis.url });
afterAll(async () => {
  await service.stop();
  client.destroy();
  await provider.close();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

const EMAIL = "zora.mark@private-mail.example";
const PHONE = "+43 660 8123749";
const CARD = "4539 1488 0343 6467";
const POLICY = { email: "tokenize", phone: "redact", card: "reject", ip: "tag" } as const;
const TOKEN = /\[email:[0-9a-f]{16}\]/;

const apply = (on: Service, namespace: string, dryRun: boolean, limit?: number) =>
  applied(on, namespace, { dryRun, ...(limit === undefined ? {} : { limit }) });

const says = (who: string) => `${who} writes from ${EMAIL}, calls ${PHONE} and pays with ${CARD}.`;

const embeddings = async (): Promise<string[]> =>
  (await client.keys("*")).filter((key) => key.startsWith(createKeys(service.prefix).allEmbeddings()));

/** The same data in everything that a memory can hold, in a session and in a receipt. */
async function sayEverywhere(namespace: string) {
  const session = { session_id: "talk", memory_type: "episodic" };
  const first = await remember(service, namespace, { content: says("Ann"), ...session });
  const second = await remember(service, namespace, { content: "She was asked to wait.", ...session });
  const noted = await remember(service, namespace, {
    content: says("Bob"),
    metadata: { contact: { mail: EMAIL }, [EMAIL]: "owner" },
    tags: [EMAIL, "mine"],
  });
  bodyOf(await service.send("PATCH", pathOf(noted), { content: `Bob moved, says ${EMAIL}` }), 200);
  const exchange = bodyOf<Memory>(
    await service.send(
      "POST",
      `/v1/namespaces/${namespace}/interactions`,
      {
        input: `Mail me: ${EMAIL}`,
        response: "Done.",
        tool_calls: [{ name: "send", arguments: { to: EMAIL, card: CARD } }],
      },
      { headers: { "idempotency-key": "the exchange" } },
    ),
    201,
  );
  const item = bodyOf<Memory>(
    await service.send("PUT", itemPath(namespace, "profile"), { content: says("Item") }),
    201,
  );
  const fact = { subject: EMAIL, predicate: "lives_in", object: "Graz", cardinality: "one" };
  const placed = await remember(service, namespace, { content: undefined, memory_type: "semantic", fact });
  await append(service, namespace, "chat", user(`I am ${EMAIL}`), {
    id: "called",
    role: "assistant",
    content: null,
    tool_calls: [{ id: "1", name: "send", arguments: { to: EMAIL, note: CARD } }],
    metadata: { phone: PHONE },
  });
  await append(service, namespace, "chat", user("And nothing else."));
  await recall(service, { namespaces: [namespace], query: `Who writes from ${EMAIL}?` });
  for (const each of [first, noted]) await embedded(service, each);
  return { first, second, noted, exchange, item, placed };
}

describe("Applying a namespace's settings to what is stored", () => {
  test("leaves no byte of what they replace in Redis, and the rest as it was", async () => {
    const namespace = newNamespace();
    const elsewhere = newNamespace();
    await embedded(service, await remember(service, elsewhere, { content: "Tea is ready." }));
    await recall(service, { namespaces: [elsewhere], query: "Is there tea?" });
    // With those by which the scale of the model is known.
    const others = await embeddings();
    expect(others).not.toEqual([]);
    const said = await sayEverywhere(namespace);
    const holding = await kindsHolding(redis.url, EMAIL);
    for (const kind of ["entities", "entity-names", "old", "rec", "session-messages"])
      expect(holding).toContain(kind);
    const cached = (await embeddings()).filter((key) => !others.includes(key));
    expect(cached).not.toEqual([]);
    const none = await service.send("POST", `/v1/namespaces/${namespace}/pii/apply`, {});
    expect(none).toMatchObject({ status: 400, body: { errors: [{ field: "pii" }] } });
    bodyOf(await patchSettings(service, namespace, { pii: POLICY }), 200);

    const before = await listAll(service, namespace);
    const dry = await apply(service, namespace, true);
    expect(dry).toMatchObject({ sessions: 1, receipts: 1 });
    expect(dry.rewritten).toHaveLength(6);
    expect(await listAll(service, namespace)).toEqual(before);
    const done = await apply(service, namespace, false, 2);
    expect(done).toMatchObject({ examined: 6, counts: dry.counts, failed: [], sessions: 1, receipts: 1 });
    // Those of the new texts may be there already.
    const left = await embeddings();
    expect(left.filter((key) => cached.includes(key))).toEqual([]);
    expect(left).toEqual(expect.arrayContaining(others));
    expect(done.rewritten.toSorted()).toEqual(dry.rewritten.toSorted());

    for (const value of [EMAIL, PHONE, CARD]) {
      expect(await kindsHolding(redis.url, value), value).toEqual([]);
    }
    await client.sendCommand(["BGREWRITEAOF"]);
    await until(
      async () => String(await client.sendCommand(["INFO", "persistence"])),
      (info) => /aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info),
    );
    await client.sendCommand(["SAVE"]);
    for (const value of [EMAIL, PHONE, CARD]) expect(filesHolding(dir, value), value).toEqual([]);

    const first = await read(service, said.first);
    const [token = ""] = TOKEN.exec(first.content) ?? [];
    expect(first.content).toBe(`Ann writes from ${token}, calls [phone] and pays with [card].`);
    const noted = await read(service, said.noted);
    expect(noted).toMatchObject({
      version: 2,
      content: `Bob moved, says ${token}`,
      metadata: { contact: { mail: token }, [token]: "owner" },
      tags: [token, "mine"],
    });
    const { versions } = bodyOf<{ versions: Memory[] }>(
      await service.send("GET", `${pathOf(said.noted)}/versions`),
      200,
    );
    expect(versions.map(({ content }) => content)).toContain(
      `Bob writes from ${token}, calls [phone] and pays with [card].`,
    );
    expect(await read(service, said.exchange)).toMatchObject({
      interaction: { input: `Mail me: ${token}`, tool_calls: [{ arguments: { to: token, card: "[card]" } }] },
    });
    const messages = await readMessages(service, namespace, "chat");
    expect(messages).toMatchObject([
      { number: 1, content: `I am ${token}` },
      {
        number: 2,
        id: "called",
        tool_calls: [{ id: "1", name: "send", arguments: { to: token, note: "[card]" } }],
        metadata: { phone: "[phone]" },
      },
      { number: 3, content: "And nothing else." },
    ]);
    const chat = await readSession(service, namespace, "chat");
    expect(chat.tokens).toBe(messages.reduce((sum, { tokens }) => sum + tokens, 0));
    // It is embedded again, and found by what it says now.
    await embedded(service, first);
    const { hits } = await recall(service, { namespaces: [namespace], query: `Ann ${EMAIL}` });
    expect(hits.map(({ memory }) => memory.id)).toContain(first.id);
    bodyOf(await patchSettings(service, namespace, { pii: { card: "redact" } }), 200);
    const again = await service.send("POST", memoriesOf(namespace), {
      content: says("Ann"),
      session_id: "talk",
      memory_type: "episodic",
    });
    expect(again.body).toMatchObject({ id: first.id, seen_count: 2 });
    const answer = await service.send(
      "POST",
      `/v1/namespaces/${namespace}/interactions`,
      {
        input: `Mail me: ${EMAIL}`,
        response: "Done.",
        tool_calls: [{ name: "send", arguments: { to: EMAIL, card: CARD } }],
      },
      { headers: { "idempotency-key": "the exchange" } },
    );
    expect(answer.text).not.toContain(EMAIL);
    // A fact keeps its place among those of the same subject.
    const moved = { subject: EMAIL, predicate: "lives_in", object: "Linz", cardinality: "one" };
    await remember(service, namespace, { content: undefined, memory_type: "semantic", fact: moved });
    expect((await read(service, said.placed)).valid_to).not.toBeNull();
    const names = await service.send("GET", `/v1/namespaces/${namespace}/entities`);
    expect(names.text).toContain(token);
    expect(names.text).not.toContain("zora");
    expect(await apply(service, namespace, false)).toMatchObject({ rewritten: [], failed: [] });

    const keys = createKeys(service.prefix);
    const { problems } = await verifyTrail(client, keys, namespace, undefined, 3_600_000);
    expect(problems).toEqual([]);
    bodyOf(await service.send("DELETE", `/v1/namespaces/${namespace}`), 200);
    expect(await usage(service, namespace)).toMatchObject({ memories: 0, bytes: 0 });
  }, 120_000);

  test("adds the tags of `tag` and keeps the text and its vectors", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "Seen at 84.115.221.67", tags: ["mine"] });
    await embedded(service, memory);
    bodyOf(await patchSettings(service, namespace, { pii: POLICY }), 200);
    const requests = provider.requests.length;
    expect((await apply(service, namespace, false)).rewritten).toEqual([memory.id]);
    expect(await read(service, memory)).toMatchObject({
      content: "Seen at 84.115.221.67",
      tags: ["mine", "pii:ip"],
      embedding: { status: "complete" },
    });
    const tagged = await service.send("GET", `${memoriesOf(namespace)}?tag=pii:ip`);
    expect(tagged.body).toMatchObject({ memories: [{ id: memory.id }] });
    expect(provider.requests).toHaveLength(requests);
    expect((await apply(service, namespace, false)).rewritten).toEqual([]);
  });

  test("loses no write that comes at the same time", async () => {
    const namespace = newNamespace();
    const count = 60;
    const memories = Array.from({ length: count }, (_, at) => ({
      content: `Note ${at} of person${at}@private-mail.example`,
      memory_type: "semantic",
    }));
    const stored = (await postBatch(service, namespace, memories)).map(({ memory }) => memory as Memory);
    bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
    const writing = Promise.all(
      stored.map(async (memory, at) => {
        await sleep(at * 3);
        const change = at % 2 === 0 ? { metadata: { seen: at } } : { content: `New ${at}` };
        bodyOf(await service.send("PATCH", pathOf(memory), change), 200);
      }),
    );
    const done = await Promise.all([apply(service, namespace, false, 7), apply(service, namespace, false)]);
    await writing;
    await apply(service, namespace, false);
    expect(done.flatMap(({ failed }) => failed)).toEqual([]);
    for (const [at, memory] of stored.entries()) {
      const now = await read(service, memory);
      expect(now).toMatchObject(
        at % 2 === 0
          ? { content: `Note ${at} of [email]`, metadata: { seen: at }, version: 2 }
          : { content: `New ${at}`, version: 2 },
      );
    }
    expect(await kindsHolding(redis.url, "@private-mail.example")).toEqual([]);
  }, 120_000);

  test("goes on after the process was killed, and leaves nothing half-written", async () => {
    let current = await startService(settings);
    const namespace = newNamespace();
    for (let batch = 0; batch < 4; batch++) {
      await postBatch(
        current,
        namespace,
        Array.from({ length: 100 }, (_, at) => ({
          content: `Person ${batch * 100 + at} is p${batch * 100 + at}@killed-mail.example`,
          memory_type: "semantic",
        })),
      );
    }
    bodyOf(await patchSettings(current, namespace, { pii: { email: "tokenize" } }), 200);
    for (let round = 0; round < 3; round++) {
      const cut = apply(current, namespace, false).catch(() => undefined);
      await sleep(50 + 150 * round);
      await current.kill9();
      await cut;
      current = await startService(current.env);
    }
    await apply(current, namespace, false);
    expect(await kindsHolding(redis.url, "@killed-mail.example")).toEqual([]);
    const all = await listAll(current, namespace);
    expect(all.filter(({ content }) => TOKEN.test(content))).toHaveLength(400);
    const tokens = all.slice(0, 50).map(({ content }) => TOKEN.exec(content)?.[0] ?? "");
    const revealed = await current.send("POST", `/v1/namespaces/${namespace}/pii/reveal`, { tokens });
    expect(revealed.text.match(/@killed-mail\.example/g)).toHaveLength(50);
    bodyOf(await current.send("DELETE", `/v1/namespaces/${namespace}`), 200);
    expect(await usage(current, namespace)).toMatchObject({ memories: 0, bytes: 0 });
    await current.stop();
  }, 180_000);

  test("deletes receipts by what was asked for, wherever they are kept", async () => {
    const namespace = newNamespace();
    const keys = createKeys(service.prefix);
    const ask = async (query: string) => {
      const { receipt_id } = await recall(service, { namespaces: [namespace], query });
      if (receipt_id === null) throw new Error("no receipt");
      return receipt_id;
    };
    // An end of a line, as JSON writes it, would hide what follows it.
    const escaped = await ask(`Which order?\n${CARD.replaceAll(" ", "")}`);
    // Numbers of no country: as many as the rules are asked about in one request.
    const many = await ask("ref +999 1234 5678 12 34, ".repeat(200));
    const alike = await ask("ref +999 1234 5678");
    const named = { agent: "anonymous", key_id: null, request_id: "r", thread_id: null, checkpoint_id: null };
    const request = { filter: {}, limit: 10, mode: "keyword", fusion: { method: "auto" } };
    const former = async (id: string, asked: object) => {
      const receipt = {
        id,
        at: Date.now(),
        ...named,
        request: { ...request, ...asked },
        degraded: [],
        hits: [],
      };
      await client.set(keys.receipt(id), JSON.stringify(receipt));
      return id;
    };
    const old = await former("01HZX3V7T0000000000000000A", { namespaces: [namespace], query: PHONE });
    const other = await former("01HZX3V7T0000000000000000B", { namespaces: [newNamespace()], query: PHONE });
    // The upgrade hasn't listed them yet.
    await client.hDel(keys.upgrades(), "reached");
    bodyOf(await patchSettings(service, namespace, { pii: { card: "redact", phone: "redact" } }), 200);
    expect(await apply(service, namespace, true)).toMatchObject({ receipts: 2 });
    expect(await apply(service, namespace, false)).toMatchObject({ receipts: 2 });
    const left = async (id: string) => (await service.send("GET", `/v1/receipts/${id}`)).status;
    expect(await Promise.all([escaped, old].map(left))).toEqual([404, 404]);
    expect(await Promise.all([many, alike, other].map(left))).toEqual([200, 200, 200]);
    await client.del(keys.receipt(other));
  });

  test("goes through sessions in an order that appends don't change, also those appended to at one moment", async () => {
    const namespace = newNamespace();
    const names = Array.from({ length: 5 }, (_, at) => `talk ${at}`);
    for (const name of names) await append(service, namespace, name, user(`${name}: I am ${EMAIL}`));
    const listed = createKeys(service.prefix).sessions(namespace);
    // As an import once listed them.
    for (const facet of await client.zRange(listed, 0, -1))
      await client.zAdd(listed, { score: 1_700_000_000_000_000, value: facet });
    bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
    expect(await apply(service, namespace, false)).toMatchObject({ sessions: names.length });
    for (const name of names)
      expect(await readMessages(service, namespace, name)).toMatchObject([
        { content: `${name}: I am [email]` },
      ]);
    expect(await apply(service, namespace, false)).toMatchObject({ sessions: 0 });
  });
});
