import { createClient } from "redis";
import { afterAll, expect, inject, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const MOST = 16;
const HOUR_MS = 3_600_000;
const VERBS = ["read", "write", "admin"];

const service = await useService({ MNEME_EMBEDDER: "none" });
const root = as(service, (await createKey(service)).key);
const keys = createKeys(service.prefix);
const redis = createClient({ url: inject("redisUrl") });
await redis.connect();
afterAll(() => redis.destroy());

const idOf = ({ body }: { readonly body: unknown }): string => (body as { readonly id: string }).id;

/** A key of its own, as many jobs as it may have, and where they are listed. */
async function filled(kind: "exports" | "imports", namespace: string) {
  const key = as(service, await keyFor(root, namespace, VERBS));
  const begin = () => key.send("POST", `/v1/${kind}`, kind === "exports" ? { namespaces: [namespace] } : {});
  const answers = await Promise.all(Array.from({ length: MOST }, begin));
  expect(answers.map(({ status }) => status)).toEqual(Array(MOST).fill(202));
  const ids = answers.map(idOf);
  const listed = `${service.prefix}:${kind}-of:*`;
  let list = "";
  for await (const page of redis.scanIterator({ MATCH: listed, COUNT: 1000 }))
    for (const each of page) if ((await redis.zScore(each, ids[0] ?? "")) !== null) list = each;
  return { key, begin, ids, list };
}

async function refused(begin: () => ReturnType<Service["send"]>): Promise<void> {
  const answer = await begin();
  expect(answer).toMatchObject({ status: 429, body: { code: "too_many_transfers" } });
  expect(answer.headers.get("retry-after")).toBe("5");
}

test.each(["exports", "imports"] as const)("a key has 16 %s, and other keys have theirs", async (kind) => {
  const namespace = newNamespace();
  const { key, begin, ids, list } = await filled(kind, namespace);
  await refused(begin);
  expect(await redis.zCard(list)).toBe(MOST);
  const other = as(service, await keyFor(root, newNamespace(), VERBS));
  expect(await other.send("POST", `/v1/${kind}`, {})).toMatchObject({ status: 202 });

  const [idle = "", ...rest] = ids;
  const stored = (id: string) => (kind === "exports" ? keys.exportJob(id) : keys.importJob(id));
  const left = await redis.pTTL(stored(idle));
  expect(left).toBeGreaterThan(HOUR_MS / 2);
  expect(left).toBeLessThanOrEqual(HOUR_MS);
  await redis.zAdd(list, { value: idle, score: Date.now() - HOUR_MS - 60_000 });
  expect(await begin()).toMatchObject({ status: 202 });
  expect(await key.send("GET", `/v1/${kind}/${idle}`)).toMatchObject({ status: 404 });
  expect(await key.send("GET", `/v1/${kind}/${rest[0] ?? ""}`)).toMatchObject({ status: 200 });
  await refused(begin);
  expect(await redis.zCard(list)).toBe(MOST);
});

test("an export or import that has ended makes room for the next one", async () => {
  const namespace = newNamespace();
  await remember(root, namespace, { content: "walrus" });
  const { key, begin, ids } = await filled("exports", namespace);
  const part = await key.send("GET", `/v1/exports/${ids[3] ?? ""}/parts/1`);
  expect(part.status).toBe(200);
  expect(part.text).toContain('"kind":"trailer"');
  expect(await begin()).toMatchObject({ status: 202 });
  await refused(begin);

  const importing = await filled("imports", namespace);
  const sent = await importing.key.send("PUT", `/v1/imports/${importing.ids[5] ?? ""}/parts/1`, undefined, {
    raw: part.text,
    headers: { "content-type": "application/octet-stream" },
  });
  expect(sent, sent.text).toMatchObject({ status: 200, body: { status: "complete" } });
  expect(await importing.begin()).toMatchObject({ status: 202 });
  await refused(importing.begin);
});
