import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { CreatedKey, Key } from "../support/acts/access.js";
import { as, createKey, startTwo } from "../support/acts/access.js";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import type { Json } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { until } from "../support/service/service.js";

let services: readonly [Service, Service];
let roots: readonly [Service, Service];
let root: CreatedKey;
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
beforeAll(async () => {
  ({ services, roots, root } = await startTwo());
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await Promise.all(services.map((service) => service.stop()));
});

const ADMIN = ["read", "write", "publish", "admin"];
const statusOf = async (service: Service, key: CreatedKey, namespace: string) =>
  (await as(service, key.key).send("GET", `/v1/namespaces/${namespace}/memories`)).status;

/** A key that administers a part, with a name of its own. */
async function adminOf(part: string, input: Json = {}) {
  const agent = `admin of ${part}`;
  const grants = [{ namespace: `${part}.**`, verbs: ADMIN }];
  const made = await createKey(roots[0], { agent, grants, ...input });
  return { made, service: as(services[0], made.key) };
}

const reads = (namespace: string) => [{ namespace, verbs: ["read"] }];

test("a key that expires makes only keys that expire with it at the latest", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part, { ttl_seconds: 60 });
  const child = await createKey(service, { agent: `${part} child`, grants: reads(part) });
  expect(child.expires_at).toBe(made.expires_at);
  const sooner = await createKey(service, { agent: `${part} child`, grants: reads(part), ttl_seconds: 5 });
  expect(Date.parse(sooner.expires_at ?? "")).toBeLessThan(Date.parse(made.expires_at ?? ""));
  for (const later of [{ ttl_seconds: 3600 }, { expires_at: "2200-01-01T00:00:00Z" }]) {
    const answer = await service.send("POST", "/v1/keys", {
      agent: `${part} child`,
      grants: reads(part),
      ...later,
    });
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining("expires_at") as string },
    });
  }
});

test("keys that one key made make no more requests a minute together than it may", async () => {
  const part = newNamespace();
  const { service } = await adminOf(part, { rate_limit_per_minute: 6 });
  const [one, other] = [
    await createKey(service, { agent: `${part} one`, grants: reads(part) }),
    await createKey(service, { agent: `${part} other`, grants: reads(part) }),
  ];
  expect(one.rate_limit_per_minute).toBe(6);
  const faster = { agent: `${part} one`, grants: reads(part), rate_limit_per_minute: 100 };
  expect(await service.send("POST", "/v1/keys", faster)).toMatchObject({ status: 403 });
  const statuses: number[] = [];
  for (const key of [one, other, one, other]) statuses.push(await statusOf(services[1], key, part));
  // Three requests made and asked for keys: three are left.
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await service.send("GET", "/v1/keys")).status).toBe(429);
});

test("a revoked key takes what it has made along, in every process, and nothing else", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part);
  const middle = await createKey(service, {
    agent: `${part} middle`,
    grants: [{ namespace: part, verbs: ADMIN }],
  });
  const leaf = await createKey(as(services[1], middle.key), { agent: `${part} leaf`, grants: reads(part) });
  const beside = await createKey(roots[0], { agent: `${part} beside`, grants: reads(part) });
  expect([middle.created_by, leaf.created_by, beside.created_by]).toEqual([made.id, middle.id, root.id]);
  expect(leaf.created_by_agent).toBe(`${part} middle`);
  for (const key of [middle, leaf, beside]) expect(await statusOf(services[1], key, part)).toBe(200);
  expect((await roots[0].send("DELETE", `/v1/keys/${made.id}`)).status).toBe(204);
  for (const key of [made, middle, leaf]) {
    expect(await statusOf(services[0], key, part)).toBe(401);
    expect((await roots[0].send("GET", `/v1/keys/${key.id}`)).status).toBe(404);
    await until(
      () => statusOf(services[1], key, part),
      (status) => status === 401,
      4000,
    );
  }
  expect(await statusOf(services[1], beside, part)).toBe(200);
});

test("an operator may keep what a revoked key has made; its own administrator may not", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part, { ttl_seconds: 3600 });
  const child = await createKey(service, { agent: `${part} child`, grants: reads(part) });
  expect((await service.send("DELETE", `/v1/keys/${made.id}?made=keep`)).status).toBe(403);
  expect((await roots[0].send("DELETE", `/v1/keys/${made.id}?made=keep`)).status).toBe(204);
  expect(await statusOf(services[0], child, part)).toBe(200);
  const kept = bodyOf<Key>(await roots[0].send("GET", `/v1/keys/${child.id}`), 200);
  expect(kept.created_by).toBe(root.id);
});

test("a key whose maker was revoked or has expired is refused", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part);
  const child = await createKey(service, { agent: `${part} child`, grants: reads(part) });
  expect(await statusOf(services[1], child, part)).toBe(200);
  await redis.hSet(`${services[0].prefix}:key:{~system}:${made.id}`, "expires_at", String(Date.now() - 1));
  await until(
    () => statusOf(services[1], child, part),
    (status) => status === 401,
    15_000,
  );
});

test("of requests that make keys while their maker is revoked, none leaves a key that works", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part);
  const [answers] = await Promise.all([
    Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        service.send("POST", "/v1/keys", { agent: `${part} ${index}`, grants: reads(part) }),
      ),
    ),
    roots[1].send("DELETE", `/v1/keys/${made.id}`),
  ]);
  for (const answer of answers) {
    expect([201, 401]).toContain(answer.status);
    if (answer.status !== 201) continue;
    const key = answer.body as CreatedKey;
    expect((await roots[0].send("GET", `/v1/keys/${key.id}`)).status).toBe(404);
    expect(await statusOf(services[0], key, part)).toBe(401);
  }
});

test("an agent's name that another administration uses can't be taken by a namespace's administrator", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  const name = `support ${there}`;
  const [mine, theirs] = [await adminOf(here), await adminOf(there)];
  await createKey(theirs.service, { agent: name, grants: reads(there) });
  const ask = { agent: name, grants: reads(here) };
  expect(await mine.service.send("POST", "/v1/keys", ask)).toMatchObject({
    status: 409,
    body: { code: "agent_taken", errors: [{ field: "agent" }] },
  });
  // Its own administration goes on using it, and an operator may give it to anybody.
  await createKey(theirs.service, { agent: name, grants: reads(`${there}.deeper`) });
  await createKey(roots[0], { agent: name, grants: reads(here) });
  for (const reserved of ["mneme", "anonymous", "root", `admin of ${there}`]) {
    expect((await mine.service.send("POST", "/v1/keys", { ...ask, agent: reserved })).status).toBe(409);
  }
  // Of two who ask at once for a new name, one gets it.
  const both = await Promise.all(
    [mine, theirs].map(({ service }, index) =>
      service.send("POST", "/v1/keys", { agent: `new ${here}`, grants: reads(index === 0 ? here : there) }),
    ),
  );
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
});

test("a name that looks like another administration's or a reserved one can't be taken", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  const name = `tb-${there}`;
  const [mine, theirs] = [await adminOf(here), await adminOf(there)];
  const owner = await createKey(theirs.service, { agent: name, grants: reads(there) });
  const ask = (agent: string) => mine.service.send("POST", "/v1/keys", { agent, grants: reads(here) });
  const alike = [`${name} `, ` ${name}`, name.toUpperCase(), `\uff54${name.slice(1)}`, `${name}\u00a0`];
  const reserved = ["Mneme", "mneme ", "ANONYMOUS", "\uff55nknown"];
  for (const agent of [...alike, ...reserved]) {
    expect(await ask(agent)).toMatchObject({ status: 409, body: { code: "agent_taken" } });
  }
  for (const agent of [
    `${name}\u200b`,
    `t\u200db-${there}`,
    `${name}\u3164`,
    `\u202e${name}`,
    "mneme\u2060",
    "  ",
  ]) {
    expect(await ask(agent)).toMatchObject({ status: 400, body: { errors: [{ field: "agent" }] } });
  }
  // As the release before stored it: no list has its folded name.
  const prefix = services[0].prefix;
  await redis.hDel(`${prefix}:key:{~system}:${owner.id}`, "fold");
  await redis.del([
    `${prefix}:agent-folds:{~system}:${name.toLowerCase()}`,
    `${prefix}:agent-folds-built:{~system}`,
  ]);
  expect((await ask(name.toUpperCase())).status).toBe(409);
  expect(await statusOf(services[0], owner, there)).toBe(200);
  // Once the last key of the name is revoked, its list is empty.
  expect((await roots[0].send("DELETE", `/v1/keys/${owner.id}`)).status).toBe(204);
  expect((await ask(name.toUpperCase())).status).toBe(201);
});

test("keys of the release before go on working, and their names and makers are known", async () => {
  const [here, there] = [newNamespace(), newNamespace()];
  const old = await createKey(roots[0], { agent: `old ${here}`, grants: reads(here) });
  const key = `${services[0].prefix}:key:{~system}:${old.id}`;
  // As it was stored then: nothing says which key made it, and no list holds its name.
  await redis.hDel(key, "maker");
  await redis.del([
    `${services[0].prefix}:agent-keys:{~system}:old ${here}`,
    `${services[0].prefix}:agent-keys-built:{~system}`,
  ]);
  expect(await statusOf(services[0], old, here)).toBe(200);
  const { service } = await adminOf(there);
  expect(
    await service.send("POST", "/v1/keys", { agent: `old ${here}`, grants: reads(there) }),
  ).toMatchObject({ status: 409 });
  const seen = bodyOf<Key>(await roots[0].send("GET", `/v1/keys/${old.id}`), 200);
  expect(seen).toMatchObject({ created_by: null, created_by_agent: "root" });
});

test("a key has made a bounded number of keys, those of its keys included", async () => {
  const part = newNamespace();
  const { made, service } = await adminOf(part);
  const many = Array.from({ length: 999 }, (_, index) => ({ score: Infinity, value: `${index}` }));
  await redis.zAdd(`${services[0].prefix}:key-made:{~system}:${made.id}`, many);
  const middle = await createKey(service, {
    agent: `${part} middle`,
    grants: [{ namespace: part, verbs: ADMIN }],
  });
  for (const maker of [service, as(services[0], middle.key)]) {
    expect(await maker.send("POST", "/v1/keys", { agent: `${part} x`, grants: reads(part) })).toMatchObject({
      status: 409,
      body: { code: "too_many_keys" },
    });
  }
});
