import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import type { AuditPage } from "../support/audit/read.js";
import { bodyOf, newNamespace, remember } from "../support/acts/memories.js";
import { putSettings } from "../support/service/namespaces.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

let service: Service;
let root: Service;
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service)).key);
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await service.stop();
});

const ABSENT = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";
const registered = () => redis.zCard(`${service.prefix}:namespaces:{~system}`);
const visited = () => redis.zRange(`${service.prefix}:read-namespaces:{~system}`, 0, -1);

async function walk(caller: Service, query: string) {
  const entries: AuditPage["entries"][number][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? "" : `&cursor=${cursor}`;
    const answer = await caller.send("GET", `/v1/audit?${query}&limit=200${next}`);
    const page: AuditPage = bodyOf<AuditPage>(answer, 200);
    entries.push(...page.entries);
    ({ cursor } = page);
  } while (cursor !== null);
  return entries;
}

test("reads of namespaces that don't exist register none, and a pattern's trail still records each", async () => {
  const part = newNamespace();
  await remember(root, `${part}.real`, { content: "x" });
  const before = await registered();
  const names = Array.from({ length: 620 }, (_, index) => `${part}.n${String(index).padStart(4, "0")}`);
  for (let from = 0; from < names.length; from += 20) {
    await Promise.all(
      names
        .slice(from, from + 20)
        .map((name) => root.send("GET", `/v1/namespaces/${name}/memories/${ABSENT}`)),
    );
  }
  expect(await registered()).toBe(before);
  const entries = await walk(root, `namespace=${part}.**&order=asc&verb=read&verb=remember`);
  expect(entries.map(({ namespace }) => namespace).toSorted()).toEqual([...names, `${part}.real`].toSorted());
  expect(new Set(entries.map(({ verb }) => verb))).toEqual(new Set(["read", "remember"]));
  const exported = await root.send("GET", `/v1/audit/export?namespace=${part}.**&verb=read`);
  expect(exported.text.trim().split("\n")).toHaveLength(620);
});

test.each([
  ["GET", "/memories"],
  ["GET", "/stats"],
  ["GET", "/usage"],
  ["GET", "/settings"],
  ["GET", "/entities"],
  ["GET", "/sessions"],
  ["GET", "/state/k"],
  ["GET", "/consolidations"],
  ["GET", "/profiles/x"],
] as const)("%s %s of a namespace that doesn't exist registers nothing", async (method, path) => {
  const before = await registered();
  await root.send(method, `/v1/namespaces/${newNamespace()}${path}`);
  await root.send("POST", "/v1/recall", { query: "x", namespaces: [newNamespace()], mode: "keyword" });
  expect(await registered()).toBe(before);
});

test("a namespace that was only read is forgotten with its trail", async () => {
  const gone = newNamespace();
  await root.send("GET", `/v1/namespaces/${gone}/memories`);
  expect(await visited()).toContain(gone);
  await redis.del(`${service.prefix}:audit:{${gone}}`);
  await until(
    async () => {
      // Each read looks at a few at random: many at once, so that it doesn't take the time of as many answers.
      const names = Array.from({ length: 25 }, newNamespace);
      await Promise.all(names.map((name) => root.send("GET", `/v1/namespaces/${name}/memories`)));
      return visited();
    },
    (names) => !names.includes(gone),
    60_000,
  );
});

test("the trail of a namespace never names a run of another namespace", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  await remember(root, there, { content: "x", memory_type: "episodic" });
  const begun = await root.send("POST", `/v1/namespaces/${there}/consolidations`, { older_than_seconds: 0 });
  const { id } = bodyOf<{ id: string }>(begun, 202);
  expect((await root.send("GET", `/v1/namespaces/${here}/consolidations/${id}`)).status).toBe(404);
  expect((await root.send("POST", `/v1/namespaces/${here}/consolidations/${id}/undo`)).status).toBe(404);
  const exported = await root.send("GET", `/v1/audit/export?namespace=${here}`);
  expect(exported.text).toContain("consolidation.read");
  expect(exported.text).not.toContain(id);
  await root.send("GET", `/v1/namespaces/${there}/consolidations/${id}`);
  const own = await walk(root, `namespace=${there}&verb=consolidation.read`);
  expect(own.map(({ ids }) => ids)).toEqual([[id]]);
});

test("an operator's quota is one that a namespace's administrator can lower, and not lift", async () => {
  const bounded = await startService({ MNEME_KEY_PREFIX: service.prefix, MNEME_QUOTA_MEMORIES: "3" });
  const ns = newNamespace();
  const operator = { ...bounded, send: as(bounded, (await createKey(root, { agent: "ops" })).key).send };
  const grants = [{ namespace: `${ns}.**`, verbs: ["read", "write", "admin"] }];
  const admin = as(bounded, (await createKey(root, { agent: `admin of ${ns}`, grants })).key);
  const usage = async () => (await admin.send("GET", `/v1/namespaces/${ns}/usage`)).body;
  expect(await putSettings(admin, ns, { quota: { memories: 1000 } })).toMatchObject({ status: 403 });
  expect(await putSettings(admin, ns, { quota: { memories: 2 } })).toMatchObject({ status: 200 });
  expect(await usage()).toMatchObject({ quota: { memories: 2 } });
  expect(await putSettings(admin, ns, {})).toMatchObject({ status: 200 });
  expect(await usage()).toMatchObject({ quota: { memories: 3 } });
  expect(await putSettings(operator, ns, { quota: { memories: 50 } })).toMatchObject({ status: 200 });
  expect(await putSettings(admin, ns, { quota: { memories: 51 } })).toMatchObject({ status: 403 });
  expect(await putSettings(admin, ns, { quota: { memories: null } })).toMatchObject({ status: 200 });
  expect(await usage()).toMatchObject({ quota: { memories: 50 } });
  // One of the release before, which didn't record whose it was, holds as it did.
  const old = `${ns}.old`;
  await redis.hSet(`${service.prefix}:settings:{${old}}`, { version: "1", quota_memories: "9" });
  expect((await admin.send("GET", `/v1/namespaces/${old}/usage`)).body).toMatchObject({
    quota: { memories: 9 },
  });
  expect(await putSettings(admin, old, { quota: { memories: 10 } })).toMatchObject({ status: 403 });
  expect(await putSettings(admin, old, {})).toMatchObject({ status: 200 });
  expect((await admin.send("GET", `/v1/namespaces/${old}/usage`)).body).toMatchObject({
    quota: { memories: 9 },
  });
  await bounded.stop();
});
