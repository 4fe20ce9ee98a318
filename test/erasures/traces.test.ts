import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import { bodyOf, newNamespace, read } from "../support/acts/memories.js";
import { storeEverything } from "../support/kinds/everything.js";
import type { Stored } from "../support/kinds/everything.js";
import { tracesOf } from "../support/kinds/traces.js";
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
const root = as(service, (await createKey(service, { human: true })).key);
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

const stored = new Map<string, Stored>();
beforeAll(async () => {
  for (const [said, word] of [
    [person, mark],
    [`Otto ${keep}`, keep],
  ] as const) {
    const place = { root, redis: client, namespace, shared, said, named: word };
    stored.set(word, await storeEverything({ ...place, original: "token@mail.example" }));
  }
  // They aren't erased: docs/privacy.md, What stays.
  for (const id of stored.get(mark)?.keys ?? [])
    expect((await root.send("DELETE", `/v1/keys/${id}`)).status).toBe(204);
}, 120_000);

const request = {
  subject: {
    entity: [person, mark],
    agent_id: [`agent ${mark}`, `critic ${mark}`],
    metadata: { user_id: `user-${mark}` },
    mentions: true,
  },
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
        "agent",
        "agent-votes",
        "consolidation",
        "done",
        "state",
        "state-facts",
        "state-old",
        "graph",
      ]),
    );
    // Nothing is promoted any more: its moment would be gone after the erasure, by itself.
    const others = await until(
      () => kindsHolding(redis.url, keep),
      (kinds) => !kinds.includes("session-due"),
    );

    const counted = await erased(root, { ...request, dry_run: true });
    expect(counted.certificate).toBeNull();
    expect(await kindsHolding(redis.url, mark)).toEqual(expect.arrayContaining(before));

    const done = await erased(root, request);
    const { memories, copies, sessions, state_documents, threads } = counted.counts;
    expect({ memories, copies, sessions, state_documents, threads }).toMatchObject({
      sessions: 1,
      state_documents: 5,
      threads: 2,
      copies: 2,
    });
    expect(done.counts.memories).toBeGreaterThanOrEqual(memories ?? 0);
    expect(done.counts.receipts).toBe(counted.counts.receipts);

    const { url } = redis;
    const searched = { url, prefix: service.prefix, act: "eraseSubject" } as const;
    expect(await tracesOf({ ...searched, said: [mark] })).toEqual({});
    expect(await kindsHolding(redis.url, keep)).toEqual(others);
    const kept = stored.get(keep)?.memory;
    expect(kept && (await read(root, kept)).content).toBe(kept?.content);
  });

  test("leaves an audit trail that verifies, and in which a change of a pseudonymised entry is found", async () => {
    const keys = createKeys(service.prefix);
    const verified = () => verifyTrail(verifier, keys, namespace, undefined, 3_600_000);
    const sound = await verified();
    expect(sound.problems).toEqual([]);
    const { entries } = bodyOf<{
      entries: { id: string; ids: string[]; request_id: string; verb: string }[];
    }>(await root.send("GET", `/v1/audit?namespace=${namespace}&limit=200&verb=item.put`), 200);
    const changed = entries.find(({ ids: named }) => named.includes("erased"));
    expect(changed).toMatchObject({ request_id: "erased", verb: "item.put" });
    expect(entries.some(({ ids: named }) => named.includes(`item-${keep}`))).toBe(true);

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
