import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { createKeys } from "../../src/redis/keys.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import {
  bodyOf,
  listAll,
  newNamespace,
  pathOf,
  postBatch,
  read,
  remember,
} from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { contentIn } from "../support/redis/content.js";
import { startService, until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import type { Erasure } from "./support.js";
import { erased, readErasure } from "./support.js";

const service = await useService();
const other = await useService();
const dir = mkdtempSync(join(tmpdir(), "mneme-histories-"));
const client = await connectOnce({ url: inject("redisUrl") });
afterAll(() => {
  client.destroy();
  rmSync(dir, { recursive: true, force: true });
});

async function versionsOf(on: Service, memory: Memory): Promise<string[]> {
  const { versions } = bodyOf<{ versions: Memory[] }>(
    await on.send("GET", `${pathOf(memory)}/versions`),
    200,
  );
  return versions.map(({ content }) => content);
}

async function exported(name: string, namespace: string, ...more: string[]): Promise<string> {
  const file = join(dir, name);
  expect(await mneme(service, ["export", "--out", file, "--namespace", namespace, ...more])).toMatchObject({
    code: 0,
  });
  return file;
}

const imported = async (on: Service, file: string, ...more: string[]): Promise<void> =>
  expect(await mneme(on, ["import", file, ...more])).toMatchObject({ code: 0 });

test("erased versions don't come back with an older export, nor where an incremental one follows it", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "Rosa Brandt pays for the office" });
  const before = await exported("before.jsonl", namespace);
  bodyOf(await service.send("PATCH", pathOf(memory), { content: "The city pays for the office" }), 200);
  const full = await exported("full.jsonl", namespace);
  const [manifest] = linesOf(full);
  const since = manifest?.kind === "manifest" ? manifest.started_at : "";
  const done = await erased(service, { namespace, subject: { entity: "Rosa Brandt", mentions: true } });
  expect(done.counts).toMatchObject({ memories: 0, histories: 1 });
  expect(await versionsOf(service, memory)).toEqual(["The city pays for the office"]);
  const later = await exported("later.jsonl", namespace, "--since", since);

  for (const file of [before, full]) {
    await imported(service, file, "--on-conflict", "overwrite");
    expect(await versionsOf(service, memory)).toEqual(["The city pays for the office"]);
  }
  await imported(other, full);
  expect(await versionsOf(other, memory)).toHaveLength(2);
  await imported(other, later);
  expect(await versionsOf(other, memory)).toEqual(["The city pays for the office"]);
  expect(await contentIn(client, `${other.prefix}:old:{${namespace}}`)).toEqual([]);
  await imported(service, full, "--on-conflict", "overwrite", "--restore-erased");
  expect(await versionsOf(service, memory)).toHaveLength(2);
});

test("words that an expired memory lent to the next one of its session go, and that one stays", async () => {
  const namespace = newNamespace();
  const talk = { session_id: "talk", memory_type: "episodic" };
  await remember(service, namespace, {
    content: "When did Rosa Brandt call about the lease?",
    ttl_seconds: 1,
    ...talk,
  });
  const answer = await remember(service, namespace, { content: "Yes, last Tuesday.", ...talk });
  const record = createKeys(service.prefix).record(namespace, answer.id);
  const holds = async () => String(await client.sendCommand(["JSON.GET", record])).includes("Brandt");
  await until(
    () => listAll(service, namespace),
    (all) => all.length === 1,
  );
  expect(await holds()).toBe(true);
  const done = await erased(service, { namespace, subject: { entity: "Rosa Brandt", mentions: true } });
  expect(done.counts).toMatchObject({ memories: 0 });
  expect(await holds()).toBe(false);
  expect((await read(service, answer)).content).toBe("Yes, last Tuesday.");
});

test.each([1, 3])(
  "what a search of round %i that was killed has found is erased",
  async (round) => {
    const first = await startService();
    const namespace = newNamespace();
    for (let batch = 0; batch < 6; batch++) {
      const memories = Array.from({ length: 250 }, (_, at) => ({
        content: `memory ${batch} ${at}`,
        memory_type: "semantic",
        metadata: { who: at % 5 === 0 ? "bob" : "ann" },
      }));
      await postBatch(first, namespace, memories);
    }
    const keys = createKeys(first.prefix);
    const subject = { metadata: { who: "ann" } };
    const { id } = bodyOf<Erasure>(await first.send("POST", "/v1/erasures", { namespace, subject }), 202);
    await until(
      () => client.sCard(`${keys.erasureFound(id)}:memory`),
      (found) => found > 0,
    );
    await first.kill9();
    const job = JSON.parse((await client.get(keys.erasureJob(id))) ?? "null") as { phase: string };
    expect(job.phase).toBe("find");
    // It may have found all that there is: what counts is what is open, not what is new.
    await client.set(keys.erasureJob(id), JSON.stringify({ ...job, round }), { expiration: "KEEPTTL" });
    const next = await startService(first.env);
    const done = await until(
      () => readErasure(next, id),
      ({ status }) => status === "complete",
    );
    expect(done.counts.memories).toBe(1200);
    const left = await listAll(next, namespace);
    expect(left).toHaveLength(300);
    await next.stop();
  },
  120_000,
);
