import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, expect, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { as, createKey } from "../support/acts/access.js";
import { mneme } from "../support/acts/backup.js";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { archiveOne, storeEverything } from "../support/kinds/everything.js";
import { builtKinds, KINDS } from "../support/kinds/table.js";
import { kindsIn, tracesOf } from "../support/kinds/traces.js";
import { startRedis } from "../support/redis/start.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { startService, until } from "../support/service/service.js";
import { patchSettings, usage } from "../support/service/namespaces.js";
import { everyByteOf } from "../memory/archive/support.js";
import { erased } from "../erasures/support.js";
import { applied } from "../pii/support.js";

const folder = tempFolder();
// Compression would hide a text from a search for its bytes.
const server = await startRedis({ config: ["rdbcompression no"] });
const redis = createClient({ url: server.url, RESP: 2 });
await redis.connect();
const provider = await startFakeOpenAI(64);
afterAll(async () => {
  redis.destroy();
  await provider.close();
  await server.stop();
});

/** A store of its own, so that every key below its prefix counts. */
async function startStore() {
  const archive = mkdtempSync(join(folder, "archive-"));
  const service = await startService({
    REDIS_URL: server.url,
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: "64",
    MNEME_LLM: "none",
    MNEME_SESSION_WINDOW_MESSAGES: "4",
    MNEME_ARCHIVE: `file://${archive}`,
  });
  const { key } = await createKey(service, { human: true });
  const searched = { url: server.url, prefix: service.prefix };
  return { root: as(service, key), key, archive, searched };
}

/** A word that nothing else holds. */
const newWord = () => `zorvex${randomBytes(4).toString("hex")}`;

async function startFull(sayAs = (mark: string) => `Rosa ${mark}`) {
  const store = await startStore();
  const [mark, named, other] = [newWord(), newWord(), newWord()];
  const words = { said: sayAs(mark), named, original: `${other}@private-mail.example` };
  const place = { root: store.root, redis, namespace: newNamespace(), shared: newNamespace(), ...words };
  await storeEverything(place);
  await archiveOne(place);
  for (const kind of await kindsIn(redis, store.searched.prefix)) seen.add(kind);
  return { ...store, ...place, mark };
}

const seen = new Set<string>();

/** How a namespace is named in hash tags, and in JSON. */
const tagOf = (namespace: string): string[] => [`{${namespace}}`, `"${namespace}"`];

/** Answers that are kept, and still say something. */
async function keptAnswers(prefix: string): Promise<string[]> {
  const kept: string[] = [];
  const MATCH = `${createKeys(prefix).answer("")}*`;
  for await (const names of redis.scanIterator({ MATCH, COUNT: 1000 })) {
    for (const name of names) if ((await redis.hGet(name, "answer")) !== "") kept.push(name);
  }
  return kept;
}

async function isArchived({ archive, mark }: { readonly archive: string; readonly mark: string }) {
  return (await everyByteOf(archive)).includes(mark);
}

const EMPTY = { memories: 0, bytes: 0, session_bytes: 0 };

test.concurrent("an export has every kind that an import is to restore, and a clearing leaves no other than named", async () => {
  const store = await startFull();
  const { root, key, namespace, shared, mark, named, searched } = store;

  const file = join(folder, "all.jsonl");
  const exported = await mneme(root, ["export", "--out", file, "--keys", "--receipts"], key);
  expect(exported.code, exported.stderr).toBe(0);
  const before = await kindsIn(redis, searched.prefix);
  const target = await startStore();
  const imported = await mneme(target.root, ["import", file], target.key);
  expect(imported.code, imported.stderr).toBe(0);
  const wanted = [...before].filter((kind) => {
    const { unseen, notImported } = KINDS[kind] ?? {};
    return unseen === undefined && notImported === undefined;
  });
  // Vectors, and what workers note, come in the background.
  await until(
    () => kindsIn(redis, target.searched.prefix),
    (there) => wanted.every((kind) => there.has(kind)),
  );
  for (const kind of await kindsIn(redis, target.searched.prefix)) seen.add(kind);

  for (let cursor: string | null = "", query = ""; cursor !== null; query = `?cursor=${cursor ?? ""}`) {
    const answer = await root.send("DELETE", `/v1/namespaces/${namespace}${query}`);
    ({ cursor } = bodyOf<{ cursor: string | null }>(answer, 200));
  }
  await until(
    () => isArchived(store),
    (left) => !left,
  );
  // The copy that doesn't follow is another namespace's.
  const except = (name: string) => name.includes(`{${shared}}`);
  const left = () =>
    tracesOf({
      ...searched,
      act: "clear",
      said: [mark, store.original],
      named: [named, ...tagOf(namespace)],
      except,
    });
  // Copies follow, and segments go, in the background.
  await until(left, (traces) => Object.keys(traces).length === 0).catch(() => undefined);
  expect(await left()).toEqual({});
  expect(await keptAnswers(searched.prefix)).toEqual([]);
  expect(await usage(root, namespace)).toMatchObject(EMPTY);
}, 240_000);

test.concurrent("an application of settings for personal data, and then an erasure of the namespaces, leave no other than named", async () => {
  const store = await startFull((mark) => `${mark}@mail.example`);
  const { root, namespace, shared, mark, named, searched } = store;
  for (const each of [namespace, shared]) {
    bodyOf(await patchSettings(root, each, { pii: { email: "redact" } }), 200);
    expect(await applied(root, each)).toMatchObject({ failed: [] });
  }
  expect(await tracesOf({ ...searched, act: "applyPii", said: [mark] })).toEqual({});

  for (const each of [namespace, shared]) await erased(root, { namespace: each });
  const names = [named, ...tagOf(namespace), ...tagOf(shared)];
  expect(
    await tracesOf({ ...searched, act: "eraseNamespace", said: [mark, store.original], named: names }),
  ).toEqual({});
  expect(await isArchived(store)).toBe(false);
  expect(await keptAnswers(searched.prefix)).toEqual([]);
  for (const each of [namespace, shared]) expect(await usage(root, each)).toMatchObject(EMPTY);
  for (const kind of await kindsIn(redis, searched.prefix)) seen.add(kind);
}, 240_000);

test.concurrent("an erasure of a person leaves no other than named", async () => {
  const store = await startFull();
  const { root, said, mark, named, searched } = store;
  const subject = {
    entity: [said, mark, named],
    agent_id: [`agent ${named}`, `critic ${named}`],
    metadata: { user_id: `user-${named}` },
    mentions: true,
  };
  await erased(root, { subject });
  expect(await tracesOf({ ...searched, act: "eraseSubject", said: [mark], named: [named] })).toEqual({});
  expect(await isArchived(store)).toBe(false);
}, 240_000);

test("the table has every kind of key that is built or stored, and no other", () => {
  const named = new Set(Object.keys(KINDS));
  expect([...builtKinds(), ...seen].filter((kind) => !named.has(kind))).toEqual([]);
  expect([...named].filter((kind) => !builtKinds().has(kind))).toEqual([]);
  // Else no act is tried on it.
  const unseen = Object.entries(KINDS).filter(
    ([kind, { unseen: why }]) => why === undefined && !seen.has(kind),
  );
  expect(unseen.map(([kind]) => kind)).toEqual([]);
});
