import { request } from "node:http";
import { createClient } from "redis";
import { afterAll, expect, inject, test } from "vitest";
import { CHAIN_START, linked } from "../../src/backup/chain.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace } from "../support/acts/memories.js";
import { until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none", MNEME_QUEUE_MS: "300" });
const root = as(service, (await createKey(service)).key);
const redis = createClient({ url: inject("redisUrl") });
await redis.connect();
afterAll(() => redis.destroy());

const LINES = 1_500;
const octets = { "content-type": "application/octet-stream" };

/** A part that deletes many memories that aren't there: a step in Redis for each line. */
function partOf(namespace: string): string {
  let chain = CHAIN_START;
  const texts: string[] = [];
  const counts = { erased: LINES };
  const add = (line: unknown): void => {
    const next = linked(chain, JSON.stringify(line));
    ({ chain } = next);
    texts.push(`${next.text}\n`);
  };
  add({
    kind: "manifest",
    format: "mneme-export",
    format_version: 3,
    id: "01M8Q9G0NRZD3AM5VFPAQT0C1Q",
    mneme_version: "0.2.0",
    started_at: new Date().toISOString(),
    namespaces: [namespace],
    since: null,
    vectors: false,
    model: null,
  });
  for (let index = 0; index < LINES; index++) {
    const id = `01M8QQGMAWKZRFVFN01A2B${String(index).padStart(4, "0")}`;
    add({ kind: "erased", namespace, what: "memory", id, at: Date.now() - 1000 });
  }
  add({ kind: "trailer", lines: chain.lines, counts, sha256: chain.digest });
  return texts.join("");
}

async function begun(by: Pick<Service, "send">): Promise<string> {
  const answer = await by.send("POST", "/v1/imports", {});
  expect(answer.status, answer.text).toBe(202);
  return (answer.body as { readonly id: string }).id;
}

test("one key with many imports at once keeps nobody else's reads and imports waiting", async () => {
  const [theirs, mine] = [newNamespace(), newNamespace()];
  const verbs = ["read", "write", "admin"];
  const eager = as(service, await keyFor(root, theirs, verbs));
  const other = as(service, await keyFor(root, mine, verbs));
  const state = `/v1/namespaces/${mine}/state/stock`;
  expect(await other.send("PUT", state, { value: 12 })).toMatchObject({ status: 201 });
  const part = partOf(theirs);
  const ids = await Promise.all(Array.from({ length: 12 }, () => begun(eager)));
  const own = await begun(other);
  const sent = ids.map((id) =>
    eager.send("PUT", `/v1/imports/${id}/parts/1`, undefined, { raw: part, headers: octets }),
  );
  const refused = await Promise.any(
    sent.map(async (each) => {
      const answer = await each;
      if (answer.status === 200) throw new Error("it wasn't refused");
      return answer;
    }),
  );
  expect(refused).toMatchObject({ status: 503, body: { code: "overloaded" } });
  expect(await other.send("GET", state)).toMatchObject({ status: 200, body: { value: 12 } });
  const answer = await other.send("PUT", `/v1/imports/${own}/parts/1`, undefined, {
    raw: partOf(mine),
    headers: octets,
  });
  expect(answer).toMatchObject({ status: 200, body: { status: "complete" } });
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
  const metrics = await root.send("GET", "/metrics");
  expect(metrics.text).toMatch(/mneme_overloaded_requests_total\{lane="transfer"\} [1-9]/);
});

/** An import whose sender leaves in the middle of its part; `taken`: how many of the part's lines were. */
async function leftIn(namespace: string) {
  const key = await keyFor(root, namespace, ["read", "write", "admin"]);
  const sender = as(service, key);
  const id = await begun(sender);
  const part = partOf(namespace);
  const leaving = request(`${service.url}/v1/imports/${id}/parts/1`, {
    method: "PUT",
    headers: { ...octets, authorization: `Bearer ${key}` },
  });
  leaving.on("error", () => {});
  leaving.end(part);
  const noted = () => redis.zCard(`${service.prefix}:gone:{${namespace}}`);
  await until(noted, (count) => count > 20);
  leaving.destroy();
  const taken = await until(
    async () => {
      const job = JSON.parse((await redis.get(`${service.prefix}:import:${id}`)) ?? "{}") as object;
      return "taken" in job ? Number(job.taken) : 0;
    },
    (count) => count > 0,
  );
  expect(taken).toBeLessThan(LINES);
  expect(await noted()).toBe(taken - 1);
  const send = (number: number, raw: string) =>
    sender.send("PUT", `/v1/imports/${id}/parts/${number}`, undefined, { raw, headers: octets });
  return { part, send };
}

/** Each line once. */
const WHOLE = { status: 200, body: { status: "complete", counts: { erased: { created: LINES } } } };

test("a part whose sender has gone ends, and goes on there when it is sent again", async () => {
  const { part, send } = await leftIn(newNamespace());
  expect(await send(1, part)).toMatchObject(WHOLE);
});

test("a part whose sender has gone may be sent again in shorter ones", async () => {
  const { part, send } = await leftIn(newNamespace());
  const lines = part.split("\n").map((line) => `${line}\n`);
  expect(await send(1, lines.slice(0, 5).join(""))).toMatchObject({ status: 200 });
  expect(await send(2, lines.slice(5, 10).join(""))).toMatchObject({ status: 200 });
  expect(await send(3, lines.slice(10, -1).join(""))).toMatchObject(WHOLE);
});
