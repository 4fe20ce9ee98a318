import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { checkFile } from "../../scripts/cli/check-file.js";
import { contentOf, forge, linesOf, mneme } from "../support/acts/backup.js";
import {
  bodyOf,
  contents,
  listAll,
  memoriesOf,
  newNamespace,
  postBatch,
  recall,
  remember,
} from "../support/acts/memories.js";
import type { Answer } from "../support/service/answer.js";
import { startRedisTap } from "../support/redis/tap.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { startService, until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const origin = await useService();
const folder = tempFolder();
const namespace = newNamespace();
const file = join(folder, "export.jsonl");
const items = `/v1/namespaces/${namespace}/items`;
const state = `/v1/namespaces/${namespace}/state`;
let ids: readonly string[] = [];

beforeAll(async () => {
  const made = [];
  for (const content of ["First of all.", "Second of all.", "Third of all."])
    made.push(await remember(origin, namespace, { content }));
  ids = made.map(({ id }) => id);
  await origin.send("PUT", `${items}/tea`, { content: "Green tea." });
  await origin.send("PUT", `${state}/k`, { value: "as exported" });
  await origin.send("POST", `/v1/namespaces/${namespace}/sessions/s/messages`, {
    messages: [{ role: "user", content: "As exported." }],
  });
  expect((await mneme(origin, ["export", "--out", file, "--namespace", namespace])).code).toBe(0);
});

/** A namespace where one record of each kind differs from the file, and the others are the same. */
async function changedNamespace(): Promise<string> {
  const into = newNamespace();
  const place = `/v1/namespaces/${into}`;
  await origin.send("PUT", `${place}/items/tea`, { content: "Black tea." });
  expect((await mneme(origin, ["import", file, "--into", into])).code).toBe(0);
  await origin.send("PATCH", `${memoriesOf(into)}/${ids[0]}`, { content: "First, changed here." });
  await origin.send("PUT", `${place}/state/k`, { value: "changed here" });
  await origin.send("POST", `${place}/sessions/s/messages`, {
    messages: [{ role: "user", content: "Said here." }],
  });
  return into;
}

async function shown(into: string): Promise<unknown> {
  const place = `/v1/namespaces/${into}`;
  const [memory, item, document, messages] = await Promise.all([
    origin.send("GET", `${memoriesOf(into)}/${ids[0]}`),
    origin.send("GET", `${place}/items/tea`),
    origin.send("GET", `${place}/state/k`),
    origin.send("GET", `${place}/sessions/s/messages`),
  ]);
  return [
    (memory.body as { content: string }).content,
    (item.body as { content: string }).content,
    (document.body as { value: string }).value,
    (messages.body as { messages: { content: string }[] }).messages.map(({ content }) => content),
  ];
}

const HERE = ["First, changed here.", "Black tea.", "changed here", ["As exported.", "Said here."]];
const FILE = ["First of all.", "Green tea.", "as exported", ["As exported."]];

describe("an import where another record is stored already", () => {
  test("keeps it with the rule skip, and says so", async () => {
    const into = await changedNamespace();
    const ran = await mneme(origin, ["import", file, "--into", into]);
    expect(ran.stderr).toMatch(/memory: skipped 2, unchanged 2|memory: unchanged 2, skipped 2/);
    expect(ran.stderr).toMatch(/state: skipped 1/);
    expect(await shown(into)).toEqual(HERE);
  });

  test("replaces it with the rule overwrite, and a second import finds everything as it is", async () => {
    const into = await changedNamespace();
    const ran = await mneme(origin, ["import", file, "--into", into, "--on-conflict", "overwrite"]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(await shown(into)).toEqual(FILE);
    expect(contents(await recall(origin, { query: "first", namespaces: [into] }))).toEqual(["First of all."]);
    expect((await origin.send("GET", `/v1/namespaces/${into}/usage`)).body).toMatchObject({ memories: 4 });
    const again = await mneme(origin, ["import", file, "--into", into]);
    expect(again.stderr).toMatch(/memory: unchanged 4/);
    expect(again.stderr).toMatch(/session: unchanged 1/);
    expect(again.stderr).toMatch(/state: unchanged 1/);
  });

  test("writes nothing at all with the rule fail", async () => {
    const into = await changedNamespace();
    await origin.send("DELETE", `${memoriesOf(into)}/${ids[2]}`);
    const args = ["import", file, "--into", into, "--on-conflict", "fail", "--restore-erased"];
    const ran = await mneme(origin, args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(
      /4 records of the file are stored already in another version\. Nothing was written/,
    );
    expect(await shown(into)).toEqual(HERE);
    expect((await origin.send("GET", `${memoriesOf(into)}/${ids[2]}`)).status).toBe(404);
  });

  test("only counts in a dry run", async () => {
    const into = await changedNamespace();
    const args = ["import", file, "--into", into, "--dry-run", "--on-conflict", "overwrite"];
    const ran = await mneme(origin, args);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/Nothing was written/);
    expect(ran.stderr).toMatch(/memory: .*replaced/);
    expect(await shown(into)).toEqual(HERE);
  });
});

test("an import into another namespace leaves the exported one alone", async () => {
  const into = newNamespace();
  const ran = await mneme(origin, ["import", file, "--into", into]);
  expect(ran.code, ran.stderr).toBe(0);
  const copies = await listAll(origin, into);
  expect(copies.map(({ content }) => content).toSorted()).toEqual(
    ["First of all.", "Second of all.", "Third of all.", "Green tea."].toSorted(),
  );
  expect(copies.every((memory) => memory.namespace === into)).toBe(true);
  expect(contents(await recall(origin, { query: "second", namespaces: [into] }))).toEqual(["Second of all."]);
  // What is told again there is the same memory.
  const told = await origin.send("POST", memoriesOf(into), {
    memory_type: "semantic",
    content: "Second of all.",
  });
  expect(told.status).toBe(200);
});

describe("a service that is killed in the middle", () => {
  const large = newNamespace();
  const restarted = async (before: Service): Promise<Service> => {
    await before.kill9();
    const service = await startService({ MNEME_KEY_PREFIX: before.prefix });
    onTestFinished(() => service.kill9());
    return service;
  };
  const filling = "It was checked by hand, and put back in its place. ".repeat(16);

  test("goes on with the export and with the import, and loses and doubles nothing", async () => {
    let service = await startService();
    for (let from = 0; from < 1200; from += 400) {
      await postBatch(
        service,
        large,
        Array.from({ length: 400 }, (_, at) => ({
          memory_type: "semantic",
          content: `Parcel ${from + at}. ${filling}`,
        })),
      );
    }
    const { id } = bodyOf<{ id: string }>(
      await service.send("POST", "/v1/exports", { namespaces: [large] }),
      202,
    );
    const part = (number: number) => service.send("GET", `/v1/exports/${id}/parts/${number}`);
    /** The lock of a process that died is held for some seconds. */
    const free = async (ask: () => Promise<Answer>): Promise<Answer> =>
      until(ask, ({ status }) => status !== 409);
    const texts = [(await part(1)).text];
    const broken = part(2).catch(() => undefined);
    service = await restarted(service);
    await broken;
    for (let number = 2; !texts.at(-1)?.includes('"kind":"trailer"'); number++) {
      const answer = await free(() => part(number));
      expect(answer.status).toBe(200);
      texts.push(answer.text);
    }
    expect(texts.length).toBeGreaterThan(1);
    const whole = join(folder, "large.jsonl");
    writeFileSync(whole, texts.join(""));
    expect((await checkFile(whole)).trailer.counts).toEqual({ memory: 1200 });

    // Redis gets what comes before one of the last memories, and nothing more.
    const late = /Parcel \d+\./.exec(texts.join("").split("\n")[1000] ?? "")?.[0];
    const tap = await startRedisTap(inject("redisUrl"), late ?? "");
    onTestFinished(() => tap.stop());
    let target = await startService({ REDIS_URL: tap.url });
    const started = await until(
      () => target.send("POST", "/v1/imports", {}),
      ({ status }) => status !== 503,
    );
    const { id: importId } = bodyOf<{ id: string }>(started, 202);
    const put = () =>
      target.send("PUT", `/v1/imports/${importId}/parts/1`, undefined, {
        raw: readFileSync(whole),
        headers: { "content-type": "application/octet-stream" },
      });
    const cut = put().catch(() => undefined);
    await tap.held;
    target = await restarted(target);
    expect(await cut).toBe(undefined);
    const stored = (await target.send("GET", `/v1/namespaces/${large}/usage`)).body as { memories: number };
    expect(stored.memories).toBeGreaterThan(0);
    expect(stored.memories).toBeLessThan(1200);
    const answer = await free(put);
    expect(answer.body).toMatchObject({ status: "complete", counts: { memory: { created: 1200 } } });
    const second = join(folder, "second.jsonl");
    expect((await mneme(target, ["export", "--out", second, "--namespace", large])).code).toBe(0);
    expect(contentOf(second).join() === contentOf(whole).join()).toBe(true);
    expect((await target.send("GET", `/v1/namespaces/${large}/usage`)).body).toMatchObject({
      memories: 1200,
    });
  });
});

test("an export that broke off continues in its file, and is whole", async () => {
  const out = join(folder, "continued.jsonl");
  const { id } = bodyOf<{ id: string }>(
    await origin.send("POST", "/v1/exports", { namespaces: [namespace] }),
    202,
  );
  await origin.send("GET", `/v1/exports/${id}/parts/1`);
  // Not whole: the command begins anew, because the only part has arrived in no file.
  writeFileSync(`${out}.part`, '{"kind":"manif');
  const ran = await mneme(origin, ["export", "--out", out, "--namespace", namespace]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(linesOf(out).at(-1)?.kind).toBe("trailer");
  const refused = await mneme(origin, ["export", "--out", out, "--namespace", namespace]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/exists already/);
});

test("sessions that were last used at one time are each listed, page by page", async () => {
  const [from, into] = [newNamespace(), newNamespace()];
  const names = ["a", "b", "c"];
  for (const name of names)
    await origin.send("POST", `/v1/namespaces/${from}/sessions/${name}/messages`, {
      messages: [{ role: "user", content: "Hello." }],
    });
  const path = join(folder, "sessions.jsonl");
  expect((await mneme(origin, ["export", "--out", path, "--namespace", from])).code).toBe(0);
  const lines = linesOf(path);
  const last = Math.max(...lines.map((line) => (line.kind === "session" ? line.session.last_message_at : 0)));
  const sameTime = (line: Line) =>
    line.kind === "session" ? { ...line, session: { ...line.session, last_message_at: last } } : line;
  forge(path, lines.map(sameTime));
  expect(await mneme(origin, ["import", path, "--into", into])).toMatchObject({ code: 0 });
  const listed: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const answer: Answer = await origin.send("GET", `/v1/namespaces/${into}/sessions?limit=1${query}`);
    const page = bodyOf<{ sessions: { session_id: string }[]; cursor: string | null }>(answer, 200);
    listed.push(...page.sessions.map(({ session_id }) => session_id));
    ({ cursor } = page);
  }
  expect(listed.toSorted()).toEqual(names);
}, 60_000);
