import { join } from "node:path";
import { expect, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { forge, linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, newNamespace, recall, remember, revise } from "../support/acts/memories.js";
import { useFakeEmbedder } from "../support/embeddings/use-fake-embedder.js";
import { tempFolder } from "../support/run/temp-dir.js";
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
  expect(await imported(target, file, "--into", moved, "--dry-run")).toMatch(/receipt: unchanged 3/);
  const again = join(folder, "again.jsonl");
  const ran = await mneme(target, ["export", "--out", again, "--namespace", `${namespace}.**`, "--receipts"]);
  expect(ran.code, ran.stderr).toBe(0);
  const byId = (lines: readonly { receipt: { id: string } }[]) =>
    lines.toSorted((a, b) => (a.receipt.id < b.receipt.id ? -1 : 1));
  expect(byId(receipts(again))).toEqual(byId(receipts(file)));
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
