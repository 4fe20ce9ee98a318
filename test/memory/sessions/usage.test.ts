import { expect, test } from "vitest";
import { sessionFacet } from "../../../src/memory/model/facets.js";
import { bodyOf, newNamespace, post, remember } from "../../support/acts/memories.js";
import { putSettings, usage } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";
import {
  append,
  assistant,
  postMessages,
  readMessages,
  readSession,
  sessionPath,
  sessionsOf,
  user,
} from "../../support/acts/sessions.js";
import { shareWithRedis } from "../../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

/** What a session holds, from its keys. */
async function held(ns: string, sid: string): Promise<number> {
  const key = (what: string) => `${service.prefix}:${what}:{${ns}}:${sessionFacet(sid)}`;
  const messages = (await redis.xRange(key("session-messages"), "-", "+")) ?? [];
  const ids = await redis.hKeys(key("session-ids"));
  const summary = (await redis.hGet(key("session"), "u")) ?? "";
  const texts = [...messages.map(({ message }) => message["m"] ?? ""), ...ids, summary];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

const sessionBytes = async (ns: string) => (await usage(service, ns)).session_bytes;

async function configured(settings: object): Promise<string> {
  const ns = newNamespace();
  bodyOf(await putSettings(service, ns, { ...settings }), 200);
  return ns;
}

test("what sessions hold is counted: appended, sent again, promoted, deleted", async () => {
  const ns = await configured({ session: { window_messages: 6 } });
  const memory = await remember(service, ns, { content: "x" });
  const { bytes } = await usage(service, ns);
  await append(service, ns, "s", user("Größe 语", { id: "1" }), assistant("one"), user("again", { id: "1" }));
  const first = await held(ns, "s");
  expect(first).toBeGreaterThan(100);
  expect(await usage(service, ns)).toMatchObject({
    memories: 1,
    bytes: bytes + first,
    session_bytes: first,
  });
  expect((await postMessages(service, ns, "s", [user("Größe 语", { id: "1" })])).status).toBe(200);
  expect(await sessionBytes(ns)).toBe(first);
  await append(service, ns, "other/ 1", user("elsewhere"));
  for (let turn = 0; turn < 5; turn++) {
    await append(service, ns, "s", user(`Is parcel ${turn} late? ${"very ".repeat(100)}`), assistant("Yes."));
  }
  await until(
    () => readSession(service, ns, "s"),
    ({ message_count, summarised_to }) => message_count - summarised_to <= 6,
  );
  const both = (await held(ns, "s")) + (await held(ns, "other/ 1"));
  expect(await sessionBytes(ns)).toBe(both);
  // What was promoted from the first one goes with it, and the answer names that.
  expect((await service.send("DELETE", sessionPath(ns, "s"))).status).toBe(200);
  expect((await service.send("DELETE", sessionPath(ns, "other/ 1"))).status).toBe(204);
  expect(await sessionBytes(ns)).toBe(0);
  expect(await redis.exists(`${service.prefix}:session-bytes:{${ns}}`)).toBe(0);
  expect((await service.send("DELETE", `/v1/namespaces/${ns}/memories/${memory.id}`)).status).toBe(204);
});

test("16 clients that append at once, and send again, are counted exactly", async () => {
  const ns = await configured({ session: { window_messages: 8 } });
  await Promise.all(
    Array.from({ length: 16 }, async (_, client) => {
      for (let turn = 0; turn < 5; turn++) {
        const message = user(`client ${client} turn ${turn}`, { id: `${client}.${turn % 4}` });
        const answer = await postMessages(service, ns, `s${client % 2}`, [message]);
        expect(answer.status).toBe(turn < 4 ? 201 : 200);
      }
    }),
  );
  for (const sid of ["s0", "s1"]) {
    await until(
      () => readSession(service, ns, sid),
      ({ message_count, summarised_to }) => message_count - summarised_to <= 8,
    );
  }
  expect(await sessionBytes(ns)).toBe((await held(ns, "s0")) + (await held(ns, "s1")));
});

test("an expired session counts no more for anyone; a new session of its name counts for itself", async () => {
  const ns = await configured({ session: { ttl_seconds: 1 } });
  await append(service, ns, "s", user("x".repeat(2000)));
  await append(service, ns, "t", user("y"));
  expect(await sessionBytes(ns)).toBe((await held(ns, "s")) + (await held(ns, "t")));
  // Asked past the service, which would make it live on.
  await until(
    () => redis.exists(`${service.prefix}:session:{${ns}}:${sessionFacet("s")}`),
    (count) => count === 0,
  );
  await append(service, ns, "s", user("z"));
  const anew = await until(
    () => usage(service, ns),
    ({ session_bytes }) => session_bytes < 2000,
  );
  expect(anew.session_bytes).toBeLessThan(1000);
  await until(
    () => sessionBytes(ns),
    (bytes) => bytes === 0,
  );
  const page = bodyOf<{ sessions: unknown[] }>(await service.send("GET", sessionsOf(ns)), 200);
  expect(page.sessions).toEqual([]);
  expect((await usage(service, ns)).bytes).toBe(0);
});

test("a namespace whose bytes are used up takes no message and no memory, until a session goes", async () => {
  const ns = await configured({ quota: { bytes: 3000 } });
  await append(service, ns, "s", user("x".repeat(2500), { id: "1" }));
  const full = { status: 507, body: { code: "quota_exceeded" } };
  expect(await postMessages(service, ns, "s", [user("y".repeat(1000))])).toMatchObject(full);
  expect(await postMessages(service, ns, "t", [user("y".repeat(1000))])).toMatchObject(full);
  expect(await post(service, ns, { content: "y".repeat(1000) })).toMatchObject(full);
  expect(await readMessages(service, ns, "s")).toHaveLength(1);
  expect((await service.send("GET", sessionPath(ns, "t"))).status).toBe(404);
  // What is there already takes no room.
  expect((await postMessages(service, ns, "s", [user("x", { id: "1" })])).status).toBe(200);
  expect((await service.send("DELETE", sessionPath(ns, "s"))).status).toBe(204);
  expect((await post(service, ns, { content: "y".repeat(1000) })).status).toBe(201);
});

test("what has ended makes room by itself", async () => {
  const ns = await configured({ quota: { bytes: 3000 }, session: { ttl_seconds: 1 } });
  await append(service, ns, "s", user("x".repeat(2500)));
  await until(
    () => post(service, ns, { content: "y".repeat(1000) }),
    ({ status }) => status === 201,
  );
});

test("what an interaction appends counts, but isn't refused: its memory is stored", async () => {
  const ns = newNamespace();
  const interaction = { session_id: "s", input: "a".repeat(500), response: "b".repeat(500) };
  const path = `/v1/namespaces/${ns}/interactions`;
  bodyOf(await service.send("POST", path, interaction), 201);
  const { bytes, session_bytes } = await usage(service, ns);
  bodyOf(await putSettings(service, ns, { quota: { bytes: 2 * bytes - session_bytes + 10 } }), 200);
  bodyOf(await service.send("POST", path, { ...interaction, input: "c".repeat(500) }), 201);
  expect(await readMessages(service, ns, "s")).toHaveLength(4);
  expect((await usage(service, ns)).bytes).toBeGreaterThan(2 * bytes - session_bytes + 10);
  expect(await service.send("POST", path, { ...interaction, input: "d" })).toMatchObject({ status: 507 });
});
