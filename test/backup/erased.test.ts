import { hash } from "node:crypto";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { ManifestLine } from "../../src/backup/lines.js";
import { createKeys } from "../../src/redis/keys.js";
import { erased } from "../erasures/support.js";
import { contentOf, forge, linesOf, mneme } from "../support/acts/backup.js";
import { listAll, memoriesOf, newNamespace, recall, remember } from "../support/acts/memories.js";
import { setState } from "../support/acts/state.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const folder = tempFolder();
const redis = createClient({ url: inject("redisUrl") });
beforeAll(async () => void (await redis.connect()));
afterAll(() => redis.destroy());

const said = (content: string) => ({ messages: [{ role: "user", content }] });

async function exported(service: Service, namespace: string, name: string, ...args: string[]) {
  const file = join(folder, `${namespace}-${name}.jsonl`);
  const ran = await mneme(service, ["export", "--out", file, "--namespace", namespace, ...args]);
  expect(ran.code, ran.stderr + service.logs().slice(-1500)).toBe(0);
  return file;
}

async function imported(service: Service, file: string, ...args: string[]) {
  const ran = await mneme(service, ["import", file, ...args]);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.stderr;
}

/** What an import deletes is gone there since the import. */
const timeless = (lines: readonly string[]): string[] =>
  lines.map((line) => (line.includes('"kind":"erased"') ? line.replace(/"at":\d+/, "") : line)).toSorted();

async function statuses(service: Service, paths: readonly string[]): Promise<number[]> {
  const answers = await Promise.all(paths.map((path) => service.send("GET", path)));
  return answers.map(({ status }) => status);
}

test("an import doesn't bring back what was deleted since the export, unless that is asked for", async () => {
  const namespace = newNamespace();
  const place = `/v1/namespaces/${namespace}`;
  const memory = await remember(origin, namespace, { content: "Erase me." });
  await remember(origin, namespace, { content: "Keep me." });
  await origin.send("POST", `${place}/sessions/erase/messages`, said("Erase me."));
  await origin.send("PUT", `${place}/state/erase`, { value: "me" });
  const file = await exported(origin, namespace, "before");
  const paths = [`${memoriesOf(namespace)}/${memory.id}`, `${place}/sessions/erase`, `${place}/state/erase`];
  for (const path of paths) expect((await origin.send("DELETE", path)).status).toBeLessThan(300);

  const report = await imported(origin, file, "--on-conflict", "overwrite");
  expect(report).toMatch(/memory: .*erased 1/);
  expect(report).toMatch(/session: erased 1/);
  expect(report).toMatch(/state: erased 1/);
  expect(await statuses(origin, paths)).toEqual([404, 404, 404]);
  expect((await listAll(origin, namespace)).map(({ content }) => content)).toEqual(["Keep me."]);

  await imported(origin, file, "--restore-erased");
  expect(await statuses(origin, paths)).toEqual([200, 200, 200]);
  // What came back once isn't known as deleted any more.
  expect(await imported(origin, file)).toMatch(/memory: unchanged 2/);
});

test("a deleted document with its history is unchanged where it was imported before", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}/state/gone`;
  for (const value of [1, 2]) await origin.send("PUT", path, { value });
  await origin.send("DELETE", path);
  const file = await exported(origin, namespace, "deleted-document");
  expect(await imported(target, file)).toMatch(/state: created 1/);
  const history = (await target.send("GET", `${path}/history`)).text;
  for (const rule of ["skip", "overwrite"]) {
    const again = await imported(target, file, "--on-conflict", rule);
    expect(again).toMatch(/state: unchanged 1/);
    expect(again).not.toMatch(/state\w*: [^;\n]*created/);
  }
  expect((await target.send("GET", `${path}/history`)).text).toBe(history);
});

test("incremental exports bring another store to the same content, and delete there what was deleted", async () => {
  const namespace = newNamespace();
  const place = `/v1/namespaces/${namespace}`;
  const gone = await remember(origin, namespace, { content: "Soon gone." });
  const changed = await remember(origin, namespace, { content: "Soon changed." });
  await remember(origin, namespace, { content: "Stays." });
  await origin.send("PUT", `${place}/state/stays`, { value: 0 });
  await origin.send("PUT", `${place}/state/changes`, { value: 1 });
  await origin.send("PUT", `${place}/state/goes`, { value: 1 });
  for (const name of ["goes", "grows"])
    await origin.send("POST", `${place}/sessions/${name}/messages`, said("One."));
  const full = await exported(origin, namespace, "full");
  await imported(target, full);

  await origin.send("DELETE", `${memoriesOf(namespace)}/${gone.id}`);
  await origin.send("PATCH", `${memoriesOf(namespace)}/${changed.id}`, { content: "Changed." });
  await remember(origin, namespace, { content: "New." });
  await origin.send("PUT", `${place}/state/changes`, { value: 2 });
  await origin.send("DELETE", `${place}/state/goes`);
  await origin.send("DELETE", `${place}/sessions/goes`);
  await origin.send("POST", `${place}/sessions/grows/messages`, said("Two."));
  const [manifest] = linesOf(full) as [ManifestLine];
  const increment = await exported(origin, namespace, "increment", "--since", manifest.started_at);
  expect(linesOf(increment).filter(({ kind }) => kind === "memory")).toHaveLength(2);
  expect(linesOf(increment).filter(({ kind }) => kind === "erased")).toHaveLength(3);
  await imported(target, increment, "--on-conflict", "overwrite");
  const [here, there] = [
    await exported(origin, namespace, "here"),
    await exported(target, namespace, "there"),
  ];
  expect(timeless(contentOf(there))).toEqual(timeless(contentOf(here)));

  // In the wrong order, and twice, what was deleted stays deleted all the same.
  await imported(target, full);
  await imported(target, increment, "--on-conflict", "overwrite");
  expect((await target.send("GET", `${memoriesOf(namespace)}/${gone.id}`)).status).toBe(404);
  expect(timeless(contentOf(await exported(target, namespace, "again")))).toEqual(timeless(contentOf(here)));
});

const left = async (namespace: string, key: string) => ({
  document: (await target.send("GET", `/v1/namespaces/${namespace}/state/${key}`)).status,
  history: (await target.send("GET", `/v1/namespaces/${namespace}/state/${key}/history`)).text.includes(
    "Rosa",
  ),
});

test("an incremental import erases documents and aliases that were erased after the full one", async () => {
  const namespace = newNamespace();
  const place = `/v1/namespaces/${namespace}`;
  const names = ["Rosa Brandt", "Rosie"];
  for (const key of ["about", "deleted", "kept"])
    await setState(origin, namespace, key, { who: key === "kept" ? "Otto" : "Rosa Brandt" });
  await setState(origin, namespace, "about", { who: "Rosa Brandt", n: 2 });
  await origin.send("PUT", `${place}/entities/${names[0]}`, { aliases: [names[1]] });
  await origin.send("PUT", `${place}/entities/Otto`, { aliases: ["Ottokar"] });
  const full = await exported(origin, namespace, "full");
  await imported(target, full);
  // As if its history were over as well.
  await origin.send("DELETE", `${place}/state/deleted`);
  await erased(origin, { subject: { state_key: "deleted" }, namespace });
  await erased(origin, { subject: { entity: "Rosa Brandt", mentions: true }, namespace });
  const [manifest] = linesOf(full) as [ManifestLine];
  const increment = await exported(origin, namespace, "increment", "--since", manifest.started_at);
  expect(await imported(target, increment, "--on-conflict", "overwrite", "--dry-run")).toMatch(/replaced/);
  await imported(target, increment, "--on-conflict", "overwrite");
  expect(await left(namespace, "about")).toEqual({ document: 404, history: false });
  expect(await left(namespace, "deleted")).toEqual({ document: 404, history: false });
  expect(await left(namespace, "kept")).toMatchObject({ document: 200 });
  const entities = (await target.send("GET", `${place}/entities`)).text;
  expect(entities).not.toMatch(/Ros/);
  expect(entities).toContain("Ottokar");
  // The full one once more changes nothing of that.
  await imported(target, full, "--on-conflict", "overwrite");
  expect(await left(namespace, "about")).toEqual({ document: 404, history: false });
  expect((await target.send("GET", `${place}/entities`)).text).not.toMatch(/Ros/);
});

test("an import doesn't bring back the history of a document that was deleted, or over, and then erased", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}/state`;
  await setState(origin, namespace, "gone", "Rosa");
  await origin.send("DELETE", `${path}/gone`);
  await origin.send("PUT", `${path}/over`, { value: "Rosa", ttl_seconds: 1 });
  const file = await exported(origin, namespace, "history");
  await until(
    () => origin.send("GET", `${path}/over`),
    ({ status }) => status === 404,
  );
  await erased(origin, { subject: { state_key: ["gone", "over"] }, namespace });
  // What is written after it has a history of its own.
  await setState(origin, namespace, "gone", "Otto");
  const report = await imported(origin, file, "--on-conflict", "overwrite");
  expect(report).toMatch(/state: erased 2/);
  const history = await origin.send("GET", `${path}/gone/history`);
  expect(history.text).not.toContain("Rosa");
  expect((await origin.send("GET", `${path}/over/history`)).text).not.toContain("Rosa");
  const later = await exported(origin, namespace, "later");
  await imported(target, file);
  await imported(target, later, "--on-conflict", "overwrite");
  expect(await left(namespace, "gone")).toEqual({ document: 200, history: false });
  expect(await left(namespace, "over")).toEqual({ document: 404, history: false });
});

test("an import takes the words of an erased memory out of the one that followed it", async () => {
  const namespace = newNamespace();
  const told = { memory_type: "episodic", session_id: "s" };
  const first = await remember(origin, namespace, { ...told, content: "Zebulon called." });
  const next = await remember(origin, namespace, { ...told, content: "Then it rained." });
  const lent = async (prefix: string) =>
    String(await redis.sendCommand(["JSON.GET", createKeys(prefix).record(namespace, next.id), "$.index"]));
  const full = await exported(origin, namespace, "words");
  await imported(target, full);
  expect(await lent(target.prefix)).toContain("Zebulon");
  const [manifest] = linesOf(full) as [ManifestLine];
  await origin.send("DELETE", `${memoriesOf(namespace)}/${first.id}`);
  const increment = await exported(origin, namespace, "erased", "--since", manifest.started_at);
  await imported(target, increment);
  expect(await lent(target.prefix)).not.toContain("Zebulon");
  // The older file has its words, and the store knows that they are erased.
  await target.send("DELETE", `${memoriesOf(namespace)}/${next.id}`);
  await redis.zRem(createKeys(target.prefix).gone(namespace), `m ${next.id}`);
  await imported(target, full);
  expect(await lent(target.prefix)).toContain("rain");
  expect(await lent(target.prefix)).not.toContain("Zebulon");
});

const deletionsOf = async (namespace: string): Promise<unknown> => {
  const { body } = await origin.send("GET", `/v1/namespaces/${namespace}/stats`);
  return (body as { kept: { deletions: { entries: number } } }).kept.deletions.entries;
};

test("a note whose time is still to come is refused: it would delete what is still to be written", async () => {
  const namespace = newNamespace();
  await setState(origin, namespace, "stays", 1);
  const [manifest] = linesOf(await exported(origin, namespace, "for-its-manifest"));
  const note = { kind: "erased", namespace, id: hash("sha1", "stays") };
  const file = join(folder, "ahead.jsonl");
  for (const what of ["state", "memory"]) {
    forge(file, [manifest, { ...note, what, at: Date.now() + 3_600_000 }]);
    const { code, stderr } = await mneme(origin, ["import", file]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("to come") as string });
  }
  expect(await deletionsOf(namespace)).toBe(0);
  expect((await origin.send("GET", `/v1/namespaces/${namespace}/state/stays`)).status).toBe(200);
  // Another store's clock may be a little ahead.
  forge(file, [manifest, { ...note, what: "state", at: Date.now() + 60_000 }]);
  await imported(origin, file);
  expect(await deletionsOf(namespace)).toBe(1);
  expect((await origin.send("GET", `/v1/namespaces/${namespace}/state/stays`)).status).toBe(404);
});

test("a namespace keeps a million notes of deletions: a deletion drives out the oldest one, an import none", async () => {
  const namespace = newNamespace();
  const notes = `${origin.prefix}:gone:{${namespace}}`;
  const first = Date.now() - 3_600_000;
  const plant = `for i = ARGV[1], ARGV[1] + 9999 do redis.call('ZADD', KEYS[1], ${first} + i, 'm ' .. i) end`;
  for (let from = 0; from < 1_000_000; from += 10_000)
    await redis.eval(plant, { keys: [notes], arguments: [String(from)] });
  await setState(origin, namespace, "goes", 1);
  const [manifest] = linesOf(await exported(target, namespace, "for-its-manifest"));
  expect((await origin.send("DELETE", `/v1/namespaces/${namespace}/state/goes`)).status).toBe(204);
  expect(await redis.zCard(notes)).toBe(1_000_000);
  expect(await deletionsOf(namespace)).toBe(1_000_000);
  expect(await redis.zmScore(notes, ["m 0", "m 1", `d ${hash("sha1", "goes")}`])).toEqual([
    null,
    first + 1,
    expect.any(Number),
  ]);
  const file = join(folder, "driven-out.jsonl");
  forge(file, [
    manifest,
    { kind: "erased", namespace, what: "state", id: hash("sha1", "other"), at: Date.now() },
  ]);
  const { code, stderr } = await mneme(origin, ["import", file]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("quota") as string });
  expect(await redis.zScore(notes, "m 1")).toBe(first + 1);
  await redis.unlink(notes);
});

test("after the deletion of a namespace, neither the full export nor the incremental one brings back any of it", async () => {
  const [namespace, other] = [newNamespace(), newNamespace()];
  const place = `/v1/namespaces/${namespace}`;
  const fact = { subject: "Otto", predicate: "lives in", object: "Linz" };
  await remember(origin, namespace, { content: "Otto lives in Linz.", memory_type: "semantic", fact });
  await remember(origin, other, { content: "Pumps are checked in May." });
  await origin.send("POST", `${place}/sessions/s/messages`, said("I am Otto."));
  for (const value of ["one", "two"]) await setState(origin, namespace, "kept", value);
  await setState(origin, namespace, "old", "one");
  const between = new Date().toISOString();
  await until(
    async () => Date.now(),
    (now) => now > Date.parse(between) + 5,
  );
  await origin.send("DELETE", `${place}/state/old`);
  for (const [name, alias] of [
    ["Otto", "Ottokar"],
    ["Berta", "Berti"],
  ])
    expect((await origin.send("PUT", `${place}/entities/${name}`, { aliases: [alias] })).status).toBe(200);
  const ids: string[] = [];
  for (const namespaces of [[namespace], [namespace, other]])
    ids.push((await recall(origin, { query: "Where does Otto live?", namespaces })).receipt_id ?? "");
  const { receipt_id: others = "" } = await recall(origin, { query: "pumps", namespaces: [other] });
  const both = ["--namespace", other, "--receipts"];
  const full = await exported(origin, namespace, "full", ...both);
  expect(linesOf(full).map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["aliases", "state_version", "receipt"]),
  );
  const since = (linesOf(full)[0] as ManifestLine).started_at;
  const cleared = await origin.send("DELETE", place);
  expect(cleared, cleared.text).toMatchObject({ status: 200 });
  // What is written later under the same names stays.
  const [again, later] = ["Otto", "Otmar"];
  await remember(origin, namespace, { content: "Otto is a name.", fact: { ...fact, object: "Graz" } });
  await origin.send("PUT", `${place}/entities/${again}`, { aliases: [later] });
  await setState(origin, namespace, "old", "three");
  const { receipt_id: newer = "" } = await recall(origin, { query: "Otto", namespaces: [namespace] });
  const increment = await exported(origin, namespace, "increment", ...both, "--since", since);

  const asOf = `${place}/state/old?as_of=${encodeURIComponent(between)}`;
  const check = async (service: Service): Promise<void> => {
    const { text } = await service.send("GET", `${place}/entities`);
    expect(text).toContain(later);
    for (const gone of ["Ottokar", "Berti", "Linz"]) expect(text).not.toContain(gone);
    expect((await service.send("GET", asOf)).status).not.toBe(200);
    expect(await service.send("GET", `${place}/state/old`)).toMatchObject({ body: { value: "three" } });
    const paths = [...ids, others, newer].map((id) => `/v1/receipts/${id}`);
    expect(await statuses(service, paths)).toEqual([404, 404, 200, 200]);
    expect(await statuses(service, [`${place}/state/kept`, `${place}/sessions/s`])).toEqual([404, 404]);
  };
  await imported(target, full);
  expect(
    await statuses(
      target,
      ids.map((id) => `/v1/receipts/${id}`),
    ),
  ).toEqual([200, 200]);
  await imported(target, increment, "--on-conflict", "overwrite");
  await check(target);
  // The older file once more, where all of it is known to be gone.
  for (const service of [origin, target]) {
    const report = await imported(service, full);
    expect(report).toMatch(/aliases: (skipped 1, erased 1|erased 1, skipped 1)/);
    expect(report).toMatch(/state: erased 2/);
    await check(service);
  }
});
