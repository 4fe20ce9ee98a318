import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import { getState, setState } from "../support/acts/state.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const file = join(tempFolder(), "moment.jsonl");

type StateLine = Extract<Line, { readonly kind: "state" }>;

/** Writes the export's parts to the file, and returns its moment. */
async function exported(namespace: string): Promise<string> {
  const begun = await origin.send("POST", "/v1/exports", { namespaces: [namespace] });
  const { id, started_at } = bodyOf<{ id: string; started_at: string }>(begun, 202);
  let text = "";
  for (let part = 1; !text.includes('{"kind":"trailer"'); part++) {
    const answer = await origin.send("GET", `/v1/exports/${id}/parts/${part}`);
    expect(answer.status).toBe(200);
    text += answer.text;
  }
  writeFileSync(file, text);
  return started_at;
}

/** Values by key; of a document that is in the file twice, the last one counts. */
function documentsOf(lines: readonly Line[]): Map<string, unknown> {
  const documents = new Map<string, unknown>();
  for (const { key, document } of lines.filter((line): line is StateLine => line.kind === "state")) {
    if (document === null) documents.delete(key);
    else documents.set(key, JSON.parse(document.json));
  }
  return documents;
}

const transfer = fc.record({ from: fc.nat(7), to: fc.nat(7), amount: fc.integer({ min: 1, max: 500 }) });

test("documents of state are exported as of one moment, whatever transactions go on meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transfer, { minLength: 4, maxLength: 40 }), async (transfers) => {
      const namespace = newNamespace();
      const path = `/v1/namespaces/${namespace}/state-transactions`;
      for (let account = 0; account < 8; account++)
        await setState(origin, namespace, `account ${account}`, { balance: 1000 });
      await setState(origin, namespace, "token 0", "here");

      const stop = new AbortController();
      let token = 0;
      let done = 0;
      const move = async (at: number): Promise<void> => {
        const { from, to, amount } = transfers[at % transfers.length] ?? { from: 0, to: 1, amount: 1 };
        const operations = [
          { op: "increment", key: `account ${from}`, path: "$.balance", by: -amount },
          { op: "increment", key: `account ${to}`, path: "$.balance", by: amount },
        ];
        expect((await origin.send("POST", path, { operations })).status).toBe(200);
        done += 1;
      };
      const pass = async (): Promise<void> => {
        const next = (token + 1) % 5;
        const operations = [
          { op: "delete", key: `token ${token}` },
          { op: "set", key: `token ${next}`, value: "here" },
        ];
        expect((await origin.send("POST", path, { operations })).status).toBe(200);
        token = next;
      };
      const write = async (writer: number): Promise<void> => {
        for (let at = writer; !stop.signal.aborted; at += 2) {
          await move(at);
          if (writer === 0) await pass();
        }
      };
      const [moment] = await Promise.all([
        exported(namespace).finally(() => stop.abort()),
        write(0),
        write(1),
      ]);
      expect(done).toBeGreaterThan(0);

      const documents = documentsOf(linesOf(file));
      const held = [...documents].filter(([key]) => key.startsWith("account"));
      expect(held).toHaveLength(8);
      const total = held.reduce((sum, [, value]) => sum + (value as { balance: number }).balance, 0);
      expect(total).toBe(8000);
      expect([...documents.keys()].filter((key) => key.startsWith("token"))).toHaveLength(1);
      for (const [key, value] of documents) {
        const then = await getState(origin, namespace, key, `?as_of=${encodeURIComponent(moment)}`);
        expect(then.body, key).toMatchObject({ value });
      }
    }),
    { numRuns: 3 },
  );

  // What was exported last comes back as it was, with its history.
  const imported = await mneme(target, ["import", file]);
  expect(imported.code, imported.stderr).toBe(0);
  const [namespace] = linesOf(file).flatMap((line) => (line.kind === "state" ? [line.namespace] : []));
  for (const [key, value] of documentsOf(linesOf(file)))
    expect((await getState(target, namespace ?? "", key)).body, key).toMatchObject({ value });
});
