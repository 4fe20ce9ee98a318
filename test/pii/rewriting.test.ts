import { RESP_TYPES } from "redis";
import { afterAll, expect, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { createKeys } from "../../src/redis/keys.js";
import { kindsHolding } from "../erasures/support.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import {
  bodyOf,
  embedded,
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  read,
  remember,
} from "../support/acts/memories.js";
import { append, assistant, readMessages, readSession, user } from "../support/acts/sessions.js";
import { says, startFakeChat } from "../support/embeddings/fake-chat.js";
import { answer, startFakeOpenAI, vectorOf } from "../support/embeddings/fake-openai.js";
import { startRedis } from "../support/redis/start.js";
import { patchSettings } from "../support/service/namespaces.js";
import { startService, until } from "../support/service/service.js";
import { applied } from "./support.js";

const DIMENSIONS = 8;
// Compression would hide a text from a search for its bytes.
const redis = await startRedis({ config: ["rdbcompression no"] });
const provider = await startFakeOpenAI(DIMENSIONS);
const service = await startService({
  REDIS_URL: redis.url,
  MNEME_PII_SECRET: "a secret of the tests, long enough for it",
  MNEME_EMBEDDER: "openai",
  OPENAI_API_KEY: "test",
  OPENAI_BASE_URL: provider.baseURL,
  MNEME_EMBEDDING_DIMENSIONS: String(DIMENSIONS),
});
const client = await connectOnce({ url: redis.url });
const keys = createKeys(service.prefix);
afterAll(async () => {
  await service.stop();
  client.destroy();
  await provider.close();
  await redis.stop();
});

const EMAIL = "zora.mark@private-mail.example";

/** The next request to the provider waits; gives what it asks for, and what lets it go on. */
function held() {
  let release = (): void => {};
  let asked: readonly string[] | undefined;
  provider.next(({ input }, response) => {
    asked = input;
    release = () =>
      answer(response, 200, {
        data: input.map((text, index) => ({
          object: "embedding",
          index,
          embedding: Buffer.from(vectorOf(text, DIMENSIONS).buffer).toString("base64"),
        })),
      });
    return true;
  });
  return {
    asked: () =>
      until(
        async () => asked,
        (texts) => texts !== undefined,
      ),
    release: () => release(),
  };
}

async function vectorBytes(model: string | null, namespace: string, id: string): Promise<string> {
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const vector: unknown = await binary.hGet(keys.vector(model ?? "", namespace, id, 0), "v");
  if (!Buffer.isBuffer(vector)) throw new Error("no vector");
  return vector.toString("hex");
}

test("a vector of the former text that comes late isn't attached to the new one", async () => {
  const namespace = newNamespace();
  // The write embeds the first passage, the worker the rest.
  provider.next(() => false);
  const late = held();
  const text = `Ann writes from ${EMAIL}. ${"She likes tea with milk. ".repeat(60)}`;
  const memory = await remember(service, namespace, { content: text });
  expect(memory.embedding.status).toBe("partial");
  await late.asked();
  bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
  expect((await applied(service, namespace)).rewritten).toEqual([memory.id]);
  const before = provider.requests.length;
  late.release();
  const now = await embedded(service, memory);
  expect(now.content).toBe(text.replace(EMAIL, "[email]"));
  const asked = provider.requests.slice(before).flatMap(({ input }) => input);
  expect(asked.join()).toContain("from [email]");
  const other = await remember(service, newNamespace(), { content: now.content });
  const { model } = (await embedded(service, other)).embedding;
  const [own, same] = [
    await vectorBytes(model, namespace, memory.id),
    await vectorBytes(model, other.namespace, other.id),
  ];
  expect(own).toEqual(same);
});

test("a revision that began before doesn't bring the former text back", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, {
    content: "Ann",
    metadata: { mail: EMAIL },
    tags: [EMAIL],
  });
  const slow = held();
  const revising = service.send("PATCH", pathOf(memory), { content: "Ann moved" });
  expect(await slow.asked()).toEqual(["Ann moved"]);
  bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
  expect((await applied(service, namespace)).rewritten).toEqual([memory.id]);
  slow.release();
  bodyOf(await revising, 200);
  expect(await read(service, memory)).toMatchObject({
    version: 2,
    content: "Ann moved",
    metadata: { mail: "[email]" },
    tags: ["[email]"],
  });
  await applied(service, namespace);
  expect(await kindsHolding(redis.url, EMAIL)).toEqual([]);
});

test("no hash of the former text is left, and a repeated write finds the memory", async () => {
  const namespace = newNamespace();
  const stated = (object: string, more: object = {}) => ({
    content: undefined,
    fact: { subject: EMAIL, predicate: "lives_in", object, cardinality: "one", ...more },
  });
  const graz = await remember(service, namespace, stated("Graz"));
  const linz = await remember(service, namespace, stated("Linz"));
  const fact = { subject: EMAIL, predicate: "likes", object: "tea", cardinality: "many" };
  const likes = await remember(service, namespace, { content: undefined, fact });
  const note = await remember(service, namespace, { content: `Ann writes from ${EMAIL}` });
  bodyOf(await service.send("PATCH", pathOf(note), { metadata: { seen: 1 } }), 200);
  const all = [graz, linz, likes, note];
  const documents = all.map(({ id }) => keys.record(namespace, id));
  for (const { id } of [graz, note]) documents.push(keys.old(namespace, id, 1));
  const hashes = new Set<string>();
  for (const document of documents) {
    const found = String((await client.sendCommand(["JSON.GET", document, "$.index.hash"])) ?? "[]");
    for (const hash of JSON.parse(found) as string[]) hashes.add(hash.slice(0, 43));
  }
  expect(hashes.size).toBeGreaterThan(4);

  bodyOf(await patchSettings(service, namespace, { pii: { email: "tokenize" } }), 200);
  expect((await applied(service, namespace)).rewritten).toHaveLength(4);
  for (const hash of hashes) expect(await kindsHolding(redis.url, hash), hash).toEqual([]);

  const again = await service.send("POST", memoriesOf(namespace), {
    memory_type: "semantic",
    ...stated("Linz"),
  });
  expect(again).toMatchObject({ status: 200, body: { id: linz.id, seen_count: 2 } });
  const liked = await service.send("POST", memoriesOf(namespace), {
    memory_type: "semantic",
    content: undefined,
    fact,
  });
  expect(liked).toMatchObject({ status: 200, body: { id: likes.id, seen_count: 2 } });
  expect((await read(service, graz)).valid_to).not.toBeNull();
});

test("an old version keeps the vectors of a text that stays", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "Ann", metadata: { mail: EMAIL } });
  const { embedding } = await embedded(service, memory);
  bodyOf(await service.send("PATCH", pathOf(memory), { content: "Ann moved" }), 200);
  const kept = keys.oldVector(embedding.model ?? "", namespace, memory.id, 0, 1);
  expect(await client.exists(kept)).toBe(1);
  bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
  expect((await applied(service, namespace)).rewritten).toEqual([memory.id]);
  expect(await client.exists(kept)).toBe(1);
  expect(await kindsHolding(redis.url, EMAIL)).toEqual([]);
});

test("no hash is left of what a key wrote that may not read, and its memory stays its own", async () => {
  const closed = await startService({ REDIS_URL: redis.url });
  try {
    const root = as(closed, (await createKey(closed)).key);
    const namespace = newNamespace();
    const writer = as(closed, await keyFor(root, namespace, ["write"]));
    const sent = { content: `Ann writes from ${EMAIL}`, memory_type: "semantic" };
    const { id } = bodyOf<{ id: string }>(await writer.send("POST", memoriesOf(namespace), sent), 201);
    const record = createKeys(closed.prefix).record(namespace, id);
    const hashOf = async () =>
      (JSON.parse(String(await client.sendCommand(["JSON.GET", record, "$.index.hash"]))) as string[])[0] ??
      "";
    const before = await hashOf();
    expect(await kindsHolding(redis.url, before)).toEqual(["hash", "rec"]);
    bodyOf(await patchSettings(root, namespace, { pii: { email: "redact" } }), 200);
    expect((await applied(root, namespace)).rewritten).toEqual([id]);
    expect(await kindsHolding(redis.url, before)).toEqual([]);
    // By its new identity, it goes as a whole.
    bodyOf(await root.send("DELETE", `/v1/namespaces/${namespace}`), 200);
    expect(await kindsHolding(redis.url, id)).not.toContain("hash");
  } finally {
    await closed.stop();
  }
});

test("a promotion that has read the former texts doesn't settle with a summary of them", async () => {
  const chat = await startFakeChat();
  const other = await startService({
    REDIS_URL: redis.url,
    OPENAI_API_KEY: "sk-test-secret",
    OPENAI_BASE_URL: chat.baseURL,
    MNEME_LLM_MODEL: "test-model",
  });
  try {
    const summary = (text: string) => says(JSON.stringify({ stretch: "They spoke.", running: text }));
    let answerLate: (() => void) | undefined;
    chat.behave((request, response) => {
      answerLate = () => summary(`The user writes from ${EMAIL}.`)(request, response);
    });
    const namespace = newNamespace();
    bodyOf(await patchSettings(other, namespace, { session: { window_messages: 4 } }), 200);
    const said = [0, 1, 2].flatMap((turn) => [user(`(${turn}) I am ${EMAIL}.`), assistant("Noted.")]);
    await append(other, namespace, "chat", ...said);
    await until(
      async () => answerLate,
      (found) => found !== undefined,
    );
    bodyOf(await patchSettings(other, namespace, { pii: { email: "redact" } }), 200);
    expect(await applied(other, namespace)).toMatchObject({ sessions: 1 });
    chat.behave(summary("The user said who they are."));
    answerLate?.();
    const session = await until(
      () => readSession(other, namespace, "chat"),
      ({ summarised_to }) => summarised_to > 0,
    );
    expect(session.summary?.text).toBe("The user said who they are.");
    expect(await kindsHolding(redis.url, EMAIL)).toEqual([]);
    // Each message once: it is promoted in the range that was claimed first.
    const left = await readMessages(other, namespace, "chat");
    const turns = (await listAll(other, namespace)).filter(({ metadata }) => "session" in metadata);
    expect(turns.length * 2 + left.length).toBe(said.length);
  } finally {
    await other.stop();
    await chat.close();
  }
});
