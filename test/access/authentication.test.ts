import { request } from "node:http";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { ROOT_GRANTS, as, createKey, keyFor, startTwo, withAuthorization } from "../support/acts/access.js";
import { HOSTILE } from "../support/hostile.js";
import { newNamespace, post } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { keysCommand } from "../support/run/keys-command.js";
import { startService, until, untilLogged } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";
import { entriesIn } from "../support/audit/read.js";

const KEYS = "/v1/keys";

describe("with keys", () => {
  let services: readonly [Service, Service];
  let roots: readonly [Service, Service];
  beforeAll(async () => {
    ({ services, roots } = await startTwo());
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  const refusal = ({ status, headers, text }: Answer) => ({
    status,
    challenge: headers.get("www-authenticate"),
    text: text.replace(/"request_id":"[^"]+"/, ""),
  });

  test("every reason to refuse a key gives the same answer", async () => {
    const valid = await createKey(roots[0], { agent: "a" });
    const revoked = await createKey(roots[0], { agent: "b" });
    const expiring = await createKey(roots[0], { agent: "c", ttl_seconds: 1 });
    await roots[0].send("DELETE", `${KEYS}/${revoked.id}`);
    await until(
      () => as(services[0], expiring.key).send("GET", KEYS),
      ({ status }) => status === 401,
    );
    const expected = refusal(await services[0].send("GET", KEYS));
    expect(expected).toMatchObject({ status: 401, challenge: "Bearer" });
    const secret = valid.key.slice(-43);
    for (const key of [
      revoked.key,
      expiring.key,
      `mn_${valid.id}_${"A".repeat(43)}`,
      `mn_01JD8Q4V7K3W5N0R2T6Y9B1C4D_${secret}`,
      `mn_${revoked.id}_${secret}`,
      valid.key.toLowerCase(),
      `${valid.key}A`,
      valid.key.slice(0, -1),
      `mn_${valid.id}_`,
      `mn_${valid.id}`,
      secret,
      "mn__",
    ]) {
      for (const service of services) {
        expect(refusal(await as(service, key).send("GET", KEYS))).toEqual(expected);
      }
    }
    expect((await as(services[1], valid.key).send("GET", KEYS)).status).toBe(200);
  });

  test("a key is taken from the header only", async () => {
    const { key } = await createKey(roots[0], { agent: "a" });
    for (const header of [`bearer ${key}`, `BEARER   ${key}`]) {
      expect((await withAuthorization(services[0], header).send("GET", KEYS)).status).toBe(200);
    }
    for (const header of [
      key,
      `Basic ${key}`,
      `Basic ${Buffer.from(`x:${key}`).toString("base64")}`,
      `Bearer ${key} x`,
      `Bearer ${key},Bearer ${key}`,
      `Bearer "${key}"`,
      `Bearer\t${key}`,
      "Bearer",
      "Bearer ",
    ]) {
      expect((await withAuthorization(services[0], header).send("GET", KEYS)).status, header).toBe(401);
    }
    for (const query of [`?key=${key}`, `?access_token=${key}`, `?authorization=Bearer%20${key}`]) {
      expect((await services[0].send("GET", KEYS + query)).status).toBe(401);
    }
    const cookie = { headers: { cookie: `key=${key}`, "x-api-key": key } };
    expect((await services[0].send("GET", KEYS, undefined, cookie)).status).toBe(401);
  });

  test("hostile headers are refused like any other, and stop nothing", async () => {
    const printable = HOSTILE.filter((text) => /^[\x20-\x7e]+$/.test(text));
    const long = ["A".repeat(8000), `mn_${"0".repeat(26)}_${"A".repeat(8000)}`];
    for (const text of [...printable, ...long]) {
      const { status } = await withAuthorization(services[0], `Bearer ${text}`).send("GET", KEYS);
      expect(status, text.slice(0, 80)).toBe(401);
    }
    for (const text of nonEmpty(printable.slice(0, 20))) {
      const { status } = await withAuthorization(services[0], `Bearer mn_${text}_${text}`).send("GET", KEYS);
      expect(status).toBe(401);
    }
    expect((await roots[0].send("GET", KEYS)).status).toBe(200);
  });

  test("a watch ends with its key and receives no later change", async () => {
    const namespace = newNamespace();
    const { id, key } = await createKey(roots[0], {
      agent: "watcher",
      grants: [{ namespace, verbs: ["read"] }],
    });
    const state = `/v1/namespaces/${namespace}/state/k`;
    const watch = await fetch(`${services[0].url}/v1/namespaces/${namespace}/state-changes`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(watch.status).toBe(200);
    await roots[1].send("PUT", state, { value: "before" });
    expect((await roots[0].send("DELETE", `${KEYS}/${id}`)).status).toBe(204);
    const { version } = (await roots[1].send("PUT", state, { value: "after" })).body as { version: number };
    const heard = await watch.text();
    expect(heard).not.toContain(`"version":${version},`);
  });

  test("without one, a large body is refused unread, and the answer arrives", async () => {
    const body = { raw: `{"content":"${"x".repeat(3_000_000)}"}` };
    const path = `/v1/namespaces/${newNamespace()}/memories`;
    for (let turn = 0; turn < 3; turn++) {
      expect((await services[0].send("POST", path, undefined, body)).status).toBe(401);
    }
  });

  test("without one, nothing is learnt of which routes there are", async () => {
    for (const [method, path] of [
      ["GET", "/v1/nothing"],
      ["DELETE", "/v1/recall"],
      ["GET", "/v1/namespaces/!/memories"],
      ["GET", "/explorer"],
      ["GET", "/healthz/"],
      ["GET", "/docsx"],
      ["GET", "//healthz"],
      ["GET", "/healthz%2f..%2fv1/keys"],
    ] as const) {
      expect((await services[0].send(method, path)).status, path).toBe(401);
    }
    expect((await roots[0].send("GET", "/v1/nothing")).status).toBe(404);
    for (const path of ["/", "/healthz", "/readyz", "/openapi.json", "/docs", "/docs/swagger-ui.css"]) {
      expect((await services[0].send("GET", path)).status, path).toBe(200);
    }
  });

  test("strangers can't fill the audit trail: a part of what they do is on record, and the rest is counted", async () => {
    const client = createClient({ url: inject("redisUrl") });
    await client.connect();
    onTestFinished(() => client.destroy());
    const trail = `${services[0].prefix}:audit:{~denials}`;
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(Array.from({ length: 50 }, () => services[0].send("POST", "/v1/recall", {})));
    }
    // Two minutes may have begun in this file, in two processes.
    expect(await client.xLen(trail)).toBeLessThanOrEqual(500);
    const entries = (await entriesIn(client, trail)).map(({ e }) => e);
    const strangers = entries.filter((entry) => entry.includes('"a":"unknown"'));
    expect(strangers.length).toBeGreaterThan(0);
    expect(strangers[0]).toContain('"v":"access"');
    const { text } = await roots[0].send("GET", "/metrics");
    const counted = Number(/^mneme_unauthenticated_requests_total (\d+)$/m.exec(text)?.[1]);
    expect(counted).toBeGreaterThanOrEqual(500);
    expect(strangers.length).toBeLessThan(counted);
  });

  test("a denial is on record with who was denied what", async () => {
    const client = createClient({ url: inject("redisUrl") });
    await client.connect();
    onTestFinished(() => client.destroy());
    const namespace = newNamespace();
    const key = await keyFor(roots[0], newNamespace(), ["read"], "curious");
    expect((await post(as(services[1], key), namespace, { content: "x" })).status).toBe(403);
    const entries = await entriesIn(client, `${services[0].prefix}:audit:{~denials}`);
    const entry = entries.map(({ e }) => e).find((text) => text.includes(namespace));
    expect(JSON.parse(entry ?? "")).toMatchObject({ a: "curious", v: "remember", n: namespace, o: "denied" });
    expect(await client.exists(`${services[0].prefix}:audit:{${namespace}}`)).toBe(0);
  });
});

describe("the first key", () => {
  test("closes a running service, every process of it, for good", async () => {
    const first = await startService();
    const second = await startService({ MNEME_KEY_PREFIX: first.prefix, MNEME_ALLOW_ANONYMOUS: "1" });
    const services = [first, second];
    const namespace = newNamespace();
    for (const service of services) {
      await untilLogged(service, '"anonymous":true', "npx mneme keys");
      const answer = await post(service, namespace, { content: service.url });
      expect(answer).toMatchObject({ status: 201, body: { source_agent: "anonymous" } });
    }
    const { id, key } = await createKey(first);
    // Whoever holds it is known by it at once, everywhere.
    expect(await post(as(second, key), namespace, { content: "with the key" })).toMatchObject({
      status: 201,
      body: { source_agent: "root" },
    });
    for (const service of services) {
      expect((await post(service, namespace, { content: "without" })).status).toBe(401);
    }
    expect((await as(second, key).send("DELETE", `${KEYS}/${id}`)).status).toBe(204);
    const third = await startService({ MNEME_KEY_PREFIX: first.prefix });
    await untilLogged(third, '"anonymous":false');
    for (const service of [...services, third]) {
      for (const caller of [service, as(service, key)]) {
        await until(
          () => caller.send("GET", KEYS),
          ({ status }) => status === 401,
          15_000,
        );
      }
      await service.stop();
    }
  });

  test("made in one process closes another that hears nothing within 5 seconds; so does a key's end", async () => {
    const { service, redis } = await startRedisService();
    const other = await startService({ REDIS_URL: redis.url, MNEME_KEY_PREFIX: service.prefix });
    onTestFinished(() => other.kill9());
    expect((await other.send("GET", KEYS)).status).toBe(200);
    const client = createClient({ url: redis.url });
    await client.connect();
    // A Pub/Sub connection that is cut again and again.
    const cutting = setInterval(() => {
      void client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]).catch(() => {});
    }, 5);
    onTestFinished(() => {
      clearInterval(cutting);
      client.destroy();
    });
    const { key } = await createKey(service);
    await until(
      () => other.send("GET", KEYS),
      ({ status }) => status === 401,
      15_000,
    );
    const brief = await createKey(as(service, key), { agent: "brief" });
    expect((await as(other, brief.key).send("GET", KEYS)).status).toBe(200);
    expect((await as(service, key).send("DELETE", `${KEYS}/${brief.id}`)).status).toBe(204);
    await until(
      () => as(other, brief.key).send("GET", KEYS),
      ({ status }) => status === 401,
      15_000,
    );
    await service.stop();
  });

  test("lets a request under any name in: a web page has no key", async () => {
    const service = await startService();
    expect(await statusAs(service.url, "mneme.example", undefined)).toBe(421);
    const { key } = await createKey(service);
    expect(await statusAs(service.url, "mneme.example", undefined)).toBe(401);
    expect(await statusAs(service.url, "mneme.example", key)).toBe(200);
    await service.stop();
  });
});

describe("beyond loopback", () => {
  test("a service without a key refuses every request and names both ways out; with a key it serves", async () => {
    const service = await startService({ HOST: "0.0.0.0" });
    onTestFinished(() => service.kill9());
    expect((await service.send("GET", "/readyz")).status).toBe(200);
    expect((await service.send("GET", KEYS)).status).toBe(401);
    expect((await service.send("POST", KEYS, { agent: "root", grants: ROOT_GRANTS })).status).toBe(401);
    const ways = ["HOST:", "npx mneme keys create", "MNEME_ALLOW_ANONYMOUS=1"];
    await untilLogged(service, "Every request is refused.", ...ways);
    const { stdout } = await keysCommand(service, "create", "--agent", "root", "--admin");
    expect((await service.send("GET", KEYS)).status).toBe(401);
    expect((await as(service, stdout.trim()).send("GET", KEYS)).status).toBe(200);
  });
});

describe("Redis away", () => {
  test("is a 503, never an open door; a key that was in use is no exception", async () => {
    const { service, redis } = await startRedisService();
    const { key } = await createKey(service, { rate_limit_per_minute: 1000 });
    expect((await as(service, key).send("GET", KEYS)).status).toBe(200);
    await redis.kill9();
    const path = `/v1/namespaces/${newNamespace()}/memories`;
    await until(
      () => as(service, key).send("GET", path),
      ({ status }) => status === 503,
    );
    for (const caller of [service, as(service, key), as(service, `mn_${"0".repeat(26)}_${"A".repeat(43)}`)]) {
      expect((await caller.send("GET", path)).status).toBe(503);
    }
    expect((await service.send("GET", "/healthz")).status).toBe(200);
  });
});

async function startRedisService() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const service = await startService({ REDIS_URL: redis.url });
  onTestFinished(() => service.kill9());
  return { service, redis };
}

/** fetch doesn't let a caller choose the Host header. */
function statusAs(url: string, host: string, key: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
    const outgoing = request(`${url}${KEYS}`, { headers }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode ?? 0);
    });
    outgoing.on("error", reject).end();
  });
}
