import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Memory } from "../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import { startService } from "../support/service/service.js";
import { startWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await startWithRedis();

/** As kill -9 between an act and the record of its answer leaves it, once the claim has ended. */
async function loseAnswers({ prefix } = service): Promise<void> {
  for await (const names of redis.scanIterator({ MATCH: `${prefix}:answer:*`, COUNT: 1000 })) {
    for (const name of names) {
      await redis.hDel(name, ["answer", "noted"]);
      await redis.hSet(name, "until", "0");
    }
  }
}

type Send = () => ReturnType<typeof service.send>;

function keyed(
  method: "POST" | "PUT",
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Send {
  const options = { headers: { "idempotency-key": randomUUID(), ...headers } };
  return () => service.send(method, path, body, options);
}

async function twice(send: Send) {
  const first = await send();
  await loseAnswers();
  const again = await send();
  expect(again.headers.get("idempotency-replayed")).toBeNull();
  // And it is the answer from then on.
  expect(await send()).toMatchObject({ status: again.status, text: again.text });
  return { first, again };
}

describe("a retry after the answer was lost acts no second time", () => {
  test("when it restores a version", async () => {
    const ns = newNamespace();
    const memory = await remember(service, ns, { content: "The pump leaks." });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is mended." }), 200);
    for (const headers of [{}, { "if-match": '"3"' }]) {
      const send = keyed("POST", `${pathOf(memory)}/restore`, { version: 1 }, headers);
      const { first, again } = await twice(send);
      const { version } = bodyOf<Memory>(first, 200);
      expect(bodyOf<Memory>(again, 200)).toMatchObject({ version, content: "The pump leaks." });
      expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
      expect((await listAll(service, ns)).map((each) => each.version)).toEqual([version]);
    }
  });

  test("when it restores a version that another has changed since", async () => {
    const ns = newNamespace();
    const memory = await remember(service, ns, { content: "The pump leaks." });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is mended." }), 200);
    const send = keyed("POST", `${pathOf(memory)}/restore`, { version: 1 });
    bodyOf(await send(), 200);
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is new." }), 200);
    await loseAnswers();
    expect(bodyOf<Memory>(await send(), 200)).toMatchObject({ version: 3, content: "The pump leaks." });
    expect((await listAll(service, ns)).map(({ content }) => content)).toEqual(["It is new."]);
  });

  test("when it puts an item, whatever its condition", async () => {
    const path = `/v1/namespaces/${newNamespace()}/items/k`;
    const made = await twice(keyed("PUT", path, { content: "a" }, { "if-none-match": "*" }));
    expect([made.first.status, made.again.status]).toEqual([201, 201]);
    expect(made.again.headers.get("location")).toBe(made.first.headers.get("location"));
    const revised = await twice(keyed("PUT", path, { content: "b" }, { "if-match": '"1"' }));
    expect([revised.first.status, revised.again.status]).toEqual([200, 200]);
    expect(bodyOf<Memory>(revised.again, 200)).toMatchObject({ version: 2, content: "b" });
    const counted = await twice(keyed("PUT", path, { content: "c", ttl_seconds: 3600 }));
    expect(bodyOf<Memory>(counted.again, 200).version).toBe(3);
  });

  test("when what it has put was deleted since", async () => {
    const path = `/v1/namespaces/${newNamespace()}/items/k`;
    const send = keyed("PUT", path, { content: "a" });
    expect((await send()).status).toBe(201);
    expect((await service.send("DELETE", path)).status).toBe(204);
    await loseAnswers();
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    expect((await service.send("GET", path)).status).toBe(404);
  });

  test("when it replaces a namespace's settings", async () => {
    const path = `/v1/namespaces/${newNamespace()}/settings`;
    const { first, again } = await twice(
      keyed("PUT", path, { quota: { memories: 7 } }, { "if-match": '"0"' }),
    );
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    const unconditional = await twice(keyed("PUT", path, { quota: { memories: 8 } }));
    expect(unconditional.again.headers.get("etag")).toBe(unconditional.first.headers.get("etag"));
  });

  test.each([
    ["an export", "/v1/exports", { namespaces: ["a.**"] }],
    ["an import", "/v1/imports", {}],
    ["an erasure", "/v1/erasures", { namespace: "a", dry_run: true }],
  ])("when it begins %s", async (_, path, body) => {
    const { first, again } = await twice(keyed("POST", path, body));
    expect(first.status, first.text).toBeLessThan(300);
    expect(again.status).toBe(first.status);
    expect(bodyOf<{ id: string }>(again, again.status).id).toBe(
      bodyOf<{ id: string }>(first, first.status).id,
    );
  });

  test("when it begins a consolidation", async () => {
    const path = `/v1/namespaces/${newNamespace()}/consolidations`;
    const { first, again } = await twice(keyed("POST", path, {}));
    expect(again).toMatchObject({ status: 202, text: first.text });
    const { consolidations } = bodyOf<{ consolidations: unknown[] }>(await service.send("GET", path), 200);
    expect(consolidations).toHaveLength(1);
  });
});

test("another request with the key of one that was never answered is refused, instead of getting what that has done", async () => {
  const path = `/v1/namespaces/${newNamespace()}/state/k`;
  const options = { headers: { "idempotency-key": randomUUID() } };
  const put = (value: number) => service.send("PUT", path, { value }, options);
  expect((await put(1)).status).toBe(201);
  await loseAnswers();
  expect(await put(2)).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  expect((await put(1)).status).toBe(201);
  expect(await listAll(service, newNamespace())).toEqual([]);
});

test("a retry of a request that makes an API key makes no second one, and names the one whose secret is lost", async () => {
  const lone = await startService();
  const options = { headers: { "idempotency-key": randomUUID() } };
  const root = bodyOf<{ key: string }>(
    await lone.send("POST", "/v1/keys", { agent: "root", grants: [{ namespace: "**", verbs: ["admin"] }] }),
    201,
  );
  const authorized = { headers: { ...options.headers, authorization: `Bearer ${root.key}` } };
  const make = () =>
    lone.send("POST", "/v1/keys", { agent: "a", grants: [{ namespace: "a", verbs: ["read"] }] }, authorized);
  const first = bodyOf<{ id: string; key: string }>(await make(), 201);
  await loseAnswers(lone);
  const again = await make();
  expect(again).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(again.text).toContain(first.id);
  expect(again.text).not.toContain(first.key);
  const { keys } = bodyOf<{ keys: { agent: string }[] }>(
    await lone.send("GET", "/v1/keys", undefined, authorized),
    200,
  );
  expect(keys.map(({ agent }) => agent).toSorted()).toEqual(["a", "root"]);
  await lone.stop();
});
