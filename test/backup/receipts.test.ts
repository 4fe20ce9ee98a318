import { join } from "node:path";
import { createClient } from "redis";
import { expect, inject, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { forge, linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, newNamespace, recall, remember, revise } from "../support/acts/memories.js";
import { homeHash, idOfPlace } from "../../src/redis/receipts/place.js";
import { ALL_VERBS, as, createKey, keyFor } from "../support/acts/access.js";
import { useFakeEmbedder } from "../support/embeddings/use-fake-embedder.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const { service: origin } = await useFakeEmbedder(8);
const { service: target } = await useFakeEmbedder(8);
const folder = tempFolder();

async function exported(namespace: string, name: string, ...args: string[]): Promise<string> {
  const file = join(folder, `${name}.jsonl`);
  const ran = await mneme(origin, ["export", "--out", file, "--namespace", namespace, ...args]);
  expect(ran.code, ran.stderr).toBe(0);
  return file;
}

async function imported(service: Service, file: string, ...args: string[]): Promise<string> {
  const ran = await mneme(service, ["import", file, ...args]);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.stderr;
}

interface ReceiptBody {
  readonly query: string;
  readonly hits: readonly {
    readonly version: number;
    readonly memory: { readonly content: string } | null;
  }[];
}

interface Named {
  readonly hits: readonly {
    readonly namespace: string;
    readonly also?: readonly { readonly namespace: string }[];
    readonly turns?: readonly unknown[];
  }[];
}

interface Replayed {
  readonly now: { readonly hits: readonly unknown[] };
  readonly changes: unknown;
}

const receiptOf = async (service: Service, id: string): Promise<ReceiptBody> =>
  bodyOf<ReceiptBody>(await service.send("GET", `/v1/receipts/${id}`), 200);

const receipts = (file: string) =>
  linesOf(file).filter((line): line is Extract<Line, { kind: "receipt" }> => line.kind === "receipt");

test("a receipt still shows after a restore what the agent knew when it decided", async () => {
  const namespace = newNamespace();
  const memory = await remember(origin, namespace, { content: "The depot in Graz opens at six." });
  const asked = {
    query: "When does the depot open?",
    namespaces: [namespace],
    thread_id: "thread 7",
    filter: { tags: undefined, metadata: { shelf: { exists: false } } },
    min_trust: 0.1,
  };
  const { receipt_id: first } = await recall(origin, asked);
  const embedding = Array.from({ length: 8 }, (_, at) => Math.sin(at + 1));
  const { receipt_id: second } = await recall(origin, { ...asked, embedding });
  const { receipt_id: wide } = await recall(origin, { ...asked, namespaces: [`${namespace}.**`, namespace] });
  await revise(origin, memory, { content: "The depot in Graz opens at noon." });

  const file = await exported(`${namespace}.**`, "with", "--receipts", "--vectors");
  expect(receipts(file)).toHaveLength(3);
  expect(receipts(await exported(`${namespace}.**`, "without"))).toEqual([]);
  expect(await imported(target, file)).toMatch(/receipt: created 3/);
  for (const id of [first, second, wide]) {
    const there = await receiptOf(target, id ?? "");
    expect(there.hits.map(({ memory: known }) => known?.content)).toEqual([
      "The depot in Graz opens at six.",
    ]);
    expect(there).toEqual(await receiptOf(origin, id ?? ""));
    const replayed = await target.send("POST", `/v1/receipts/${id}/replay`);
    expect(replayed.status, replayed.text).toBe(200);
  }
  expect(await imported(target, file, "--on-conflict", "overwrite")).toMatch(/receipt: unchanged 3/);
  expect(await imported(origin, file)).toMatch(/receipt: unchanged 3/);

  // From there on, as any other: exported once more, and moved with its namespace.
  const moved = newNamespace();
  // Under these ids there are others here.
  expect(await imported(target, file, "--into", moved, "--dry-run")).toMatch(/receipt: skipped 3/);
  const again = join(folder, "again.jsonl");
  const ran = await mneme(target, ["export", "--out", again, "--namespace", `${namespace}.**`, "--receipts"]);
  expect(ran.code, ran.stderr).toBe(0);
  const byId = (lines: readonly { receipt: { id: string } }[]) =>
    lines.toSorted((a, b) => (a.receipt.id < b.receipt.id ? -1 : 1));
  expect(byId(receipts(again))).toEqual(byId(receipts(file)));
});

test("a receipt that is moved names what its hits stand for in the new place, and nothing of the old one", async () => {
  const [from, moved] = [newNamespace(), newNamespace()];
  const content = "The depot in Graz opens at six.";
  for (const part of ["a", "b"]) await remember(origin, `${from}.${part}`, { content });
  const session_id = "a call";
  for (const turn of ["Who has the key of the cellar?", "Berta has it."])
    await remember(origin, `${from}.a`, { content: turn, memory_type: "episodic", session_id });
  const { receipt_id: id } = await recall(origin, {
    query: "When does the depot open?",
    namespaces: [`${from}.**`],
  });
  const asked = { query: "cellar key", namespaces: [`${from}.**`], context_turns: 1, limit: 1 };
  const { receipt_id: talk } = await recall(origin, asked);
  const file = await exported(`${from}.**`, "several", "--receipts");
  expect(await imported(target, file, "--into", moved)).toMatch(/receipt: created 2/);
  const there = await target.send("GET", `/v1/receipts/${id}`);
  const { hits } = bodyOf<Named>(there, 200);
  const best = hits.find(({ also }) => also !== undefined);
  expect([best?.namespace, ...(best?.also ?? []).map(({ namespace }) => namespace)].toSorted()).toEqual([
    `${moved}.a`,
    `${moved}.b`,
  ]);
  const turns = await target.send("GET", `/v1/receipts/${talk}`);
  expect(bodyOf<Named>(turns, 200).hits.some((hit) => hit.turns !== undefined)).toBe(true);
  expect(there.text + turns.text).not.toContain(from);

  // Who erases one of the copies erases the receipt that names it.
  const other = `${moved}.${best?.namespace === `${moved}.a` ? "b" : "a"}`;
  const erased = await mneme(target, ["erase", "--namespace", other]);
  expect(erased.code, erased.stderr).toBe(0);
  expect((await target.send("GET", `/v1/receipts/${id}`)).status).toBe(404);
});

test("a line that says a receipt was deleted deletes none of others, none of another place, and none that is newer", async () => {
  const service = await startService();
  const root = as(service, (await createKey(service)).key);
  const [mine, other, theirs] = [newNamespace(), newNamespace(), newNamespace()];
  const key = (
    await createKey(root, {
      agent: "mallory",
      grants: [mine, other].map((namespace) => ({ namespace, verbs: ALL_VERBS })),
    })
  ).key;
  const mallory = as(service, key);
  await remember(root, mine, { content: "Ada lives in Graz." });
  const asked = async (namespaces: readonly string[]): Promise<string> =>
    (await recall(root, { query: "Ada", namespaces })).receipt_id ?? "";
  const own = await asked([mine]);
  const alone = await asked([theirs]);
  const shared = await asked([mine, theirs]);
  const elsewhere = await asked([other]);
  const between = Date.now();
  await until(
    async () => Date.now(),
    (now) => now > between,
  );
  const newer = await asked([mine]);
  const out = join(folder, "of-mine.jsonl");
  const exporting = await mneme(service, ["export", "--out", out, "--namespace", mine], key);
  expect(exporting.code, exporting.stderr).toBe(0);
  const lines = linesOf(out);
  const erased = [own, alone, shared, elsewhere, newer].map((id) => ({
    kind: "erased",
    namespace: mine,
    what: "receipt",
    id,
    at: between,
  }));
  const file = join(folder, "erased-receipts.jsonl");
  forge(file, [...lines.slice(0, 1), ...erased, ...lines.slice(1)]);
  for (const dry of [["--dry-run"], []]) {
    const ran = await mneme(service, ["import", file, ...dry], key);
    expect(ran.code, ran.stderr).toBe(0);
    // It looks as if none of the others were there.
    expect(ran.stderr).toMatch(/erased: created 4, replaced 1|erased: replaced 1, created 4/);
  }
  const statusOf = async (id: string) => (await root.send("GET", `/v1/receipts/${id}`)).status;
  expect(await Promise.all([own, alone, shared, elsewhere, newer].map(statusOf))).toEqual([
    404, 200, 200, 200, 200,
  ]);
  expect((await mallory.send("GET", `/v1/receipts/${alone}`)).status).toBe(404);
  await service.stop();
});

test("a receipt that was imported under the id of a recall to come hides nothing of it, and each goes alone", async () => {
  const service = await startService();
  const root = as(service, (await createKey(service)).key);
  const [mine, theirs] = [newNamespace(), newNamespace()];
  const key = await keyFor(root, mine, ALL_VERBS);
  const [mallory, victim] = [as(service, key), as(service, await keyFor(root, theirs, ALL_VERBS))];
  await recall(mallory, { query: "pumps", namespaces: [mine] });
  await recall(victim, { query: "valves", namespaces: [theirs] });
  // A stream goes on where it is as long as Redis's clock is behind that: so the next id is known.
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  const stream = `${service.prefix}:receipts:{${theirs}}`;
  const ahead = Date.now() + 200_000;
  await redis.xAdd(stream, `${ahead}-0`, { r: "" });
  redis.destroy();
  const id = idOfPlace({ home: homeHash(theirs), entry: `${ahead}-1` });

  const out = join(folder, "of-mallory.jsonl");
  const exporting = await mneme(service, ["export", "--out", out, "--namespace", mine, "--receipts"], key);
  expect(exporting.code, exporting.stderr).toBe(0);
  const lines = linesOf(out);
  const taking = (line: Line): unknown =>
    line.kind === "receipt" ? { ...line, receipt: { ...line.receipt, id } } : line;
  const file = join(folder, "taking.jsonl");
  forge(file, lines.map(taking));
  expect((await mneme(service, ["import", file], key)).stderr).toMatch(/receipt: created 1/);

  expect((await recall(victim, { query: "leaking valves", namespaces: [theirs] })).receipt_id).toBe(id);
  const queryOf = async (by: Pick<Service, "send">) => {
    const { status, body } = await by.send("GET", `/v1/receipts/${id}`);
    return status === 200 ? (body as { query: string }).query : status;
  };
  expect(await Promise.all([victim, mallory, root].map(queryOf))).toEqual([
    "leaking valves",
    "pumps",
    "leaking valves",
  ]);
  const erased = { kind: "erased", namespace: mine, what: "receipt", id, at: Date.now() };
  const removing = join(folder, "removing.jsonl");
  forge(removing, [...lines.slice(0, 1), erased]);
  expect((await mneme(service, ["import", removing], key)).stderr).toMatch(/erased: replaced 1/);
  expect(await Promise.all([victim, mallory].map(queryOf))).toEqual(["leaking valves", 404]);
  await service.stop();
});

test("a receipt of a recall that is still to come is refused", async () => {
  const namespace = newNamespace();
  await recall(origin, { query: "pumps", namespaces: [namespace] });
  const lines = linesOf(await exported(namespace, "early", "--receipts"));
  const file = join(folder, "early.jsonl");
  const later = (line: Line): unknown =>
    line.kind === "receipt" ? { ...line, receipt: { ...line.receipt, at: Date.now() + 600_000 } } : line;
  forge(file, lines.map(later));
  const ran = await mneme(target, ["import", file]);
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toContain("still to come");
});

test("a receipt can't name in a hit what its importer doesn't administer", async () => {
  const namespace = newNamespace();
  const content = "Ada lives in Graz.";
  await remember(origin, namespace, { content });
  await recall(origin, { query: "Ada", namespaces: [namespace] });
  const lines = linesOf(await exported(namespace, "named", "--receipts"));
  const file = join(folder, "naming.jsonl");
  const other = { namespace: newNamespace(), id: "01HZZZZZZZZZZZZZZZZZZZZZZZ" };
  const naming = (line: Line): unknown => {
    if (line.kind !== "receipt") return line;
    const hits = line.receipt.hits.map((hit) => ({ ...hit, also: [other] }));
    return { ...line, receipt: { ...line.receipt, hits } };
  };
  forge(file, lines.map(naming));
  // Moved, the other namespace has no place there.
  expect(await imported(target, file, "--into", newNamespace())).toMatch(/receipt: skipped 1/);
  const service = await startService();
  const root = as(service, (await createKey(service)).key);
  const ran = await mneme(service, ["import", file], await keyFor(root, namespace, ALL_VERBS));
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toMatch(/admin|forbidden|may not/i);
  expect(await mneme(service, ["import", file], await keyFor(root, "**", ALL_VERBS))).toMatchObject({
    code: 0,
  });
});

test("a replay shows each hit where the receipt is of a release that grouped none", async () => {
  const namespace = newNamespace();
  for (const part of ["a", "b"])
    await remember(origin, `${namespace}.${part}`, { content: "Ada lives in Graz." });
  const asked = { query: "Where does Ada live?", namespaces: [`${namespace}.**`], limit: 2 };
  const { receipt_id: grouped } = await recall(origin, asked);
  const { receipt_id: id } = await recall(origin, { ...asked, duplicates: "keep" });
  const file = await exported(`${namespace}.**`, "before-groups", "--receipts");
  const former = (line: Line): unknown => {
    if (line.kind !== "receipt" || line.receipt.id !== id) return line;
    const { duplicates: _, ...request } = line.receipt.request;
    return { ...line, receipt: { ...line.receipt, request } };
  };
  forge(file, linesOf(file).map(former));
  expect(await imported(target, file)).toMatch(/receipt: created 2/);
  const replayed = async (receipt: string | null) =>
    bodyOf<Replayed>(await target.send("POST", `/v1/receipts/${receipt}/replay`), 200);
  const unchanged = { gone: [], added: [], revised: [] };
  const each = await replayed(id);
  expect([each.now.hits.length, each.changes]).toEqual([2, unchanged]);
  const one = await replayed(grouped);
  expect([one.now.hits.length, one.changes]).toEqual([1, unchanged]);
});

test("a receipt that was erased doesn't come back, and one that was kept long enough doesn't either", async () => {
  const namespace = newNamespace();
  await remember(origin, namespace, { content: "Ada lives in Graz." });
  const { receipt_id: id } = await recall(origin, { query: "Ada", namespaces: [namespace] });
  const file = await exported(namespace, "before", "--receipts");
  const erased = await mneme(origin, ["erase", "--namespace", namespace]);
  expect(erased.code, erased.stderr).toBe(0);
  expect((await origin.send("GET", `/v1/receipts/${id}`)).status).toBe(404);
  expect(await imported(origin, file)).toMatch(/receipt: erased 1/);
  expect(await imported(origin, file, "--restore-erased")).toMatch(/receipt: created 1/);

  await target.send("PUT", `/v1/namespaces/${namespace}/settings`, { retention: { receipts_seconds: 0 } });
  expect(await imported(target, file)).toMatch(/receipt: expired 1/);
});

test("a forged receipt is refused with its line, and one that the importer doesn't administer too", async () => {
  const namespace = newNamespace();
  await remember(origin, namespace, { content: "Ada lives in Graz." });
  await recall(origin, { query: "Ada", namespaces: [namespace] });
  const lines = linesOf(await exported(namespace, "forged", "--receipts"));
  const wrong = [
    [{ query: "x".repeat(33_000) }, /query/],
    [{ namespaces: ["a}b"] }, /namespaces/],
    [{ filter: { metadata: { a: { gt: {} } } } }, /metadata/],
    [{ filter: { tags: ["a"], sql: 1 } }, /filter/],
    [{ limit: 1e6 }, /limit/],
    [{ embedding: "AAAA" }, /embedding/],
  ] as const;
  for (const [request, message] of wrong) {
    const file = join(folder, "wrong.jsonl");
    const changed = (line: Line): unknown => {
      if (line.kind !== "receipt") return line;
      return { ...line, receipt: { ...line.receipt, request: { ...line.receipt.request, ...request } } };
    };
    forge(file, lines.map(changed));
    const ran = await mneme(target, ["import", file, "--verify"]);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toMatch(/Line \d+/);
  }
});
