import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisSaver } from "@mneme/checkpointer";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entityPath, tell } from "../support/acts/facts.js";
import {
  bodyOf,
  embedded,
  listAll,
  newNamespace,
  read,
  recall,
  remember,
  revise,
} from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { append, assistant, user } from "../support/acts/sessions.js";
import { putState, setState, statePath } from "../support/acts/state.js";
import { startRedis } from "../support/redis/start.js";
import { startService, until } from "../support/service/service.js";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { verifyTrail } from "../../scripts/audit-verify/verify-trail.js";
import { hashOf } from "../../src/access/entry.js";
import { BYTES, decodeEntries } from "../../src/redis/audit/audit-reader.js";
import { packText } from "../../src/redis/codec/packed-text.js";
import { createKeys } from "../../src/redis/keys.js";
import { erased, filesHolding, kindsHolding } from "./support.js";

/** A word of the person's own: every text of the person holds it, and nothing else does. */
const mark = `zorvex${randomBytes(3).toString("hex")}`;
const keep = `quillon${randomBytes(3).toString("hex")}`;
const person = `Rosa ${mark}`;

const dir = mkdtempSync(join(tmpdir(), "mneme-erasure-"));
// Compression would hide a text from a search for its bytes.
const redis = await startRedis({ appendonly: true, dir, config: ["rdbcompression no"] });
const service = await startService({
  REDIS_URL: redis.url,
  MNEME_EMBEDDER: "local",
  MNEME_SESSION_WINDOW_MESSAGES: "4",
});
const client = createClient({ url: redis.url, RESP: 2 });
await client.connect();
const verifier = await connectOnce({ url: redis.url });
afterAll(async () => {
  await service.stop();
  client.destroy();
  verifier.destroy();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

const namespace = newNamespace();
const shared = newNamespace();
const saver = new RedisSaver(client, { keyPrefix: `${service.prefix}:graph`, namespace });

async function thread(id: string, text: string): Promise<void> {
  await saver.put(
    { configurable: { thread_id: id, checkpoint_ns: "" } },
    {
      v: 4,
      id: "1ef4f797-8335-6428-8001-8a1503f9b875",
      ts: "2026-01-01T00:00:00.000Z",
      channel_values: { said: text },
      channel_versions: { said: 1 },
      versions_seen: {},
    },
    { source: "input", step: 0, parents: {} },
    { said: 1 },
  );
}

async function publish(memory: Memory, follow: boolean): Promise<void> {
  const path = `/v1/namespaces/${namespace}/memories/${memory.id}/publish`;
  expect((await service.send("POST", path, { to: shared, follow })).status).toBeLessThan(300);
}

const original = new Map<string, readonly unknown[]>();

/** Writes an entry of a trail with another text and the hash that it had, or as it was; all others stay. */
async function tamper(key: string, changedId: string, back = false): Promise<void> {
  const binary = client.withTypeMapping(BYTES);
  const reply = (await binary.sendCommand(["XRANGE", key, "-", "+"])) as unknown as [Buffer, Buffer[]][];
  await client.del(key);
  for (const [id, fields] of reply) {
    const [stored] = decodeEntries("", [[id, fields]]);
    if (stored === undefined) throw new Error("no entry");
    let written: readonly unknown[] = fields;
    if (String(id) === changedId) {
      if (!back) original.set(changedId, fields);
      const raw = stored.raw.replace('"o":"', '"o":"not ');
      const previous = Buffer.from(stored.previous, "hex");
      written = back
        ? (original.get(changedId) ?? [])
        : ["p", previous, "e", packText(raw), "h", Buffer.from(hashOf(stored), "hex")];
    }
    await client.sendCommand(["XADD", key, String(id), ...(written as Buffer[])]);
  }
}

/** The same things about the person and about somebody else, in every kind of place. */
async function live(name: string, word: string): Promise<Memory> {
  const about = { metadata: { user_id: `user-${word}` } };
  const source = await remember(service, namespace, { content: `${name} rides a bicycle`, ...about });
  await remember(service, namespace, {
    content: `Somebody named in a source rides: ${word}`,
    derived_from: [{ namespace, id: source.id, version: 1 }],
  });
  const revised = await remember(service, namespace, { content: `The first words of ${name}`, ...about });
  await revise(service, revised, {
    content: `Nothing is left of ${word === mark ? "the one" : "the other"}`,
    metadata: { user_id: null },
  });
  await service.send("PUT", `/v1/namespaces/${namespace}/items/profile-${word}`, {
    content: `An item: ${name}`,
  });
  const copied = await remember(service, namespace, { content: `${name} is published`, ...about });
  await publish(copied, false);
  const followed = await remember(service, namespace, { content: `${name} is followed`, ...about });
  await publish(followed, true);
  await tell(service, namespace, [name, "lives_in", `City of ${word}`]);
  bodyOf(await service.send("PUT", entityPath(namespace, name), { aliases: [`Alias of ${word}`] }), 200);
  await service.send(
    "POST",
    `/v1/namespaces/${namespace}/interactions`,
    {
      input: `Hello from ${name}`,
      response: "Hello",
      tool_calls: [{ name: "look", arguments: { who: word } }],
    },
    { headers: { "idempotency-key": `key-${word}`, "x-request-id": `request-${word}` } },
  );
  for (let round = 0; round < 4; round++) {
    await append(
      service,
      namespace,
      `chat-${word}`,
      user(`${name} says ${round}`),
      assistant(`Noted for ${name}, ${round}`),
    );
  }
  await setState(service, namespace, `state-${word}`, { owner: name });
  await setState(service, namespace, `state-${word}`, { owner: "nobody" });
  await putState(service, namespace, `deleted-${word}`, { value: { owner: name } });
  await service.send("DELETE", statePath(namespace, `deleted-${word}`));
  await thread(`thread-${word}`, `${name} in a thread`);
  await recall(service, { namespaces: [namespace], query: `Where does ${name} ride?` });
  await recall(service, { namespaces: [namespace, shared], query: `What does ${name} ride?` });
  // A receipt in which nothing of the other one is.
  await recall(service, {
    namespaces: [namespace],
    query: `Only ${word}`,
    filter: { session_id: `chat-${word}` },
  });
  await embedded(service, source);
  return source;
}

let kept: Memory;
beforeAll(async () => {
  await live(person, mark);
  kept = await live(`Otto ${keep}`, keep);
  // What leaves a session's window is promoted.
  await until(
    () => listAll(service, namespace),
    (all) =>
      [mark, keep].every((word) =>
        all.some(({ content, session_id }) => session_id === `chat-${word}` && content.includes(word)),
      ),
  );
}, 120_000);

const request = {
  subject: { entity: [person, mark], metadata: { user_id: `user-${mark}` }, mentions: true },
};

describe("An erasure of a person", () => {
  test("finds the person in every kind of place before, and nothing of the person after", async () => {
    const before = await kindsHolding(redis.url, mark);
    expect(before).toEqual(
      expect.arrayContaining([
        "alias-groups",
        "aliases",
        "audit",
        "changes",
        "entities",
        "entity-names",
        "old",
        "rec",
        "receipts",
        "session",
        "session-messages",
        "state",
        "state-facts",
        "state-old",
        "graph",
      ]),
    );
    const others = await kindsHolding(redis.url, keep);

    const counted = await erased(service, { ...request, dry_run: true });
    expect(counted.certificate).toBeNull();
    expect(await kindsHolding(redis.url, mark)).toEqual(expect.arrayContaining(before));

    const done = await erased(service, request);
    const { memories, copies, sessions, state_documents, threads } = counted.counts;
    expect({ memories, copies, sessions, state_documents, threads }).toMatchObject({
      sessions: 1,
      state_documents: 2,
      threads: 1,
      copies: 2,
    });
    expect(done.counts.memories).toBeGreaterThanOrEqual(memories ?? 0);
    expect(done.counts.receipts).toBe(counted.counts.receipts);

    expect(await kindsHolding(redis.url, mark)).toEqual([]);
    expect(await kindsHolding(redis.url, keep)).toEqual(others);
    expect((await read(service, kept)).content).toBe(kept.content);
  });

  test("leaves an audit trail that verifies, and in which a change of a pseudonymised entry is found", async () => {
    const keys = createKeys(service.prefix);
    const verified = () => verifyTrail(verifier, keys, namespace, undefined, 3_600_000);
    const sound = await verified();
    expect(sound.problems).toEqual([]);
    const { entries } = bodyOf<{
      entries: { id: string; ids: string[]; request_id: string; verb: string }[];
    }>(await service.send("GET", `/v1/audit?namespace=${namespace}&limit=200&verb=item.put`), 200);
    const changed = entries.find(({ ids: named }) => named.includes("erased"));
    expect(changed).toMatchObject({ request_id: "erased", verb: "item.put" });
    expect(entries.some(({ ids: named }) => named.includes(`profile-${keep}`))).toBe(true);

    // One who can write to Redis turns another entry into a pseudonymised one, or changes one that is.
    const stream = await client.xRange(keys.audit(namespace), "-", "+");
    const plain = stream?.find(({ message }) => message["h"] === undefined);
    for (const id of [changed?.id ?? "", plain?.id ?? ""]) {
      await tamper(keys.audit(namespace), id);
      const { problems } = await verified();
      expect(problems).toEqual([expect.stringContaining(`entry ${id}: changed: no erasure says`)]);
      await tamper(keys.audit(namespace), id, true);
      expect((await verified()).problems).toEqual([]);
    }
  });

  test("leaves nothing of the person in the append-only file after a rewrite, and in a snapshot", async () => {
    await client.sendCommand(["BGREWRITEAOF"]);
    await until(
      () => client.info("persistence"),
      (info) => info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0"),
    );
    await client.sendCommand(["SAVE"]);
    // What was there before the rewrite is deleted by Redis a moment later.
    await until(
      async () => filesHolding(dir, mark),
      (files) => files.length === 0,
    );
    const others = filesHolding(dir, keep);
    expect(others).toContain("dump.rdb");
    expect(others.some((file) => file.startsWith("appendonlydir"))).toBe(true);
  });
});
