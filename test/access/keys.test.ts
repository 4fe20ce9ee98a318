import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { hashSecret } from "../../src/access/keys/token.js";
import type { CreatedKey, KeyPage } from "../support/acts/access.js";
import { ALL_VERBS, as, createKey, keyFor, ROOT_GRANTS, startTwo } from "../support/acts/access.js";
import { bodyOf, newNamespace, post, read, remember } from "../support/acts/memories.js";
import { contentOf } from "../support/redis/content.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

let services: readonly [Service, Service];
let roots: readonly [Service, Service];
let root: CreatedKey;
beforeAll(async () => {
  ({ services, roots, root } = await startTwo());
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const status = async (service: Service, path = "/v1/keys") => (await service.send("GET", path)).status;

describe("a key", () => {
  test("is shown once, and only a digest of it is kept", async () => {
    const answer = await roots[0].send("POST", "/v1/keys", {
      agent: "support-1",
      name: "for the desk",
      grants: [{ namespace: "acme.**", verbs: ["read", "write", "read"] }],
      ttl_seconds: 3600,
      rate_limit_per_minute: 1000,
    });
    const made = bodyOf<CreatedKey>(answer, 201);
    expect(made.key).toMatch(new RegExp(`^mn_${made.id}_[A-Za-z0-9_-]{43}$`));
    expect(answer.headers.get("location")).toBe(`/v1/keys/${made.id}`);
    const { key, ...rest } = made;
    expect(rest).toEqual({
      id: made.id,
      agent: "support-1",
      name: "for the desk",
      grants: [{ namespace: "acme.**", verbs: ["read", "write"] }],
      human: false,
      created_at: expect.any(String),
      created_by: root.id,
      created_by_agent: "root",
      expires_at: expect.any(String),
      last_used_at: null,
      rate_limit_per_minute: 1000,
    });
    expect(Date.parse(made.expires_at ?? "") - Date.parse(made.created_at)).toBe(3_600_000);
    expect((await roots[1].send("GET", `/v1/keys/${made.id}`)).body).toEqual(rest);
    expect(key).toContain(made.id);
  });

  test("says who writes, whatever the body says, in every process", async () => {
    const namespace = newNamespace();
    const key = await keyFor(roots[0], namespace, ["read", "write"], "writer");
    const memory = await remember(as(services[1], key), namespace, { content: "x", agent_id: "somebody" });
    expect(memory).toMatchObject({ source_agent: "writer", agent_id: "somebody" });
    expect(
      await post(as(services[0], key), namespace, { content: "y", source_agent: "other" }),
    ).toMatchObject({
      status: 400,
    });
    expect(await read(roots[0], memory)).toMatchObject({ source_agent: "writer" });
  });

  test("that is revoked is refused at once by that process, and soon by the other", async () => {
    const namespace = newNamespace();
    const { id, key } = await createKey(roots[0], {
      agent: "short-lived",
      grants: [{ namespace, verbs: ["read"] }],
    });
    const path = `/v1/namespaces/${namespace}/memories`;
    for (const service of services) expect(await status(as(service, key), path)).toBe(200);
    expect((await roots[0].send("DELETE", `/v1/keys/${id}`)).status).toBe(204);
    expect(await status(as(services[0], key), path)).toBe(401);
    await until(
      () => status(as(services[1], key), path),
      (code) => code === 401,
      4000,
    );
    expect((await roots[0].send("DELETE", `/v1/keys/${id}`)).status).toBe(404);
    expect((await roots[0].send("GET", `/v1/keys/${id}`)).status).toBe(404);
  });

  test("ends when it expires", async () => {
    const namespace = newNamespace();
    const { id, key } = await createKey(roots[0], {
      agent: "brief",
      grants: [{ namespace, verbs: ["read"] }],
      ttl_seconds: 1,
    });
    const path = `/v1/namespaces/${namespace}/memories`;
    await until(
      () => status(as(services[1], key), path),
      (code) => code === 401,
      15_000,
    );
    // Still listed, for those who look for it.
    expect(await roots[0].send("GET", `/v1/keys/${id}`)).toMatchObject({ status: 200 });
  });

  test("shows when the key was last used", async () => {
    const { id, key } = await createKey(roots[0], { agent: "used" });
    expect(await status(as(services[1], key))).toBe(200);
    await until(
      async () => (await roots[0].send("GET", `/v1/keys/${id}`)).body as CreatedKey,
      ({ last_used_at }) => last_used_at !== null,
    );
  });
});

describe("a wrong request for a key", () => {
  test.each([
    ["grants", { grants: [] }],
    ["grants[0].verbs", { grants: [{ namespace: "a", verbs: [] }] }],
    ["grants[0].verbs[0]", { grants: [{ namespace: "a", verbs: ["rule"] }] }],
    ["grants[0].namespace", { grants: [{ namespace: "a.**.b", verbs: ["read"] }] }],
    ["grants[0].namespace", { grants: [{ namespace: "*", verbs: ["read"] }] }],
    ["grants[0].namespace", { grants: [{ namespace: "~system", verbs: ["read"] }] }],
    ["expires_at", { expires_at: "2020-01-01T00:00:00Z" }],
    ["ttl_seconds", { ttl_seconds: 0 }],
    ["ttl_seconds", { ttl_seconds: 9, expires_at: "2200-01-01T00:00:00Z" }],
    ["rate_limit_per_minute", { rate_limit_per_minute: 0 }],
    ["agent", { agent: "" }],
    ["secret", { secret: "mine" }],
  ])("names %s", async (field, input) => {
    const answer = await roots[0].send("POST", "/v1/keys", { agent: "a", grants: ROOT_GRANTS, ...input });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

describe("an administrator of a part", () => {
  const part = `part-${newNamespace().slice(2, 10)}`;
  let admin: Service;
  beforeAll(async () => {
    admin = as(services[0], await keyFor(roots[0], `${part}.**`, ["admin"], "part-admin"));
  });

  test.each([
    ["**", ["read"]],
    [`${part}x.**`, ["read"]],
    [`${part}-x`, ["read"]],
    ["other", ["admin"]],
  ])("can't make a key for %s", async (namespace, verbs) => {
    for (const grants of [
      [{ namespace, verbs }],
      [
        { namespace: part, verbs },
        { namespace, verbs },
      ],
    ]) {
      const answer = await admin.send("POST", "/v1/keys", { agent: "a", grants });
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    }
  });

  test("makes keys within it, sees those alone, and revokes those alone", async () => {
    const within = await createKey(admin, {
      agent: "within",
      grants: [
        { namespace: `${part}.deep.**`, verbs: ALL_VERBS },
        { namespace: part, verbs: ["read"] },
      ],
    });
    const mixed = await createKey(roots[0], {
      agent: "mixed",
      grants: [
        { namespace: part, verbs: ["read"] },
        { namespace: "elsewhere", verbs: ["read"] },
      ],
    });
    const seen = bodyOf<KeyPage>(await admin.send("GET", "/v1/keys?limit=200"), 200).keys;
    expect(seen.map(({ agent }) => agent)).toEqual(["part-admin", "within"]);
    for (const hidden of [mixed.id, root.id, "01JD8Q4V7K3W5N0R2T6Y9B1C4D"]) {
      for (const method of ["GET", "DELETE"]) {
        expect(await admin.send(method, `/v1/keys/${hidden}`)).toMatchObject({
          status: 404,
          body: { detail: "There is no such key among those that you administer." },
        });
      }
    }
    expect(await status(as(services[1], mixed.key), `/v1/namespaces/${part}/memories`)).toBe(200);
    expect((await admin.send("DELETE", `/v1/keys/${within.id}`)).status).toBe(204);
  });

  test("a key that may only read or write lists no keys", async () => {
    const reader = as(services[0], await keyFor(roots[0], "**", ["read", "write", "publish"]));
    for (const [method, path, body] of [
      ["GET", "/v1/keys"],
      ["GET", `/v1/keys/${root.id}`],
      ["DELETE", `/v1/keys/${root.id}`],
      ["POST", "/v1/keys", { agent: "a", grants: [{ namespace: part, verbs: ["read"] }] }],
      ["GET", "/metrics"],
    ] as const) {
      expect((await reader.send(method, path, body)).status).toBe(403);
    }
  });
});

test("a list is walked by its cursor: each key once, also among others that are hidden", async () => {
  const part = newNamespace();
  const admin = as(services[0], await keyFor(roots[0], `${part}.**`, ["admin"], "0"));
  const made: string[] = [];
  for (let index = 1; index <= 7; index++) {
    made.push(
      (await createKey(admin, { agent: String(index), grants: [{ namespace: part, verbs: ["read"] }] })).id,
    );
    await createKey(roots[0], { agent: "hidden" });
  }
  const walked: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page: KeyPage = bodyOf<KeyPage>(await admin.send("GET", `/v1/keys?limit=3${query}`), 200);
    expect(page.keys.length).toBeLessThanOrEqual(3);
    walked.push(...page.keys.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== null);
  expect(walked.slice(1).toSorted()).toEqual(made.toSorted());
  expect(walked).toEqual(walked.toSorted());
  expect(await admin.send("GET", "/v1/keys?cursor=x")).toMatchObject({
    status: 400,
    body: { errors: [{ field: "cursor" }] },
  });
});

test("no secret is in Redis, nor in the logs", async () => {
  const service = await startService({ LOG_LEVEL: "trace" });
  const admin = await createKey(service);
  const bearer = as(service, admin.key);
  const other = await createKey(bearer, { agent: "other" });
  await status(as(service, other.key));
  await status(as(service, `${other.key.slice(0, -1)}~`));
  await bearer.send("DELETE", `/v1/keys/${other.id}`);
  await status(as(service, other.key));
  const secrets = [admin, other].map(({ id, key }) => key.slice(`mn_${id}_`.length));
  const content = (await contentOf(inject("redisUrl"), service.prefix)).join("\n");
  expect(content).toContain(hashSecret(secrets[0] ?? ""));
  for (const secret of secrets) expect(content).not.toContain(secret);
  await service.stop();
  for (const secret of secrets) expect(service.logs()).not.toContain(secret);
});
