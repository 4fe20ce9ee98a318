import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { forge, linesOf, mneme } from "../../support/acts/backup.js";
import { bodyOf, pathOf, recall, remember, revise } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { tempFolder } from "../../support/run/temp-dir.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "local" });
const folder = tempFolder();

/** Namespaces below one of their own, of which each holds an import of the same template. */
async function imported(content: string): Promise<{ root: string; anna: Memory; bob: Memory }> {
  const root = `t${randomUUID()}`;
  const template = await remember(service, `${root}.template`, { content });
  const file = join(folder, `${root}.jsonl`);
  const out = await mneme(service, ["export", "--out", file, "--namespace", `${root}.template`]);
  expect(out.code, out.stderr).toBe(0);
  const into = async (name: string): Promise<Memory> => {
    const done = await mneme(service, ["import", file, "--into", `${root}.team.${name}`]);
    expect(done.code, done.stderr).toBe(0);
    const ref = { namespace: `${root}.team.${name}`, id: template.id };
    return bodyOf<Memory>(await service.send("GET", pathOf(ref)), 200);
  };
  return { root, anna: await into("anna"), bob: await into("bob") };
}

const namespacesOf = (hits: readonly { readonly memory: Memory }[]): string[] =>
  hits.map(({ memory }) => memory.namespace).toSorted();

test("memories with one id in two namespaces are two hits, each with its own score", async () => {
  const { root, anna, bob } = await imported("The preferred airline is Condor, by the window.");
  await revise(service, bob, { content: "The preferred airline is Finnair, on the aisle, never by night." });
  for (const mode of ["keyword", "vector", "hybrid"]) {
    for (const merge of ["scores", "rrf"]) {
      const request = { query: "Which airline is preferred, Finnair?", mode, merge, explain: true };
      const namespaces = merge === "rrf" ? [anna.namespace, bob.namespace] : [`${root}.team.**`];
      const { hits } = await recall(service, { ...request, namespaces });
      expect(namespacesOf(hits), `${mode} ${merge}`).toEqual([anna.namespace, bob.namespace]);
      expect(hits.flatMap(({ also_in = [] }) => also_in)).toEqual([]);
      if (merge === "scores") {
        expect(hits[0]?.memory.content).toContain("Finnair");
        expect(hits[0]?.score).toBeGreaterThan(hits[1]?.score ?? 1);
      }
    }
  }
});

test("a copy of a copy is one hit with its origin, where the copy between isn't searched", async () => {
  const root = `t${randomUUID()}`;
  const memory = await remember(service, `${root}.own`, { content: "The kiln needs nine hours to cool." });
  const publish = async (from: string, to: string): Promise<void> => {
    const path = pathOf({ namespace: from, id: memory.id });
    bodyOf(await service.send("POST", `${path}/publish`, { to }), 201);
  };
  await publish(`${root}.own`, `${root}.shared`);
  await publish(`${root}.shared`, `${root}.wide`);
  const namespaces = [`${root}.own`, `${root}.wide`];
  const { hits } = await recall(service, { query: "kiln hours", namespaces });
  expect(hits).toMatchObject([{ memory: { namespace: `${root}.own` }, also_in: [`${root}.wide`] }]);
  const everywhere = await recall(service, { query: "kiln hours", namespaces: [`${root}.**`] });
  expect(everywhere.hits).toHaveLength(1);
  expect(everywhere.hits[0]?.also_in?.toSorted()).toEqual([`${root}.shared`, `${root}.wide`]);
});

test("a file whose copies name each other as origin hides nothing and stops no recall", async () => {
  const { root, anna } = await imported("The vault opens with a brass key.");
  const file = join(folder, `${root}-circle.jsonl`);
  const out = await mneme(service, ["export", "--out", file, "--namespace", `${root}.**`]);
  expect(out.code, out.stderr).toBe(0);
  const origin = (namespace: string) => ({
    namespace,
    id: anna.id,
    version: 1,
    latest_version: 1,
    published_by: "p",
    published_at: Date.now(),
    follow: false,
    deleted_at: null,
  });
  const there = `t${randomUUID()}`;
  const lines = linesOf(file).map((line) => {
    if (line.kind !== "memory") return line;
    const other = line.namespace.endsWith("anna") ? "bob" : "anna";
    const memory = Object.assign(line.memory, { origin: origin(`${there}.team.${other}`) });
    return Object.assign(line, { memory });
  });
  forge(file, lines);
  const done = await mneme(service, ["import", file, "--into", there]);
  expect(done.code, done.stderr).toBe(0);
  const { hits } = await recall(service, {
    query: "brass key",
    namespaces: [`${there}.**`, `${root}.**`],
    duplicates: "keep",
  });
  expect(namespacesOf(hits)).toEqual(
    expect.arrayContaining([`${root}.team.anna`, `${root}.team.bob`, `${root}.template`]),
  );
});

test("a profile shows memories with one id in two namespaces both, and a replay tells them apart", async () => {
  const { root, anna, bob } = await imported("Ilse Brandt likes the seat by the window.");
  await revise(service, bob, { content: "Ilse Brandt likes the seat on the aisle." });
  const namespaces = [anna.namespace, bob.namespace];
  const others = `namespaces=${bob.namespace}`;
  const path = `/v1/namespaces/${anna.namespace}/profiles/Ilse%20Brandt?${others}`;
  const { preferences } = bodyOf<{ preferences: Memory[] }>(await service.send("GET", path), 200);
  expect(preferences.map(({ namespace }) => namespace).toSorted()).toEqual(namespaces);

  const asked = await recall(service, { query: "Ilse Brandt seat", namespaces, receipt: true });
  await revise(service, anna, { content: "Ilse Brandt likes the seat at the back." });
  const replay = await service.send("POST", `/v1/receipts/${asked.receipt_id}/replay`);
  expect(bodyOf(replay, 200)).toMatchObject({ changes: { gone: [], added: [], revised: [anna.id] } });
  bodyOf(await service.send("DELETE", pathOf(bob)), 204);
  const again = await service.send("POST", `/v1/receipts/${asked.receipt_id}/replay`);
  expect(bodyOf(again, 200)).toMatchObject({ changes: { gone: [bob.id], added: [] } });
  expect(root).not.toBe("");
});
