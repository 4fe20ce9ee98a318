import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import {
  bodyOf,
  embedded,
  newNamespace,
  pathOf,
  postBatch,
  read,
  remember,
} from "../support/acts/memories.js";
import { append, user } from "../support/acts/sessions.js";
import { startWithVectors } from "../support/redis/with-redis.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";
import { archiveAll, archived } from "../memory/archive/support.js";

const archive = tempFolder();
const { service: origin } = await startWithVectors({ MNEME_ARCHIVE: `file://${archive}` });
const target = await useService();
const folder = tempFolder();

/** More than one part holds. Returns their paths. */
async function fill(namespace: string): Promise<string[]> {
  const pad = "x".repeat(15_000);
  const paths: string[] = [];
  for (let at = 0; at < 80; at += 40) {
    const memories = Array.from({ length: 40 }, (_, index) => ({
      memory_type: "semantic",
      content: `Shelf ${at + index}.`,
      metadata: { pad },
    }));
    const stored = await postBatch(origin, namespace, memories);
    paths.push(...stored.flatMap(({ memory }) => (memory === undefined ? [] : [pathOf(memory)])));
  }
  return paths;
}

async function begin(namespace: string, options: object = {}): Promise<string> {
  const begun = await origin.send("POST", "/v1/exports", { namespaces: [namespace], ...options });
  return `/v1/exports/${bodyOf<{ id: string }>(begun, 202).id}/parts`;
}

async function part(parts: string, number: number): Promise<string> {
  const answer = await origin.send("GET", `${parts}/${number}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
}

/** Reads all parts; what is given is done once the first one was read. */
async function exported(name: string, parts: string, between: () => Promise<unknown>): Promise<string> {
  let text = await part(parts, 1);
  expect(text).not.toContain('{"kind":"trailer"');
  await between();
  for (let number = 2; !text.includes('{"kind":"trailer"'); number++) text += await part(parts, number);
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, text);
  return file;
}

async function imported(file: string, ...args: string[]): Promise<void> {
  const ran = await mneme(target, ["import", file, ...args]);
  expect(ran.code, ran.stderr).toBe(0);
}

async function saidIn(namespace: string, session: string): Promise<number[]> {
  const path = `/v1/namespaces/${namespace}/sessions/${session}/messages?limit=100`;
  const { messages } = bodyOf<{ messages: { number: number }[] }>(await target.send("GET", path), 200);
  return messages.map(({ number }) => number);
}

test("a memory that is archived while an export runs is in the file whole", async () => {
  const namespace = newNamespace();
  const content = `The pilot boarded.${" The harbour was quiet.".repeat(30)}`;
  const told = await remember(origin, namespace, { memory_type: "episodic", content });
  await embedded(origin, told);
  await fill(namespace);
  const parts = await begin(namespace, { vectors: true });
  const file = await exported("archived", parts, async () => {
    await archiveAll(origin, namespace);
    await archived(origin, namespace, 1);
  });
  const lines = linesOf(file).filter((line) => line.kind === "memory" && line.memory.id === told.id);
  expect(lines).toMatchObject([{}, { again: true, memory: { content } }]);
  expect(lines.at(-1)).toHaveProperty("vectors.0");
  await imported(file);
  expect(await read(target, told)).toMatchObject({ content });
});

test("an incremental export has all messages of an idle session that goes on while it runs", async () => {
  const namespace = newNamespace();
  await append(origin, namespace, "idle", user("One."), user("Two."), user("Three."));
  const full = join(folder, "full.jsonl");
  expect((await mneme(origin, ["export", "--out", full, "--namespace", namespace])).code).toBe(0);
  await imported(full);
  const [manifest] = linesOf(full);
  await fill(namespace);
  const parts = await begin(namespace, { since: manifest?.kind === "manifest" ? manifest.started_at : "" });
  const file = await exported("idle", parts, () => append(origin, namespace, "idle", user("Four.")));
  await imported(file, "--on-conflict", "overwrite");
  expect(await saidIn(namespace, "idle")).toEqual([1, 2, 3, 4]);
});

test("a session that goes on in the importing store meanwhile keeps the messages before the file's next ones", async () => {
  const namespace = newNamespace();
  await append(origin, namespace, "s", user("One."), user("Two."));
  await fill(namespace);
  const file = await exported("live", await begin(namespace), () =>
    append(origin, namespace, "s", user("Three."), user("Four.")),
  );
  const lines = linesOf(file);
  const again = lines.findIndex((line) => line.kind === "session" && line.again === true);
  expect(lines[again]).toMatchObject({ after: 2 });
  const texts = readFileSync(file, "utf8").split(/(?<=\n)/);
  const begun = await target.send("POST", "/v1/imports", { on_conflict: "overwrite" });
  const { id } = bodyOf<{ id: string }>(begun, 202);
  const put = async (number: number, some: readonly string[]) => {
    const answer = await target.send("PUT", `/v1/imports/${id}/parts/${number}`, undefined, {
      raw: Buffer.from(some.join("")),
      headers: { "content-type": "application/octet-stream" },
    });
    expect(answer.status, answer.text).toBe(200);
  };
  await put(1, texts.slice(0, again));
  await append(target, namespace, "s", { ...user("Here."), id: "here" });
  await put(2, texts.slice(again));
  expect(await saidIn(namespace, "s")).toEqual([1, 2, 3, 4]);
  // The one that was appended here is gone with its id.
  await append(target, namespace, "s", { ...user("Five."), id: "here" });
  expect(await saidIn(namespace, "s")).toEqual([1, 2, 3, 4, 5]);
});

test("a part that is asked for again because the next one failed has the changes that it had", async () => {
  const namespace = newNamespace();
  const told = await remember(origin, namespace, { memory_type: "episodic", content: "Rain. ".repeat(60) });
  await embedded(origin, told);
  const paths = await fill(namespace);
  const parts = await begin(namespace);
  const texts = [await part(parts, 1)];
  for (const path of paths)
    expect((await origin.send("PATCH", path, { metadata: { pad: "y".repeat(15_000) } })).status).toBe(200);
  await archiveAll(origin, namespace);
  await archived(origin, namespace, 1);
  const second = await part(parts, 2);
  expect(second).toContain('"again":true');
  expect(second).not.toContain('{"kind":"moment"');

  renameSync(archive, `${archive}-away`);
  let failed = 0;
  for (let number = 3; failed === 0; number++) {
    const { status, text } = await origin.send("GET", `${parts}/${number}`);
    if (status === 200) texts[number - 1] = text;
    else expect(status).toBe(503);
    if (status === 503) failed = number;
  }
  const again = await part(parts, failed - 1);
  renameSync(`${archive}-away`, archive);
  expect(memoryIds(again)).toEqual(memoryIds(failed === 3 ? second : (texts[failed - 2] ?? "")));
});

const memoryIds = (text: string): string[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
    .flatMap((line) => (line.kind === "memory" ? [line.memory.id] : []));
