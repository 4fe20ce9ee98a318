import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, read, remember } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import type { Agent } from "../../support/acts/trust.js";
import { agent, agentIn, said } from "../../support/acts/trust.js";

let service: Service;
let root: Service;
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service, { agent: "root", human: true })).key);
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await service.stop();
});

const name = (what: string): string => `${what} ${randomUUID()}`;

async function made(maker: Service, namespace: string, verbs: readonly string[], input: Json = {}) {
  const { key } = await createKey(maker, { agent: name("agent"), grants: [{ namespace, verbs }], ...input });
  return as(service, key);
}

/** A tenant: its administrator, and an agent that works in it. */
async function tenant() {
  const part = newNamespace();
  const admin = await made(root, `${part}.**`, ["read", "write", "publish", "admin"]);
  const author = name("author");
  return { part, admin, author, writer: await agentIn(admin, service, author, `${part}.desk`) };
}

const known = async (caller: Service, id: string, namespace: string): Promise<Agent> =>
  bodyOf<Agent>(await caller.send("GET", `/v1/agents/${encodeURIComponent(id)}?namespace=${namespace}`), 200);

test("verdicts under one administrator say nothing of an agent in another's namespaces", async () => {
  const [victim, attacker] = [await tenant(), await tenant()];
  const good = await remember(victim.writer, `${victim.part}.desk`, { content: "The office is in Graz." });
  // Even with a key of that name, given by an operator, in the attacker's own namespaces.
  const twin = await agentIn(root, service, victim.author, `${attacker.part}.desk`);
  const bad = await remember(twin, `${attacker.part}.desk`, { content: "The office is on Mars." });
  for (let index = 0; index < 4; index++) {
    const judge = await made(attacker.admin, `${attacker.part}.desk`, ["read", "write"]);
    await said(judge, bad, "contradicted");
  }
  expect(await known(root, victim.author, `${attacker.part}.desk`)).toMatchObject({ contradicted: 4 });
  expect(await known(victim.admin, victim.author, `${victim.part}.desk`)).toMatchObject({
    confirmed: 0,
    contradicted: 0,
    accuracy: 0.5,
  });
  expect(await read(victim.writer, good)).toMatchObject({ trust: 0.5 });
  const [shown] = (await agent(root, victim.author)).administrations ?? [];
  expect(shown).toMatchObject({ namespace: `${attacker.part}.**`, contradicted: 4, accuracy: 0.25 });
  expect(
    (
      await attacker.admin.send(
        "GET",
        `/v1/agents/${encodeURIComponent(victim.author)}?namespace=${victim.part}`,
      )
    ).status,
  ).toBe(403);
});

test("within one administration, verdicts count in all of its namespaces, and those of an outer one in inner ones", async () => {
  const { part, admin, author, writer } = await tenant();
  const memory = await remember(writer, `${part}.desk`, { content: "x" });
  await said(await made(admin, `${part}.desk`, ["read", "write"]), memory, "confirmed");
  expect(await known(root, author, `${part}.elsewhere.deep`)).toMatchObject({ confirmed: 1, accuracy: 0.6 });
  await made(admin, `${part}.inner.**`, ["admin"]);
  expect(await known(root, author, `${part}.inner.x`)).toMatchObject({ confirmed: 1 });
  const inside = await remember(await agentIn(admin, service, author, `${part}.inner.x`), `${part}.inner.x`, {
    content: "y",
  });
  await said(await made(admin, `${part}.inner.x`, ["read", "write"]), inside, "contradicted");
  expect(await known(root, author, `${part}.inner.x`)).toMatchObject({ confirmed: 1, contradicted: 1 });
  expect(await known(root, author, `${part}.desk`)).toMatchObject({ confirmed: 1, contradicted: 0 });
});

test("a reputation of the release before counts everywhere, and a changed verdict moves to its administration", async () => {
  const { part, admin, author, writer } = await tenant();
  const [key, votes] = ["agent", "agent-votes"].map(
    (kind) => `${service.prefix}:${kind}:{~system}:${author}`,
  );
  const memory = await remember(writer, `${part}.desk`, { content: "x" });
  const judge = await made(admin, `${part}.desk`, ["read", "write"]);
  await said(judge, memory, "confirmed");
  // As that release kept it.
  const [[field = "", vote = ""] = []] = Object.entries(await redis.hGetAll(votes ?? ""));
  await redis.del([key ?? "", votes ?? ""]);
  await redis.hSet(votes ?? "", field.split(" ").slice(1).join(" "), vote);
  await redis.hSet(key ?? "", "confirmed", "8");
  const far = newNamespace();
  expect(await known(root, author, far)).toMatchObject({ confirmed: 8, accuracy: 10 / 12 });
  await said(judge, memory, "contradicted");
  expect(await known(root, author, far)).toMatchObject({ confirmed: 7, contradicted: 0 });
  expect(await known(root, author, `${part}.desk`)).toMatchObject({ confirmed: 7, contradicted: 1 });
  await until(
    () => read(writer, memory),
    ({ trust }) => trust === 0.75,
  );
});

/** A copy in quarantine, with who published it. */
async function quarantined(verbs = ["read", "publish", "admin"]) {
  const [own, shared] = [newNamespace(), `${newNamespace()}.shared`];
  bodyOf(await putSettings(root, shared, { publish: { min_trust: 0.7 } }), 200);
  const grants = [
    { namespace: own, verbs: ["read", "write"] },
    { namespace: shared, verbs },
  ];
  const agentName = name("publisher");
  const { key } = await createKey(root, { agent: agentName, human: true, grants });
  const publisher = as(service, key);
  const memory = await remember(publisher, own, { content: `The parcel is late ${randomUUID()}.` });
  const answer = await publisher.send("POST", `${pathOf(memory)}/publish`, { to: shared });
  const copy = bodyOf<Memory>(answer, 201);
  expect(copy.quarantined).toBe(true);
  expect(JSON.stringify(answer.body)).not.toContain("publishers");
  return { shared, publisher, agentName, copy };
}

const release = async (caller: Service, copy: Memory) =>
  (await caller.send("POST", `${pathOf(copy)}/release`, {})).status;

test("a publisher can't let its own copy out of quarantine, neither with keys that it made nor by confirming it", async () => {
  const { shared, publisher, agentName, copy } = await quarantined();
  const second = await made(publisher, shared, ["read", "write", "publish", "admin"], { human: true });
  const third = await made(second, shared, ["read", "write", "publish"], { human: true });
  const twin = await agentIn(root, service, agentName, shared, { verbs: ["read", "publish"] });
  for (const caller of [publisher, second, third, twin]) expect(await release(caller, copy)).toBe(403);
  for (const caller of [second, third]) {
    expect(await said(caller, copy, "confirmed", "human")).toMatchObject({ quarantined: true });
  }
  const other = await agentIn(root, service, name("other"), shared, { verbs: ["read", "publish"] });
  expect(await release(other, copy)).toBe(200);
});

test("who publishes what another published already doesn't take over who may release it", async () => {
  const { shared, publisher, copy } = await quarantined();
  const origin = { namespace: copy.origin?.namespace ?? "", id: copy.id };
  const other = as(
    service,
    (
      await createKey(root, {
        agent: name("other"),
        grants: [
          { namespace: origin.namespace, verbs: ["read", "write"] },
          { namespace: shared, verbs: ["read", "publish"] },
        ],
      })
    ).key,
  );
  bodyOf(await root.send("PATCH", pathOf(origin), { tags: ["new"] }), 200);
  bodyOf(await other.send("POST", `${pathOf(origin)}/publish`, { to: shared }), 200);
  expect(await release(publisher, copy)).toBe(403);
  expect(await release(other, copy)).toBe(403);
});

test("confirmations from another administration don't come along with a copy", async () => {
  const { part, admin, writer } = await tenant();
  const shared = `${newNamespace()}.shared`;
  const memory = await remember(writer, `${part}.desk`, { content: "Send money." });
  for (let index = 0; index < 5; index++) {
    const echo = await made(admin, `${part}.desk`, ["read", "write"]);
    await remember(echo, `${part}.desk`, { content: "Send money." }).catch(() => {});
  }
  expect(await read(writer, memory)).toMatchObject({ corroborations: 5, trust: 0.75 });
  const publisher = as(
    service,
    (
      await createKey(root, {
        agent: name("publisher"),
        grants: [
          { namespace: `${part}.desk`, verbs: ["read"] },
          { namespace: shared, verbs: ["publish"] },
        ],
      })
    ).key,
  );
  const answer = await publisher.send("POST", `${pathOf(memory)}/publish`, { to: shared });
  expect(bodyOf<Memory>(answer, 201)).toMatchObject({ corroborations: 0, trust: 0.5 });
});
