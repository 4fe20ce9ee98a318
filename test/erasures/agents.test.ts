import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { createKey, as } from "../support/acts/access.js";
import { begin, finished, runsOf } from "../support/acts/consolidations.js";
import { bodyOf, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import type { History } from "../support/acts/state.js";
import { readState, setState, statePath } from "../support/acts/state.js";
import { tracesOf } from "../support/kinds/traces.js";
import { startService } from "../support/service/service.js";
import { erased } from "./support.js";

// A store of its own: the erasure looks everywhere.
const service = await startService();
const { key } = await createKey(service, { human: true });
const root = as(service, key);

/** An agent whose name nothing else holds, with a key for a namespace. */
async function newAgent(namespace: string) {
  const agent = `zorvex-${randomUUID()}`;
  const grants = [{ namespace, verbs: ["read", "write", "admin"] }];
  const made = await createKey(root, { agent, grants });
  return { agent, keyId: made.id, own: as(service, made.key) };
}

type Agent = Awaited<ReturnType<typeof newAgent>>;

/** Where an agent's name still is, after its key was revoked and it was erased. */
async function leftOf({ agent, keyId }: Agent) {
  expect((await root.send("DELETE", `/v1/keys/${keyId}`)).status).toBe(204);
  await erased(root, { subject: { agent_id: agent } });
  return tracesOf({
    url: inject("redisUrl"),
    prefix: service.prefix,
    act: "eraseSubject",
    said: [],
    named: [agent],
  });
}

async function deleteNamespace(namespace: string): Promise<void> {
  for (let cursor: string | null = "", query = ""; cursor !== null; query = `?cursor=${cursor ?? ""}`)
    ({ cursor } = bodyOf<{ cursor: string | null }>(
      await root.send("DELETE", `/v1/namespaces/${namespace}${query}`),
      200,
    ));
}

test("an agent that only began a consolidation is erased", async () => {
  const namespace = newNamespace();
  const agent = await newAgent(namespace);
  const { id } = bodyOf<{ id: string }>(await begin(agent.own, namespace), 202);
  await finished(root, namespace, id);
  expect((await root.send("GET", runsOf(namespace))).text).toContain(agent.agent);
  expect(await leftOf(agent)).toEqual({});
  const listed = await root.send("GET", runsOf(namespace));
  expect(listed.text).toContain(id);
  expect(listed.text).not.toContain(agent.agent);
});

test("an agent is erased whose memory was deleted before", async () => {
  const namespace = newNamespace();
  const agent = await newAgent(namespace);
  const memory = await remember(agent.own, namespace, { content: "The pump leaks" });
  await remember(root, namespace, { content: "Ferries leave at noon" });
  expect((await root.send("DELETE", pathOf(memory))).status).toBe(204);
  expect(await leftOf(agent)).toEqual({});
});

test("an agent is erased that wrote state with a key for retries, in a namespace that was deleted before", async () => {
  const namespace = newNamespace();
  const agent = await newAgent(namespace);
  const headers = { "idempotency-key": randomUUID() };
  const put = await agent.own.send("PUT", statePath(namespace, "k"), { value: 1 }, { headers });
  expect(put.status).toBe(201);
  await deleteNamespace(namespace);
  expect(await leftOf(agent)).toEqual({});
});

test("an agent's accuracy goes although the memory that it comes of was deleted before", async () => {
  const namespace = newNamespace();
  const agent = await newAgent(namespace);
  const memory = await remember(agent.own, namespace, { content: "The bridge is closed" });
  const body = { outcome: "contradicted", by: "human" };
  bodyOf(await root.send("POST", `${pathOf(memory)}/feedback`, body), 200);
  expect((await root.send("DELETE", pathOf(memory))).status).toBe(204);
  expect((await root.send("GET", "/v1/agents")).text).toContain(agent.agent);
  expect(await leftOf(agent)).toEqual({});
  expect((await root.send("GET", "/v1/agents")).text).not.toContain(agent.agent);
});

test("an erasure of an agent keeps others' documents that it once wrote or deleted, and takes its name out of them", async () => {
  const namespace = newNamespace();
  const agent = await newAgent(namespace);
  const remove = async (name: string) =>
    expect((await agent.own.send("DELETE", statePath(namespace, name))).status).toBe(204);
  await setState(root, namespace, "deleted", { v: 1 });
  await remove("deleted");
  await setState(root, namespace, "deleted", { v: 2 });
  const early = await setState(agent.own, namespace, "written", { v: 1 });
  await setState(root, namespace, "written", { v: 2 });
  await setState(root, namespace, "gone", { v: 1 });
  await remove("gone");
  await setState(agent.own, namespace, "own", { v: 1 });
  await setState(agent.own, namespace, "own, deleted by another", { v: 1 });
  expect((await root.send("DELETE", statePath(namespace, "own, deleted by another"))).status).toBe(204);

  expect(await leftOf(agent)).toEqual({});

  const versionsOf = async (name: string) =>
    bodyOf<History>(await root.send("GET", `${statePath(namespace, name)}/history`), 200).versions.map(
      ({ op, updated_by, value }) => [op, updated_by, value],
    );
  expect(await versionsOf("deleted")).toEqual([
    ["set", "root", { v: 2 }],
    ["delete", "erased", null],
    ["set", "root", { v: 1 }],
  ]);
  expect(await versionsOf("written")).toEqual([
    ["set", "root", { v: 2 }],
    ["set", "erased", { v: 1 }],
  ]);
  const asOf = `?as_of=${encodeURIComponent(early.updated_at)}`;
  expect(await readState(root, namespace, "written", asOf)).toMatchObject({ value: { v: 1 } });
  expect(await versionsOf("gone")).toEqual([
    ["delete", "erased", null],
    ["set", "root", { v: 1 }],
  ]);
  for (const name of ["own", "own, deleted by another"])
    expect((await root.send("GET", `${statePath(namespace, name)}/history`)).status).toBe(404);
  // The history goes on.
  await setState(root, namespace, "written", { v: 3 });
  expect(await versionsOf("written")).toHaveLength(3);
});
