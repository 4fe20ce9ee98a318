import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { forge, linesOf, mneme } from "../support/acts/backup.js";
import { said } from "../support/acts/trust.js";
import { memoriesOf, newNamespace, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import type { Service } from "../support/service/service.js";
import { until, useService } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const folder = tempFolder();
const file = join(folder, "all.jsonl");
const namespace = newNamespace();

const root = await createKey(origin);
const bot = await createKey(as(origin, root.key), {
  agent: "bot",
  grants: [{ namespace, verbs: ["read", "write"] }],
});
const critic = await keyFor(as(origin, root.key), namespace, ["read", "write"], "critic");
const newRoot = await createKey(target, { agent: "new root" });

const reputation = async (service: Service, key: string) =>
  (await as(service, key).send("GET", "/v1/agents/bot")).body;
const botReads = async (service: Service) =>
  (await as(service, bot.key).send("GET", memoriesOf(namespace))).status;

beforeAll(async () => {
  const memory = await remember(as(origin, bot.key), namespace, { content: "The walrus weighs 900 kg." });
  await said(as(origin, critic), memory, "contradicted");
  await until(
    () => reputation(origin, root.key),
    (found) => JSON.stringify(found).includes('"contradicted":1'),
  );
  const exported = await mneme(origin, ["export", "--out", file, "--keys"], root.key);
  expect(exported.code, exported.stderr).toBe(0);
});

/** What comes after `mn_`, an id and another underscore. The secret may have underscores too. */
const secretOf = (key: string): string => key.split("_").slice(2).join("_");

test("API keys work again after an import, and agents have the reputations that they had", async () => {
  expect(await botReads(target)).toBe(401);
  const imported = await mneme(target, ["import", file], newRoot.key);
  expect(imported.code, imported.stderr).toBe(0);
  expect(await botReads(target)).toBe(200);
  expect(await reputation(target, newRoot.key)).toEqual(await reputation(origin, root.key));
  // The key's secret is in no file.
  const text = readFileSync(file, "utf8");
  for (const { key } of [root, bot]) expect(text).not.toContain(secretOf(key));
  const again = await mneme(target, ["import", file], newRoot.key);
  expect(again.stderr).toContain("key: unchanged 3");
  expect(again.stderr).toContain("votes: unchanged 1");
});

test("an import brings back no key that was revoked, and replaces none", async () => {
  const { key: doomed, id } = await createKey(as(origin, root.key), {
    agent: "doomed",
    grants: [{ namespace, verbs: ["read"] }],
  });
  const later = join(folder, "later.jsonl");
  await mneme(origin, ["export", "--out", later, "--keys", "--no-reputations"], root.key);
  expect(linesOf(later).filter(({ kind }) => kind === "votes")).toEqual([]);
  expect((await as(origin, root.key).send("DELETE", `/v1/keys/${id}`)).status).toBe(204);
  const imported = await mneme(origin, ["import", later], root.key);
  expect(imported.stderr).toContain("erased 1");
  expect((await as(origin, doomed).send("GET", memoriesOf(namespace))).status).toBe(401);

  const forged = linesOf(later);
  for (const line of forged)
    if (line.kind === "key" && line.key.id === bot.id)
      Object.assign(line.key, { secret_sha256: "0".repeat(64) });
  const other = join(folder, "forged.jsonl");
  forge(other, forged);
  await mneme(origin, ["import", other, "--on-conflict", "overwrite"], root.key);
  expect(await botReads(origin)).toBe(200);
});

test("keys and reputations take an operator, and a file can't give what its importer couldn't", async () => {
  const asBot = as(origin, bot.key);
  for (const body of [{ keys: true }, { reputations: true }]) {
    const answer = await asBot.send("POST", "/v1/exports", { ...body, namespaces: [namespace] });
    expect(answer.status).toBe(403);
  }
  const human = join(folder, "human.jsonl");
  const lines = linesOf(file).filter(({ kind }) => kind === "manifest" || kind === "key");
  for (const line of lines)
    if (line.kind === "key") Object.assign(line.key, { id: line.key.id.replace(/.$/, "0"), human: true });
  forge(human, lines);
  const refused = await mneme(target, ["import", human], newRoot.key);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("Only a human's key can import a human's key.");

  // Without any key, the first imported one would lock the importer out.
  const open = await useService();
  const anonymous = await mneme(open, ["import", file]);
  expect(anonymous.stderr).toContain("Import API keys with an API key");
});
