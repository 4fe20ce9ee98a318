import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { createClient } from "redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { bodyOf, newNamespace } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import { putSettings } from "../../support/service/namespaces.js";
import { shareService } from "../../support/service/service.js";
import {
  append,
  postMessages,
  readMessages,
  readSession,
  sessionPath,
  sessionsOf,
  user,
} from "../../support/acts/sessions.js";

const service = await shareService();

const sids = ["a", "A", "a/b", "a%2fb", "{a}", "ä"];
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      sid: fc.constantFrom(...sids),
      ids: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      sid: fc.constantFrom(...sids),
      limit: fc.integer({ min: 1, max: 12 }),
      before: fc.option(fc.integer({ min: 1, max: 40 })),
      after: fc.option(fc.nat(40)),
    }),
  },
  fc.record({ kind: fc.constant("delete" as const), sid: fc.constantFrom(...sids) }),
  fc.record({ kind: fc.constant("list" as const), limit: fc.integer({ min: 1, max: 4 }) }),
);

test("does what a plain list would", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const ns = newNamespace();
      // In the order of their last append.
      const model = new Map<string, string[]>();
      for (const act of steps) {
        if (act.kind === "append") {
          const messages = model.get(act.sid) ?? [];
          const before = messages.length;
          for (const id of act.ids) if (!messages.includes(`m${id}`)) messages.push(`m${id}`);
          if (messages.length > before) {
            model.delete(act.sid);
            model.set(act.sid, messages);
          }
          const sent = act.ids.map((id) => user(`${act.sid} says ${id}`, { id: `m${id}` }));
          expect(await postMessages(service, ns, act.sid, sent)).toMatchObject({
            status: messages.length > before ? 201 : 200,
            body: {
              message_count: messages.length,
              messages: act.ids.map((id) => ({ id: `m${id}`, number: messages.indexOf(`m${id}`) + 1 })),
            },
          });
        } else if (act.kind === "read") {
          const { limit, before, after } = act;
          const query = [
            `limit=${limit}`,
            ...(before === null ? [] : [`before=${before}`]),
            ...(after === null ? [] : [`after=${after}`]),
          ].join("&");
          const messages = model.get(act.sid);
          if (messages === undefined) {
            const path = `${sessionPath(ns, act.sid)}/messages?${query}`;
            expect(await service.send("GET", path)).toMatchObject({ status: 404 });
            continue;
          }
          const numbered = messages
            .map((id, index) => ({ id, number: index + 1 }))
            .filter(({ number }) => number < (before ?? Infinity) && number > (after ?? 0));
          const expected = after === null ? numbered.slice(-limit) : numbered.slice(0, limit);
          const found = await readMessages(service, ns, act.sid, query);
          expect(found.map(({ id, number }) => ({ id, number }))).toEqual(expected);
          for (const { id, content } of found) expect(content).toBe(`${act.sid} says ${id.slice(1)}`);
        } else if (act.kind === "delete") {
          const status = model.delete(act.sid) ? 204 : 404;
          expect(await service.send("DELETE", sessionPath(ns, act.sid))).toMatchObject({ status });
        } else {
          const listed: unknown[] = [];
          let cursor: string | null = null;
          do {
            const query = `limit=${act.limit}${cursor === null ? "" : `&cursor=${cursor}`}`;
            const answer = await service.send("GET", `${sessionsOf(ns)}?${query}`);
            const page = bodyOf<{ sessions: object[]; cursor: string | null }>(answer, 200);
            listed.push(...page.sessions);
            cursor = page.cursor;
          } while (cursor !== null);
          expect(listed).toMatchObject(
            [...model]
              .toReversed()
              .map(([sid, messages]) => ({ session_id: sid, message_count: messages.length })),
          );
          expect(listed).toHaveLength(model.size);
        }
      }
    }),
    { numRuns: runs(40) },
  );
});

test("a list's cursor belongs to its namespace", async () => {
  const ns = newNamespace();
  for (const sid of ["a", "b"]) await append(service, ns, sid, user("x"));
  const { cursor } = bodyOf<{ cursor: string }>(await service.send("GET", `${sessionsOf(ns)}?limit=1`), 200);
  for (const wrong of [`${sessionsOf(newNamespace())}?cursor=${cursor}`, `${sessionsOf(ns)}?cursor=x`]) {
    expect(await service.send("GET", wrong)).toMatchObject({
      status: 400,
      body: { errors: [{ field: "cursor" }] },
    });
  }
});

test("lives as long as it is used, and ends with all that it has", async () => {
  const ns = newNamespace();
  bodyOf(await putSettings(service, ns, { session: { ttl_seconds: 3, window_messages: 2 } }), 200);
  await append(service, ns, "used", user("x"));
  await append(service, ns, "left", user("x", { id: "a" }));
  // Twice as long as it would live by itself: reading and appending renew it.
  for (let round = 0; round < 6; round++) {
    await sleep(1000);
    if (round % 2 === 0) await readMessages(service, ns, "used");
    else await append(service, ns, "used", user(`x${round}`));
  }
  expect((await readSession(service, ns, "used")).message_count).toBe(4);
  expect(await service.send("GET", sessionPath(ns, "left"))).toMatchObject({ status: 404 });
  const { sessions } = bodyOf<{ sessions: object[] }>(await service.send("GET", sessionsOf(ns)), 200);
  expect(sessions).toMatchObject([{ session_id: "used" }]);
  expect(await append(service, ns, "left", user("new", { id: "a" }))).toMatchObject({
    messages: [{ number: 1, created: true }],
  });
  await sleep(4000);
  expect(await service.send("GET", sessionPath(ns, "used"))).toMatchObject({ status: 404 });
  await service.send("GET", sessionsOf(ns));
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  onTestFinished(() => redis.destroy());
  const left: string[] = [];
  for await (const names of redis.scanIterator({ MATCH: `${service.prefix}:session*`, COUNT: 1000 })) {
    left.push(...names.filter((name) => name.includes(`{${ns}}`)));
  }
  expect(left).toEqual([]);
});

test("lives longer, or for ever shorter, once the settings say so", async () => {
  const ns = newNamespace();
  await append(service, ns, "s", user("x"));
  const before = (await readSession(service, ns, "s")).expires_at;
  bodyOf(await putSettings(service, ns, { session: { ttl_seconds: 60 } }), 200);
  const after = (await readSession(service, ns, "s")).expires_at;
  expect(Date.parse(after ?? "")).toBeLessThan(Date.parse(before ?? ""));
});
