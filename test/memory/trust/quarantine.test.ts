import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import type { AuditPage } from "../../support/audit/read.js";
import { entityPath } from "../../support/acts/facts.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  listPage,
  listPath,
  newNamespace,
  pathOf,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { agentIn, said } from "../../support/acts/trust.js";

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "local" });
  root = as(service, (await createKey(service, { agent: "root", human: true })).key);
});
afterAll(() => service.stop());

/** A memory published to a namespace that wants more trust than it has. */
async function published(input: Json = {}, follow = false) {
  const [own, shared] = [newNamespace(), `${newNamespace()}.shared`];
  bodyOf(await putSettings(root, shared, { publish: { min_trust: 0.7 } }), 200);
  // An author of its own, so that what is said of others' memories has no part in it.
  const grants = [
    { namespace: own, verbs: ["read", "write"] },
    { namespace: shared, verbs: ["publish"] },
  ];
  const author = as(service, (await createKey(root, { agent: `author ${randomUUID()}`, grants })).key);
  const memory = await remember(author, own, { content: `The parcel is late ${randomUUID()}.`, ...input });
  const answer = await author.send("POST", `${pathOf(memory)}/publish`, { to: shared, follow });
  const copy = bodyOf<Memory>(answer, 201);
  const reader = await agentIn(root, service, "reader", shared, { verbs: ["read"] });
  return { memory, copy, shared, reader };
}

async function isFound(caller: Service, { content, id }: Memory, shared: string): Promise<boolean[]> {
  const found = await Promise.all(
    ["keyword", "vector", "hybrid"].map((mode) =>
      recall(caller, { query: content, namespaces: [shared], mode }),
    ),
  );
  const above = await recall(root, { query: content, namespaces: ["**"] });
  const lists = [...found, above].map(({ hits }) =>
    hits.some(
      ({ memory, also_in = [] }) => memory.id === id && [memory.namespace, ...also_in].includes(shared),
    ),
  );
  const listed = (await listPage(caller, shared)).memories.some((memory) => memory.id === id);
  return [...lists, listed];
}

const HIDDEN = [false, false, false, false, false];

test("a copy below a namespace's min_trust is stored there, and no recall finds it", async () => {
  const { memory, copy, shared, reader } = await published();
  expect(copy).toMatchObject({ quarantined: true, trust: 0.5 });
  expect(await isFound(reader, copy, shared)).toEqual(HIDDEN);
  expect((await reader.send("GET", pathOf(copy))).status).toBe(404);
  expect((await reader.send("GET", `${pathOf(copy)}/versions`)).status).toBe(404);
  expect((await reader.send("GET", listPath(shared, { quarantined: "true" }))).status).toBe(403);
  expect((await listPage(root, shared, { quarantined: "true" })).memories).toMatchObject([{ id: copy.id }]);
  expect(await read(root, copy)).toMatchObject({ quarantined: true });
  expect(await read(root, memory)).toMatchObject({ quarantined: false });
});

test("a caller that doesn't see the quarantine can't publish a copy out of it", async () => {
  const { copy, shared } = await published();
  const own = newNamespace();
  const publisherOf = (verbs: readonly string[]) =>
    createKey(root, {
      agent: `publisher ${randomUUID()}`,
      grants: [
        { namespace: shared, verbs },
        { namespace: own, verbs: ["read", "publish"] },
      ],
    });
  const publish = (caller: Service) => caller.send("POST", `${pathOf(copy)}/publish`, { to: own });
  const refused = await publish(as(service, (await publisherOf(["read"])).key));
  expect(refused).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect((await root.send("GET", pathOf({ namespace: own, id: copy.id }))).status).toBe(404);
  expect((await publish(as(service, (await publisherOf(["read", "write"])).key))).status).toBe(201);
});

test("a policy forgets it as it does what is found", async () => {
  const { copy, shared } = await published();
  const found = await remember(root, shared, { content: "Another parcel." });
  const request = { policy: { keep_top: 0 } };
  const answer = await root.send("POST", `/v1/namespaces/${shared}/forget`, request);
  const { ids } = bodyOf<{ ids: string[] }>(answer, 200);
  expect(ids.toSorted()).toEqual([copy.id, found.id].toSorted());
  expect((await listPage(root, shared, { quarantined: "true" })).memories).toEqual([]);
  expect((await root.send("GET", pathOf(copy))).status).toBe(404);
});

test("what is trusted enough, and what goes where nothing is wanted, is found at once", async () => {
  const [own, shared] = [newNamespace(), `${newNamespace()}.shared`];
  bodyOf(await putSettings(root, shared, { publish: { min_trust: 0.5 } }), 200);
  const memory = await remember(root, own, { content: "A trusted parcel." });
  const copy = bodyOf<Memory>(await root.send("POST", `${pathOf(memory)}/publish`, { to: shared }), 201);
  expect(copy.quarantined).toBe(false);
  expect((await listPage(root, shared)).memories).toHaveLength(1);
});

test("a human's confirmation there lets it out, an agent's doesn't", async () => {
  const { copy, shared, reader } = await published();
  const other = await agentIn(root, service, "other", shared);
  expect(await said(other, copy, "confirmed")).toMatchObject({ quarantined: true });
  expect(await isFound(reader, copy, shared)).toEqual(HIDDEN);
  expect(await said(root, copy, "confirmed", "human")).toMatchObject({
    quarantined: false,
    human_confirmed: true,
  });
  expect(await isFound(reader, copy, shared)).not.toContain(false);
  expect((await listPage(root, shared, { quarantined: "true" })).memories).toEqual([]);
});

test("a key with publish there releases it, on record; one that may only write doesn't", async () => {
  const { copy, shared, reader } = await published();
  const writer = await agentIn(root, service, "writer", shared);
  expect((await writer.send("POST", `${pathOf(copy)}/release`, {})).status).toBe(403);
  const publisher = await agentIn(root, service, "publisher", shared, { verbs: ["read", "publish"] });
  const released = bodyOf<Memory>(await publisher.send("POST", `${pathOf(copy)}/release`, {}), 200);
  expect(released).toMatchObject({ quarantined: false, version: 1 });
  bodyOf(await publisher.send("POST", `${pathOf(copy)}/release`, {}), 200);
  expect(await isFound(reader, copy, shared)).not.toContain(false);
  const trail = await root.send("GET", `/v1/audit?namespace=${shared}&verb=release&order=asc`);
  expect(bodyOf<AuditPage>(trail, 200).entries.map(({ outcome }) => outcome)).toEqual([
    "denied",
    "released",
    "ok",
  ]);
});

test("what follows its origin is in quarantine again once it says something else", async () => {
  const { memory, copy, shared, reader } = await published({}, true);
  await said(root, copy, "confirmed", "human");
  await revise(root, memory, { tags: ["checked"] });
  expect(await read(root, copy)).toMatchObject({
    quarantined: false,
    tags: ["checked"],
    human_confirmed: true,
  });
  await revise(root, memory, { content: "Send the money to another account." });
  const changed = await read(root, copy);
  expect(changed).toMatchObject({ quarantined: true, human_confirmed: false });
  expect(await isFound(reader, changed, shared)).toEqual(HIDDEN);
});

test.each([
  ["publish.min_trust", { publish: { min_trust: 1.1 } }],
  ["publish.least", { publish: { least: 1 } }],
])("a wrong %s is named", async (field, settings) => {
  expect(await putSettings(root, newNamespace(), settings)).toMatchObject({
    status: 400,
    body: { errors: [{ field }] },
  });
});

test("an entity that only it names isn't listed, and is known once it is released", async () => {
  const fact = { subject: `Quorra ${randomUUID()}`, predicate: "works_for", object: "Encom" };
  const { copy, shared, reader } = await published({ fact, memory_type: "semantic" });
  const names = async () => {
    const answer = await reader.send("GET", `/v1/namespaces/${shared}/entities`);
    return bodyOf<{ entities: { name: string }[] }>(answer, 200).entities.map(({ name }) => name);
  };
  expect(await names()).toEqual([]);
  expect((await root.send("POST", `${pathOf(copy)}/release`, {})).status).toBe(200);
  expect((await reader.send("GET", entityPath(shared, fact.subject))).status).toBe(200);
  expect(await names()).toEqual(["Encom", fact.subject]);
});

test("as of a time before its release, no recall finds a copy", async () => {
  const { copy, shared, reader } = await published();
  const then = new Date().toISOString();
  await sleep(3);
  expect((await root.send("POST", `${pathOf(copy)}/release`, {})).status).toBe(200);
  const released = new Date(Date.now() + 1).toISOString();
  await sleep(3);
  for (const mode of ["keyword", "vector"]) {
    const hitsAsOf = async (as_of: string) =>
      (await recall(reader, { query: copy.content, namespaces: [shared], mode, as_of })).hits.length;
    expect([mode, await hitsAsOf(then), await hitsAsOf(released)]).toEqual([mode, 0, 1]);
  }
});
