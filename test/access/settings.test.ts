import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace } from "../support/acts/memories.js";
import { patchSettings, putSettings, settingsOf, usage } from "../support/service/namespaces.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";

const NOTHING = {
  state_ttl: { default_seconds: null, max_seconds: null },
  quota: { memories: null, bytes: null },
  consolidation: null,
  predicates: {},
};

let service: Service;
let other: Service;
beforeAll(async () => {
  service = await startService({ MNEME_QUOTA_MEMORIES: "7", MNEME_QUOTA_BYTES: "70000" });
  other = await startService({ MNEME_KEY_PREFIX: service.prefix });
});
afterAll(() => Promise.all([service.stop(), other.stop()]));

test("nothing is set at first; what is set is there for every process; a PUT replaces all of it", async () => {
  const namespace = newNamespace();
  const first = await service.send("GET", settingsOf(namespace));
  expect(first).toMatchObject({ status: 200, body: NOTHING });
  expect(first.headers.get("etag")).toBe('"0"');
  const put = await putSettings(service, namespace, {
    state_ttl: { default_seconds: 60, max_seconds: 3600 },
    quota: { memories: 0, bytes: null },
    consolidation: { schedule: "0 3 * * *", steps: ["merge"] },
  });
  const settings = {
    state_ttl: { default_seconds: 60, max_seconds: 3600 },
    quota: { memories: 0, bytes: null },
    consolidation: {
      schedule: "0 3 * * *",
      time_zone: "UTC",
      steps: ["merge"],
      older_than_seconds: null,
      unread_seconds: null,
    },
    predicates: {},
  };
  expect(put).toMatchObject({ status: 200, body: settings });
  expect(await other.send("GET", settingsOf(namespace))).toMatchObject({ body: settings });
  await putSettings(other, namespace, { quota: { bytes: 5 } });
  expect(await service.send("GET", settingsOf(namespace))).toMatchObject({
    body: { ...NOTHING, quota: { memories: null, bytes: 5 } },
  });
  expect(await service.send("GET", settingsOf(newNamespace()))).toMatchObject({ body: NOTHING });
});

test("a lost race is 412, and changes nothing", async () => {
  const namespace = newNamespace();
  const put = (etag: string, memories: number) =>
    putSettings(service, namespace, { quota: { memories } }, { headers: { "if-match": etag } });
  const answers = await Promise.all([put('"0"', 1), put('"0"', 2), put('"0"', 3)]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
  const winner = answers.find(({ status }) => status === 200);
  const current = await service.send("GET", settingsOf(namespace));
  expect(current.body).toEqual(winner?.body);
  expect(current.headers.get("etag")).toBe('"1"');
  expect((await put('"1"', 4)).headers.get("etag")).toBe('"2"');
});

test.each([
  ["quota.memories", { quota: { memories: -1 } }],
  ["quota.bytes", { quota: { bytes: 1.5 } }],
  ["quota.rows", { quota: { rows: 1 } }],
  ["ttl.episodic_seconds", { ttl: { episodic_seconds: -1 } }],
  ["recency.weight", { recency: { weight: 2 } }],
  ["recency.half_life_days", { recency: { half_life_days: 0 } }],
  ["state_ttl.default_seconds", { state_ttl: { default_seconds: 61, max_seconds: 60 } }],
  ["state_ttl.max_seconds", { state_ttl: { max_seconds: 0 } }],
  ["predicates.lives_in", { predicates: { lives_in: "some" } }],
  ["colour", { colour: "red" }],
])("a wrong %s is named", async (field, settings) => {
  expect(await putSettings(service, newNamespace(), settings)).toMatchObject({
    status: 400,
    body: { errors: [{ field }] },
  });
});

test("usage says which quota is in force: the namespace's own, else the configured one", async () => {
  const namespace = newNamespace();
  expect(await usage(service, namespace)).toEqual({
    memories: 0,
    bytes: 0,
    session_bytes: 0,
    state_bytes: 0,
    quota: { memories: 7, bytes: 70_000 },
  });
  await putSettings(service, namespace, { quota: { memories: 3 } });
  expect((await usage(service, namespace)).quota).toEqual({ memories: 3, bytes: 70_000 });
  expect((await usage(other, namespace)).quota).toEqual({ memories: 3, bytes: null });
});

describe("PATCH of settings", () => {
  const settingsNow = async (namespace: string) =>
    (await service.send("GET", settingsOf(namespace))).body as Record<string, object>;

  test("changes what it names, and nothing else", async () => {
    const namespace = newNamespace();
    await putSettings(service, namespace, {
      pii: { email: "tokenize", card: "reject" },
      retention: { receipts_seconds: 60 },
      consolidation: { schedule: "0 3 * * *", time_zone: "Europe/Vienna", steps: ["merge"] },
      predicates: { lives_in: "one", likes: "many" },
    });
    const before = await settingsNow(namespace);
    const patch = {
      retention: { episodic_seconds: 7_776_000 },
      pii: { card: null, phone: "redact" },
      consolidation: { older_than_seconds: 5 },
      predicates: { Likes: null, owns: "many" },
    };
    const patched = await patchSettings(service, namespace, patch);
    expect(patched.status).toBe(200);
    expect(patched.headers.get("etag")).toBe('"2"');
    const { pii, retention, consolidation } = before;
    expect(patched.body).toEqual({
      ...before,
      retention: { ...retention, episodic_seconds: 7_776_000 },
      pii: { ...pii, card: null, phone: "redact" },
      consolidation: { ...consolidation, older_than_seconds: 5 },
      predicates: { lives_in: "one", owns: "many" },
    });
    expect(await settingsNow(namespace)).toEqual(patched.body);
    const unset = await patchSettings(service, namespace, {
      pii: null,
      consolidation: null,
      predicates: null,
    });
    expect(unset.body).toMatchObject({
      pii: { email: null, phone: null },
      consolidation: null,
      predicates: {},
    });
    expect(unset.body).toMatchObject({ retention: { receipts_seconds: 60, episodic_seconds: 7_776_000 } });
  });

  test("sent at once for different settings, all take effect", async () => {
    const namespace = newNamespace();
    const kinds = ["email", "phone", "card", "iban", "ip", "national_id", "secret"];
    const answers = await Promise.all(
      kinds.map((kind, index) =>
        patchSettings(index % 2 === 0 ? service : other, namespace, { pii: { [kind]: "redact" } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(kinds.map(() => 200));
    expect(await settingsNow(namespace)).toMatchObject({
      pii: Object.fromEntries(kinds.map((kind) => [kind, "redact"])),
    });
  });

  test("with an older ETag is 412, and changes nothing", async () => {
    const namespace = newNamespace();
    await putSettings(service, namespace, { quota: { memories: 5 } });
    const headers = { "if-match": '"0"' };
    const late = await patchSettings(service, namespace, { decay: { touch: false } }, { headers });
    expect(late).toMatchObject({ status: 412, body: { code: "settings_conflict" } });
    const now = { headers: { "if-match": '"1"' } };
    expect((await patchSettings(service, namespace, { decay: { touch: false } }, now)).status).toBe(200);
    expect(await settingsNow(namespace)).toMatchObject({ quota: { memories: 5 }, decay: { touch: false } });
  });

  test.each([
    ["quota.rows", { quota: { rows: null } }],
    ["colour", { colour: null }],
    ["retention.episodic_seconds", { retention: { episodic_seconds: 0 } }],
    ["pii.email", { pii: { email: "hide" } }],
    ["consolidation.schedule", { consolidation: { older_than_seconds: 5 } }],
    ["state_ttl.default_seconds", { state_ttl: { default_seconds: 3601 } }],
    ["predicates.lives_in", { predicates: { lives_in: "some" } }],
  ])("names a wrong %s, and changes nothing", async (field, patch) => {
    const namespace = newNamespace();
    await putSettings(service, namespace, { state_ttl: { max_seconds: 3600 } });
    const before = await settingsNow(namespace);
    expect(await patchSettings(service, namespace, patch)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
    expect(await settingsNow(namespace)).toEqual(before);
  });

  test("by an operator leaves the quota to the namespace's administrators", async () => {
    const keyed = await startService();
    const operator = as(keyed, (await createKey(keyed)).key);
    const namespace = newNamespace();
    const admin = as(keyed, await keyFor(operator, namespace, ["admin"]));
    const memories = async (by: Service, most: number) =>
      (await patchSettings(by, namespace, { quota: { memories: most } })).status;
    expect(await memories(operator, 10)).toBe(200);
    expect(await memories(admin, 5)).toBe(200);
    expect((await patchSettings(operator, namespace, { decay: { touch: false } })).status).toBe(200);
    expect(await memories(admin, 10)).toBe(200);
    expect(await memories(admin, 11)).toBe(403);
    await keyed.stop();
  });
});
