import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import { consolidate, readRun, runsOf } from "../support/acts/consolidations.js";
import { entity, entityPath, factBody, tell } from "../support/acts/facts.js";
import {
  bodyOf,
  ids,
  listAll,
  newNamespace,
  postBatch,
  read,
  recall,
  remember,
} from "../support/acts/memories.js";
import { append, user } from "../support/acts/sessions.js";
import { setState, statePath } from "../support/acts/state.js";
import { openEvents } from "../support/service/events.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";
import type { Erasure } from "./support.js";
import { erased, readErasure } from "./support.js";

let service: Service;
let root: Service;
let key: string;
const dir = mkdtempSync(join(tmpdir(), "mneme-erasures-"));
beforeAll(async () => {
  service = await startService();
  ({ key } = await createKey(service));
  root = as(service, key);
});
afterAll(async () => {
  await service.stop();
  rmSync(dir, { recursive: true, force: true });
});

interface ErasureList {
  readonly erasures: readonly Erasure[];
  readonly cursor: string | null;
}

const start = async (of: Service, request: object): Promise<Erasure> =>
  bodyOf<Erasure>(await of.send("POST", "/v1/erasures", request), 202);

describe("POST /v1/erasures", () => {
  test("erases everything in a namespace and below it, and nothing beside it", async () => {
    const namespace = newNamespace();
    const other = await remember(root, `${namespace}x`, { content: "beside" });
    await remember(root, namespace, { content: "within" });
    await remember(root, `${namespace}.below`, { content: "below" });
    await append(root, namespace, "s", user("hello"));
    await setState(root, namespace, "k", 1);
    await tell(root, namespace, ["Ann", "knows", "Bob"]);
    await root.send("PUT", entityPath(namespace, "Ann"), { aliases: ["Annie"] });

    const done = await erased(root, { namespace: `${namespace}.**` });
    expect(done.counts).toMatchObject({ memories: 3, sessions: 1, state_documents: 1 });
    expect(await listAll(root, namespace)).toEqual([]);
    expect(await listAll(root, `${namespace}.below`)).toEqual([]);
    expect((await root.send("GET", entityPath(namespace, "Annie"))).status).toBe(404);
    expect((await read(root, other)).content).toBe("beside");
  });

  test("erases what fits a filter, and forgets the names that no other fact holds", async () => {
    const namespace = newNamespace();
    const gone = await remember(root, namespace, {
      ...factBody(["Ann", "likes", "tea"]),
      metadata: { who: "ann" },
    });
    const kept = await tell(root, namespace, ["Bob", "likes", "tea"]);
    const done = await erased(root, { namespace, filter: { metadata: { who: "ann" } } });
    expect(done.counts).toMatchObject({ memories: 1 });
    expect(ids(await listAll(root, namespace))).toEqual([kept.id]);
    expect((await root.send("GET", `/v1/namespaces/${namespace}/memories/${gone.id}`)).status).toBe(404);
    const { entities } = bodyOf<{ entities: { name: string }[] }>(
      await root.send("GET", `/v1/namespaces/${namespace}/entities`),
      200,
    );
    expect(entities.map(({ name }) => name).toSorted()).toEqual(["Bob", "tea"]);
  });

  test("ends what a watcher of state had still to read, so that it reads the state again", async () => {
    const namespace = newNamespace();
    const path = `/v1/namespaces/${namespace}/state-changes`;
    const from = async (id: string) => {
      const watcher = await openEvents(service, path, id, key);
      watcher.close();
      return watcher.status;
    };
    const watcher = await openEvents(service, path, "0-0", key);
    await setState(root, namespace, "kept", 1);
    await setState(root, namespace, "gone", `Ann ${namespace}`);
    await watcher.count(2);
    await erased(root, { namespace, subject: { entity: `Ann ${namespace}`, mentions: true } });
    expect((await root.send("GET", statePath(namespace, "gone"))).status).toBe(404);
    await setState(root, namespace, "kept", 2);
    watcher.close();
    const [first] = watcher.events;
    expect(await Promise.all(["0-0", first?.id ?? ""].map(from))).toEqual([410, 410]);
    const again = await openEvents(service, path, undefined, key);
    expect(await from(again.lastEventId())).toBe(200);
    await setState(root, namespace, "kept", 3);
    expect(await again.count(1)).toMatchObject([{ data: { key: "kept", version: 5 } }]);
    again.close();
  });

  test("completes after consolidation, and deletes the runs that hold what it erases, no others", async () => {
    const [mine, other] = [newNamespace(), newNamespace()];
    const text = "Deliveries come on Mondays";
    for (const namespace of [mine, other]) {
      const metadata = { who: namespace };
      await postBatch(root, namespace, [
        ...[text, `${text}.`].map((content) => ({ content, memory_type: "semantic", metadata })),
        { content: "Ann sings", memory_type: "semantic", metadata: { who: "ann" } },
      ]);
    }
    const [run, kept] = [
      await consolidate(root, mine, { steps: ["merge"] }),
      await consolidate(root, other, { steps: ["merge"] }),
    ];
    expect([run, kept].map(({ actions }) => actions.length)).toEqual([1, 1]);
    await erased(root, { subject: { metadata: { who: "ann" } } });
    expect((await readRun(root, mine, run.id)).status).toBe("done");

    const done = await erased(root, { subject: { metadata: { who: mine } } });
    expect(done).toMatchObject({ phase: "done", counts: { consolidations: 1 } });
    expect(done.certificate).not.toBeNull();
    expect((await root.send("GET", `${runsOf(mine)}/${run.id}`)).status).toBe(404);
    expect((await readRun(root, other, kept.id)).status).toBe("done");
  });

  test("keeps what others asked elsewhere, even if they named the person", async () => {
    const [mine, theirs] = [newNamespace(), newNamespace()];
    const name = `Ann ${mine}`;
    await tell(root, mine, [name, "likes", "tea"]);
    await tell(root, theirs, ["Somebody", "likes", "tea"]);
    const own = await recall(root, { namespaces: [mine], query: `What does ${name} do` });
    const foreign = await recall(root, { namespaces: [theirs], query: `What does ${name} do` });
    const admin = as(service, await keyFor(root, mine, ["read", "write", "admin"]));
    await erased(admin, { subject: { entity: name } });
    const status = async (id: string | null) => (await root.send("GET", `/v1/receipts/${id}`)).status;
    expect(await status(own.receipt_id)).toBe(404);
    expect(await status(foreign.receipt_id)).toBe(200);
    expect((await entity(root, theirs, "Somebody")).facts).toHaveLength(1);
  });

  test("counts and erases a receipt without its entry in the audit trail only where it may erase", async () => {
    const [mine, theirs] = [newNamespace(), newNamespace()];
    const stored = createKeys(service.prefix);
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    try {
      for (const namespace of [mine, theirs]) {
        await remember(root, namespace, { content: "walrus" });
        await recall(root, { namespaces: [namespace], query: "walrus" });
        await redis.xTrim(stored.audit(namespace), "MAXLEN", 0);
      }
      const admin = as(service, await keyFor(root, mine, ["read", "write", "admin"]));
      const request = { subject: { entity: "Nobody" } };
      const counted = await erased(admin, { ...request, dry_run: true });
      expect(counted.counts).toMatchObject({ receipts: 1 });
      expect((await erased(admin, request)).counts).toMatchObject({ receipts: 1 });
      const left = [mine, theirs].map((namespace) => redis.xLen(stored.receipts(namespace)));
      expect(await Promise.all(left)).toEqual([0, 1]);
    } finally {
      redis.destroy();
    }
  });

  test("leaves copies where the key may not erase, and says how many", async () => {
    const [mine, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(root, mine, { content: "published", metadata: { who: "ann" } });
    const path = `/v1/namespaces/${mine}/memories/${memory.id}/publish`;
    await root.send("POST", path, { to: shared, follow: false });
    const admin = as(service, await keyFor(root, mine, ["read", "write", "admin"]));
    const done = await erased(admin, { subject: { metadata: { who: "ann" } } });
    expect(done).toMatchObject({ copies_left: 1, counts: { memories: 1, copies: 0 } });
    expect(done.certificate).toMatchObject({ copies_left: 1 });
    expect((await read(root, { namespace: shared, id: memory.id })).content).toBe("published");
  });

  test.each([
    [{}, "namespace"],
    [{ subject: {} }, "subject"],
    [{ subject: { mentions: true, agent_id: "a" } }, "subject.mentions"],
    [{ subject: { entity: " " } }, "subject.entity"],
    [{ subject: { metadata: {} } }, "subject.metadata"],
    [{ subject: { entitiy: "Ann" } }, "subject.entitiy"],
    [{ filter: {}, namespace: "a" }, "filter"],
    [{ filter: { tags: ["a"] }, subject: { entity: "Ann" } }, "filter"],
    [{ namespace: "not a namespace" }, "namespace"],
    [{ namespace: "a", dry_run: "yes" }, "dry_run"],
    [{ namespace: "a", force: true }, "force"],
  ])("refuses %j and names the field %s", async (request, field) => {
    const answer = await root.send("POST", "/v1/erasures", request);
    expect(answer.status).toBe(400);
    const { errors } = answer.body as { errors: readonly { field: string }[] };
    expect(errors.map((error) => error.field)).toContain(field);
  });
});

describe("Erasures", () => {
  test("are there for those who administer and read all of their namespaces only", async () => {
    const namespace = newNamespace();
    await remember(root, `${namespace}.a`, { content: "x" });
    const all = ["read", "write", "admin"];
    const of = async (scope: string, verbs = all) => as(service, await keyFor(root, scope, verbs));
    const [whole, part] = [await of(`${namespace}.**`), await of(`${namespace}.a`)];
    const blind = as(
      service,
      (
        await createKey(root, {
          agent: "blind",
          grants: [
            { namespace: `${namespace}.**`, verbs: ["admin"] },
            { namespace: `${namespace}x`, verbs: ["read"] },
          ],
        })
      ).key,
    );
    const { id } = await start(whole, { namespace: `${namespace}.**`, dry_run: true });
    const listed = async (reader: Service) =>
      bodyOf<{ erasures: Erasure[] }>(await reader.send("GET", "/v1/erasures?limit=200"), 200).erasures.map(
        (each) => each.id,
      );
    expect(await listed(whole)).toEqual([id]);
    expect(await listed(part)).toEqual([]);
    expect((await part.send("GET", `/v1/erasures/${id}`)).status).toBe(404);
    expect((await whole.send("GET", `/v1/erasures/${id}`)).status).toBe(200);
    expect(await listed(blind)).toEqual([]);
    expect((await blind.send("GET", `/v1/erasures/${id}`)).status).toBe(404);
    const admin = await of(`${namespace}.**`, ["admin"]);
    expect((await admin.send("GET", "/v1/erasures")).status).toBe(403);
  });

  test("are listed one by one, also those of one millisecond, without a trace of others'", async () => {
    const stored = createKeys(service.prefix);
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    try {
      const [mine, theirs] = [newNamespace(), newNamespace()];
      const jobs: Erasure[] = [];
      for (const namespace of [theirs, mine, mine, theirs])
        jobs.push(await start(root, { namespace, dry_run: true }));
      for (const { id } of jobs) {
        await until(
          () => readErasure(root, id),
          ({ status }) => status === "complete",
        );
        await redis.zAdd(stored.erasureJobs(), { score: 1_800_000_000_000, value: id });
      }
      const asked = jobs.slice(1, 3).map(({ id }) => id);
      const admin = as(service, await keyFor(root, mine, ["read", "write", "admin"]));
      const pages: string[][] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const path = `/v1/erasures?limit=1${cursor && `&cursor=${cursor}`}`;
        const page: ErasureList = bodyOf<ErasureList>(await admin.send("GET", path), 200);
        pages.push(page.erasures.map(({ id }) => id));
        ({ cursor } = page);
      }
      expect(pages.map(({ length }) => length)).toEqual([1, 1]);
      expect(pages.flat()).toEqual(asked.toSorted().toReversed());
    } finally {
      redis.destroy();
    }
  });

  test("go on while as many as are taken up together can't", async () => {
    const stored = createKeys(service.prefix);
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    const broken = Array.from({ length: 20 }, (_, index) => `broken-${index}`);
    try {
      for (const id of broken) {
        await redis.set(stored.erasureJob(id), JSON.stringify({ id, status: "running", target: null }));
        await redis.zAdd(stored.erasureJobsOpen(), { score: 1, value: id });
      }
      expect(await erased(root, { namespace: newNamespace(), dry_run: true })).toMatchObject({
        phase: "done",
      });
    } finally {
      await redis.zRem(stored.erasureJobsOpen(), broken);
      redis.destroy();
    }
  });

  test("are on record without the person's name", async () => {
    const namespace = newNamespace();
    await remember(root, namespace, { content: "x", metadata: { who: "ann" } });
    const { id } = await erased(root, { namespace, subject: { metadata: { who: "ann" } } });
    const trail = await root.send("GET", "/v1/audit?verb=erasure&limit=200");
    const { entries } = trail.body as { entries: { namespace: string | null; ids: string[] }[] };
    expect(entries.some((entry) => entry.namespace === null && entry.ids.includes(id))).toBe(true);
    expect(entries.some((entry) => entry.namespace === namespace)).toBe(true);
    expect(trail.text).not.toContain("ann");
  });
});

describe("npx mneme erase", () => {
  test("waits for a certificate, which `mneme erase verify` checks", async () => {
    const namespace = newNamespace();
    await remember(root, namespace, { content: "x", metadata: { who: "ann" } });
    const file = join(dir, "certificate.json");
    const request = ["erase", "--namespace", namespace, "--metadata", '{"who":"ann"}'];
    const counted = await mneme(service, [...request, "--dry-run"], key);
    expect(counted).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Would be erased: memories: 1"),
    });
    const done = await mneme(service, [...request, "--out", file], key);
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("Erased: memories: 1") });

    expect(await mneme(service, ["erase", "verify", file], key)).toMatchObject({ code: 0 });
    expect(await mneme(undefined, ["erase", "verify", file, "--offline"])).toMatchObject({ code: 0 });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("ann");
    writeFileSync(file, text.replace('"memories": 1', '"memories": 2'));
    const changed = await mneme(service, ["erase", "verify", file], key);
    expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining("was changed") });
  }, 60_000);

  test("erases so that an import of an older export doesn't bring aliases back", async () => {
    const namespace = newNamespace();
    const file = join(dir, "before.jsonl");
    await tell(root, namespace, ["Ann", "likes", "tea"]);
    await root.send("PUT", entityPath(namespace, "Ann"), { aliases: ["Annie"] });
    expect(await mneme(service, ["export", "--out", file, "--namespace", namespace], key)).toMatchObject({
      code: 0,
    });
    expect(linesOf(file).map(({ kind }) => kind)).toContain("aliases");
    await erased(root, { namespace, subject: { entity: "annie" } });
    expect(await mneme(service, ["import", file], key)).toMatchObject({ code: 0 });
    expect((await root.send("GET", entityPath(namespace, "Annie"))).status).toBe(404);
    expect(await listAll(root, namespace)).toEqual([]);
  }, 60_000);
});

describe("An erasure whose process is killed", () => {
  test("goes on in another process, and counts nothing twice", async () => {
    const first = await startService();
    const namespace = newNamespace();
    for (let batch = 0; batch < 4; batch++) {
      const memories = Array.from({ length: 250 }, (_, index) => ({
        content: `memory ${batch} ${index}`,
        memory_type: "semantic",
        metadata: { who: index % 5 === 0 ? "bob" : "ann" },
      }));
      await postBatch(first, namespace, memories);
    }
    const { id } = await start(first, { namespace, subject: { metadata: { who: "ann" } } });
    const caught = await until(
      () => readErasure(first, id),
      ({ phase }) => phase !== "find",
    );
    await first.kill9();
    const second = await startService(first.env);
    try {
      const done = await until(
        () => readErasure(second, id),
        ({ status }) => status === "complete",
      );
      expect(done.counts).toMatchObject({ memories: 800 });
      expect(done.certificate).not.toBeNull();
      const left = await listAll(second, namespace);
      expect(left.map(({ metadata }) => metadata["who"])).toEqual(Array.from({ length: 200 }, () => "bob"));
      expect(caught.id).toBe(id);
    } finally {
      await second.stop();
    }
  }, 120_000);
});
