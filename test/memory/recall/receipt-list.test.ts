import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, createKey, keyFor } from "../../support/acts/access.js";
import { bodyOf, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { startService } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";

interface Page {
  readonly receipts: readonly { readonly id: string; readonly query: string; readonly at: string }[];
  readonly cursor: string | null;
}

let open: Service;
let root: Service;
beforeAll(async () => {
  open = await startService();
  root = as(open, (await createKey(open)).key);
});
afterAll(() => open.stop());

const listOf = async (namespace: string, query = ""): Promise<Page> =>
  bodyOf<Page>(await root.send("GET", `/v1/namespaces/${namespace}/receipts${query}`), 200);

async function asked(by: Service, namespaces: string[], queries: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const query of queries) {
    const { receipt_id } = await recall(by, { query, namespaces, receipt: true });
    ids.push(receipt_id ?? "");
    await sleep(5);
  }
  return ids;
}

test("receipts are listed newest first, in pages, with what was asked and who asked", async () => {
  const namespace = newNamespace();
  expect(await listOf(namespace)).toEqual({ receipts: [], cursor: null });
  await remember(root, namespace, { content: "Boots are size 43." });
  const ids = await asked(root, [namespace], ["boots", "size", "zeppelin"]);
  const all = await listOf(namespace);
  expect(all.receipts.map(({ id }) => id)).toEqual(ids.toReversed());
  expect(all.receipts[2]).toMatchObject({
    query: "boots",
    hits: 1,
    agent: expect.any(String),
    as_of: null,
    valid_at: null,
    degraded: ["vector"],
  });
  const walked: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await listOf(namespace, `?limit=1${cursor === null ? "" : `&cursor=${cursor}`}`);
    walked.push(...page.receipts.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== null);
  expect(walked).toEqual(ids.toReversed());
});

test("a list of receipts is cut by agent and by time", async () => {
  const namespace = newNamespace();
  const other = as(open, await keyFor(root, namespace, ["read"], "scout"));
  const [mine = ""] = await asked(root, [namespace], ["first"]);
  const [theirs = ""] = await asked(other, [namespace], ["second"]);
  expect((await listOf(namespace, "?agent_id=scout")).receipts.map(({ id }) => id)).toEqual([theirs]);
  const { receipts } = await listOf(namespace);
  const at = encodeURIComponent(receipts[0]?.at ?? "");
  expect((await listOf(namespace, `?from=${at}`)).receipts.map(({ id }) => id)).toEqual([theirs]);
  expect((await listOf(namespace, `?to=${at}`)).receipts.map(({ id }) => id)).toEqual([mine]);
  for (const early of ["1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]) {
    expect(await listOf(namespace, `?to=${early}`)).toEqual({ receipts: [], cursor: null });
    expect((await listOf(namespace, `?from=${early}`)).receipts).toHaveLength(2);
  }
  const { cursor } = await listOf(namespace, "?limit=1");
  const wrong = `/v1/namespaces/${namespace}/receipts?limit=1&agent_id=scout&cursor=${cursor}`;
  expect(await root.send("GET", wrong)).toMatchObject({ status: 400 });
});

test("a recall of several namespaces is in none of their lists, and a list is on record", async () => {
  const [one, two] = [newNamespace(), newNamespace()];
  await asked(root, [one, two], ["zeppelins over water"]);
  expect((await listOf(one)).receipts).toEqual([]);
  const writer = as(open, await keyFor(root, one, ["write"], "writer"));
  expect(await writer.send("GET", `/v1/namespaces/${one}/receipts`)).toMatchObject({ status: 403 });
  const trail = await root.send("GET", `/v1/audit?namespace=${one}`);
  const { entries } = trail.body as { entries: { verb: string }[] };
  expect(entries.map(({ verb }) => verb)).toContain("receipt.list");
});
