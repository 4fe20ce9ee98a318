import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import type { AuditPage } from "../../support/audit/read.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  newNamespace,
  pathOf,
  post,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { startRedisTap } from "../../support/redis/tap.js";
import type { AgentPage } from "../../support/acts/trust.js";
import { itemPath, readItem, sendItem } from "../../support/acts/items.js";
import { agent, agentIn, daysAgo, explained, said, say } from "../../support/acts/trust.js";
import { nonEmpty } from "../../support/non-empty.js";

let services: readonly [Service, Service];
let root: Service;
beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
  const { key } = await createKey(first, { agent: "root", human: true });
  root = as(first, key);
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const name = (what: string): string => `${what} ${randomUUID()}`;

/** A namespace with an author and others, each with a key of its own. */
async function team(others: number) {
  const namespace = newNamespace();
  const author = name("author");
  const writer = await agentIn(root, services[0], author, namespace);
  const readers = await Promise.all(
    Array.from({ length: others }, (_, index) =>
      agentIn(root, services[index % 2 === 0 ? 0 : 1], name("other"), namespace),
    ),
  );
  return { namespace, author, writer, readers };
}

describe("feedback", () => {
  test("is on the memory, teaches how accurate its author is, and makes no version", async () => {
    const { namespace, author, writer, readers } = await team(2);
    const memory = await remember(writer, namespace, { content: "The office is in Graz." });
    expect(memory).toMatchObject({ trust: 0.5, human_confirmed: false });
    const [one, two] = readers as [Service, Service];
    expect(await said(one, memory, "confirmed")).toMatchObject({
      version: 1,
      trust: 0.6,
      feedback: { confirmed: 1, contradicted: 0, used: 0, useless: 0 },
    });
    expect(await said(two, memory, "used")).toMatchObject({ feedback: { confirmed: 1, used: 1 } });
    expect(await agent(root, author)).toEqual({ id: author, accuracy: 0.6, confirmed: 1, contradicted: 0 });
    // Each process knows of it, within seconds.
    await until(
      () => read(two, memory),
      ({ trust }) => trust === 0.6,
    );
    expect(await said(two, memory, "contradicted")).toMatchObject({ trust: 0.5 });
    expect(await agent(root, author)).toMatchObject({ accuracy: 0.5, confirmed: 1, contradicted: 1 });
  });

  test("of one caller counts once, however often it comes; a later verdict takes the place of the earlier", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [one] = readers as [Service];
    const memory = await remember(writer, namespace, { content: "x" });
    await Promise.all(Array.from({ length: 16 }, () => said(one, memory, "confirmed")));
    await Promise.all(Array.from({ length: 4 }, () => said(one, memory, "useless")));
    expect(await read(root, memory)).toMatchObject({
      feedback: { confirmed: 1, contradicted: 0, used: 0, useless: 1 },
    });
    expect(await agent(root, author)).toMatchObject({ confirmed: 1, contradicted: 0 });
    await said(one, memory, "contradicted");
    expect((await read(root, memory)).feedback).toEqual({
      confirmed: 0,
      contradicted: 1,
      used: 0,
      useless: 1,
    });
    expect(await agent(root, author)).toMatchObject({ confirmed: 0, contradicted: 1 });
  });

  test("of many callers at once, through two processes, is counted exactly", async () => {
    const { namespace, author, writer, readers } = await team(12);
    const memories = await Promise.all(
      Array.from({ length: 4 }, (_, index) => remember(writer, namespace, { content: `fact ${index}` })),
    );
    await Promise.all(
      memories.flatMap((memory) =>
        readers.flatMap((reader, index) =>
          [1, 2].map(() => said(reader, memory, index < 8 ? "confirmed" : "contradicted")),
        ),
      ),
    );
    for (const memory of memories) {
      expect((await read(root, memory)).feedback).toMatchObject({ confirmed: 8, contradicted: 4 });
    }
    expect(await agent(root, author)).toMatchObject({
      confirmed: 32,
      contradicted: 16,
      accuracy: 34 / 52,
    });
  });

  test("on one's own memory stays on the memory: it teaches nothing", async () => {
    const { namespace, author, writer } = await team(0);
    const memory = await remember(writer, namespace, { content: "I am always right." });
    expect(await said(writer, memory, "confirmed")).toMatchObject({ trust: 0.5, feedback: { confirmed: 1 } });
    expect(await agent(root, author)).toMatchObject({ confirmed: 0 });
  });

  test("of a human lifts the trust by 1.3, until a human says otherwise; only a person's key may say so", async () => {
    const { namespace, writer, readers } = await team(1);
    const [one] = readers as [Service];
    const memory = await remember(writer, namespace, { content: "x" });
    expect(await say(one, memory, "confirmed", "human")).toMatchObject({ status: 403 });
    const person = await agentIn(root, services[0], name("person"), namespace, { human: true });
    expect(await said(person, memory, "confirmed", "human")).toMatchObject({
      human_confirmed: true,
      trust: 0.78,
    });
    expect((await explained(root, memory)).trust_parts).toMatchObject({ accuracy: 0.6, confirmation: 1.3 });
    expect(await said(one, memory, "contradicted")).toMatchObject({ human_confirmed: true });
    expect(await said(person, memory, "contradicted", "human")).toMatchObject({ human_confirmed: false });
  });

  test("is of what a memory says: a revision that says something else begins anew, one of its tags doesn't", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [one] = readers as [Service];
    const memory = await remember(writer, namespace, { content: "old", timestamp: daysAgo(200) });
    await said(one, memory, "confirmed");
    expect(await revise(writer, memory, { tags: ["t"] })).toMatchObject({ feedback: { confirmed: 1 } });
    await said(one, memory, "confirmed");
    expect(await read(root, memory)).toMatchObject({ feedback: { confirmed: 1 } });
    const revised = await revise(writer, memory, { content: "new" });
    expect(revised).toMatchObject({ feedback: { confirmed: 0 }, trust: 0.6 });
    expect(await read(root, memory)).toMatchObject({ feedback: { confirmed: 0 }, trust: 0.6 });
    await said(one, memory, "contradicted");
    expect(await agent(root, author)).toMatchObject({ confirmed: 1, contradicted: 1 });
    const old = await root.send("GET", `${pathOf(memory)}/versions`);
    expect(bodyOf<{ versions: unknown[] }>(old, 200).versions).toMatchObject([
      { content: "new", feedback: { confirmed: 0, contradicted: 1 } },
      { content: "old", feedback: { confirmed: 1 } },
      { content: "old", feedback: { confirmed: 1 } },
    ]);
  });

  test("is on record", async () => {
    const { namespace, writer, readers } = await team(1);
    const memory = await remember(writer, namespace, { content: "x" });
    await said((readers as [Service])[0], memory, "used");
    const trail = await root.send("GET", `/v1/audit?namespace=${namespace}&verb=feedback`);
    expect(bodyOf<AuditPage>(trail, 200).entries).toMatchObject([
      { verb: "feedback", ids: [memory.id], outcome: "used" },
    ]);
  });

  test.each([
    ["outcome", { outcome: "liked", by: "agent" }],
    ["by", { outcome: "used", by: "robot" }],
    ["by", { outcome: "used" }],
    ["note", { outcome: "used", by: "agent", note: "no" }],
  ])("with a wrong %s is named", async (field, body) => {
    const { namespace, writer } = await team(0);
    const memory = await remember(writer, namespace, { content: "x" });
    expect(await writer.send("POST", `${pathOf(memory)}/feedback`, body)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  });
});

test("a verdict whose process is killed before counting is counted once by another process", async () => {
  const { namespace, author, writer } = await team(0);
  const memory = await remember(writer, namespace, { content: "crash" });
  const { prefix } = services[0];
  // The second step names the author's votes; the first, on the memory, goes through.
  const tap = await startRedisTap(inject("redisUrl"), `${prefix}:agent-votes:{~system}:${author}`);
  const victim = await startService({ MNEME_KEY_PREFIX: prefix, REDIS_URL: tap.url });
  const reader = await agentIn(root, victim, name("other"), namespace);
  const answer = say(reader, memory, "confirmed").catch(() => "none");
  await tap.held;
  await victim.kill9();
  tap.stop();
  expect(await answer).toBe("none");
  expect((await read(root, memory)).feedback).toMatchObject({ confirmed: 1 });
  expect(await agent(root, author)).toMatchObject({ confirmed: 0 });

  const client = createClient({ url: inject("redisUrl"), RESP: 2 });
  await client.connect();
  const record = `${prefix}:rec:{${namespace}}:${memory.id}`;
  const note = () => client.sendCommand(["JSON.GET", record, "$.unsent", "$.index.feedback_at"]);
  await until(note, (found) => String(found) === '{"$.unsent":[],"$.index.feedback_at":[]}');
  expect(await agent(root, author)).toMatchObject({ confirmed: 1, contradicted: 0 });

  // As if it had been killed after the second step: the note is still there, and counted it is already.
  const votes = await client.hGetAll(`${prefix}:agent-votes:{~system}:${author}`);
  const [[vote = "", value = ""] = []] = Object.entries(votes);
  const [at, verdict] = value.split(" ");
  const left = { unsent: { [vote]: { at: Number(at), verdict } }, index: { feedback_at: 1 } };
  await client.sendCommand(["JSON.MERGE", record, "$", JSON.stringify(left)]);
  await until(note, (found) => String(found) === '{"$.unsent":[],"$.index.feedback_at":[]}');
  expect(await agent(root, author)).toMatchObject({ confirmed: 1, contradicted: 0 });
  client.destroy();
});

describe("agents", () => {
  test("are seen by who administers everything, and each by itself; the rest can't tell who is there", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [one] = readers as [Service];
    await said(one, await remember(writer, namespace, { content: "x" }), "confirmed");
    expect(await agent(writer, author)).toMatchObject({ confirmed: 1 });
    const admin = await agentIn(root, services[0], name("admin"), `${namespace}.**`, { verbs: ["admin"] });
    for (const stranger of [one, admin]) {
      const known = await stranger.send("GET", `/v1/agents/${encodeURIComponent(author)}`);
      const unknown = await stranger.send("GET", "/v1/agents/nobody");
      expect([known.status, unknown.status]).toEqual([403, 403]);
      const masked = ({ text }: { text: string }) => text.replace(/"request_id":"[^"]+"/, "");
      expect(masked(known)).toBe(masked(unknown));
      expect((await stranger.send("GET", "/v1/agents")).status).toBe(403);
    }
    expect(await agent(root, "nobody")).toEqual({
      id: "nobody",
      accuracy: 0.5,
      confirmed: 0,
      contradicted: 0,
    });
  });

  test("are listed page by page, each once", async () => {
    const { namespace, writer, author, readers } = await team(3);
    const authors = [author];
    for (const [index, reader] of readers.entries()) {
      await said(
        reader,
        await remember(writer, namespace, { content: `by the author ${index}` }),
        "confirmed",
      );
    }
    const all: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: AgentPage = bodyOf<AgentPage>(
        await root.send("GET", `/v1/agents?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`),
        200,
      );
      all.push(...page.agents.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(authors));
    expect((await root.send("GET", "/v1/agents?cursor=eA")).status).toBe(400);
  });
});

describe("trust", () => {
  test("falls with age to one half, and is the same in a read, a list and a recall", async () => {
    const namespace = newNamespace();
    for (const [days, trust] of [
      [0, 0.5],
      [73, 0.4],
      [500, 0.25],
    ] as const) {
      const memory = await remember(root, namespace, {
        content: `said ${days} days ago`,
        timestamp: daysAgo(days),
      });
      expect(memory.trust).toBeCloseTo(trust, 3);
      expect((await read(root, memory)).trust).toBeCloseTo(trust, 3);
      const found = await recall(root, { query: `said ${days}`, namespaces: [namespace], explain: true });
      const hit = found.hits.find(({ memory: { id } }) => id === memory.id);
      expect(hit?.memory.trust).toBeCloseTo(trust, 3);
      expect(hit?.explain?.trust.recency).toBeCloseTo(trust * 2, 3);
    }
  });

  test("is at most what its writer says", async () => {
    const memory = await remember(root, newNamespace(), { content: "maybe", trust_score: 0.3 });
    expect(memory.trust).toBe(0.3);
    expect((await explained(root, memory)).trust_parts).toMatchObject({ limit: 0.3, accuracy: 0.5 });
  });

  test("as of the past is of that age", async () => {
    const memory = await remember(root, newNamespace(), { content: "x", timestamp: daysAgo(73) });
    const then = await root.send("GET", `${pathOf(memory)}?as_of=${new Date().toISOString()}`);
    expect(bodyOf<{ trust: number }>(then, 200).trust).toBeCloseTo(0.4, 3);
  });
});

describe("min_trust", () => {
  test("is never relaxed, and doesn't starve: what is trusted comes from below many that aren't", async () => {
    const namespace = newNamespace();
    const query = "alpha beta gamma";
    for (let index = 0; index < 40; index++) {
      await remember(root, namespace, { content: `${query} ${index}`, trust_score: 0.1 });
    }
    const trusted = await Promise.all(
      [1, 2, 3].map((index) =>
        remember(root, namespace, { content: `alpha and much else besides ${index}` }),
      ),
    );
    const found = await recall(root, { query, namespaces: [namespace], limit: 5, min_trust: 0.4 });
    expect(found.hits.map(({ memory }) => memory.id).toSorted()).toEqual(
      trusted.map(({ id }) => id).toSorted(),
    );
    const none = await recall(root, { query, namespaces: [namespace], min_trust: 0.51 });
    expect(none.hits).toEqual([]);
    expect(
      (await recall(root, { query, namespaces: [namespace], min_trust: 0.1, limit: 50 })).hits,
    ).toHaveLength(43);
  });
});

describe("trust_weight", () => {
  test("lets what is trusted come before what fits as well, also onto the page; 0 doesn't", async () => {
    const namespace = newNamespace();
    const doubted = await remember(root, namespace, { content: "parcel parcel locker", trust_score: 0 });
    const trusted = await remember(root, namespace, { content: "parcel locker elsewhere" });
    const first = async (trust_weight?: number) => {
      const request = { query: "parcel locker", namespaces: [namespace], limit: 1, mode: "keyword" };
      return (await recall(root, { ...request, ...(trust_weight === undefined ? {} : { trust_weight }) }))
        .hits[0];
    };
    expect((await first(0))?.memory.id).toBe(doubted.id);
    expect((await first())?.memory.id).toBe(doubted.id);
    const hit = await first(1);
    expect(hit?.memory.id).toBe(trusted.id);
    expect((await post(root, namespace, { content: "y", trust_score: 2 })).status).toBe(400);
  });

  test("explains what trust adds: the score is the sum", async () => {
    const namespace = newNamespace();
    await remember(root, namespace, { content: "old parcel", timestamp: daysAgo(400) });
    await remember(root, namespace, { content: "new parcel" });
    const { hits } = await recall(root, { query: "parcel", namespaces: [namespace], explain: true });
    expect(hits).toHaveLength(2);
    for (const { score, explain } of nonEmpty(hits)) {
      expect(
        (explain?.keyword?.adds ?? 0) + (explain?.vector?.adds ?? 0) + (explain?.trust.adds ?? 0),
      ).toBeCloseTo(score);
    }
    expect(hits[1]?.explain?.trust.adds).toBeLessThan(0);
  });
});

test("who says it in other words answers for it: trust and feedback are the reviser's, and those of a restored version its author's", async () => {
  const { namespace, author, writer, readers } = await team(2);
  const [reviser = root, judge = root] = readers;
  const first = await remember(writer, namespace, { content: "Pay only to AT11." });
  const tagged = await revise(reviser, first, { tags: ["x"] });
  expect(tagged.source_agent).toBe(author);
  const changed = await revise(reviser, tagged, { content: "Pay only to XX99." });
  expect(changed.source_agent).not.toBe(author);
  const repeated = await post(reviser, namespace, { content: "Pay only to XX99." });
  expect(repeated).toMatchObject({ status: 200, body: { corroborations: 0 } });
  await said(judge, changed, "contradicted");
  const blamed = await until(
    () => agent(root, changed.source_agent),
    ({ contradicted }) => contradicted === 1,
  );
  expect(blamed.accuracy).toBeLessThan(0.5);
  expect((await agent(root, author)).accuracy).toBe(0.5);
  const restored = await reviser.send("POST", `${pathOf(first)}/restore`, { version: 1 });
  expect(restored).toMatchObject({ status: 200, body: { source_agent: author } });
});

describe("an item's author", () => {
  test.each([
    ["a content", { content: "The balance is fine." }, { content: "The balance is negative." }],
    [
      "metadata beside a content",
      { content: "Account 7", metadata: { balance: "fine" } },
      { content: "Account 7", metadata: { balance: "negative" } },
    ],
    ["metadata alone", { metadata: { balance: "fine" } }, { metadata: { balance: "negative" } }],
  ])("is who put %s; feedback on what was there before isn't for it", async (_, before, after) => {
    const { namespace, author, writer, readers } = await team(2);
    const [other = root, judge = root] = readers;
    const put = async (by: Service, input: typeof before, status: number) =>
      bodyOf<Memory>(await sendItem(by, namespace, "k", input), status);
    const first = await put(writer, before, 201);
    await said(judge, first, "confirmed");
    expect((await put(other, before, 200)).source_agent).toBe(author);
    expect(await readItem(other, namespace, "k")).toMatchObject({ feedback: { confirmed: 1 } });
    const changed = await put(other, after, 200);
    expect(changed.source_agent).not.toBe(author);
    expect(changed).toMatchObject({ version: 2, trust: 0.5, feedback: { confirmed: 0 } });
    await said(judge, changed, "contradicted");
    await until(
      () => agent(root, changed.source_agent),
      ({ contradicted }) => contradicted === 1,
    );
    expect(await agent(root, author)).toMatchObject({ confirmed: 1, contradicted: 0 });
    const patched = await revise(writer, changed, before);
    expect(patched).toMatchObject({ source_agent: author, version: 3 });
    const restored = await writer.send("POST", `${pathOf(first)}/restore`, { version: 2 });
    expect(restored).toMatchObject({ status: 200, body: { source_agent: changed.source_agent } });
  });

  test("is who puts it after it was deleted", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [other = root] = readers;
    bodyOf(await sendItem(writer, namespace, "k", { content: "fine" }), 201);
    expect((await other.send("DELETE", itemPath(namespace, "k"))).status).toBeLessThan(300);
    const made = bodyOf<Memory>(await sendItem(other, namespace, "k", { content: "fine" }), 201);
    expect(made.source_agent).not.toBe(author);
  });
});

describe("the doubt of an author", () => {
  test("can be lessened by the author and an administrator; others can only add to it", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [other = root] = readers;
    const memory = await remember(writer, namespace, { content: "The pump is sound.", trust_score: 0.2 });
    const path = pathOf(memory);
    expect(await other.send("PATCH", path, { trust_score: 1, tags: ["x"] })).toMatchObject({
      status: 409,
      body: { code: "immutable_memory", errors: [{ field: "trust_score" }] },
    });
    expect(await read(root, memory)).toMatchObject({ version: 1, trust_score: 0.2, tags: [] });
    const same = await other.send("PATCH", path, { trust_score: 0.2, content: memory.content });
    expect(same).toMatchObject({ status: 200, body: { source_agent: author, trust_score: 0.2 } });
    expect(await revise(other, memory, { trust_score: 0.1 })).toMatchObject({ trust_score: 0.1 });
    const restored = await other.send("POST", `${path}/restore`, { version: 1 });
    expect(restored).toMatchObject({ status: 200, body: { version: 4, trust_score: 0.1 } });
    expect(await revise(writer, memory, { trust_score: 0.3 })).toMatchObject({ trust_score: 0.3 });
    expect(await revise(root, memory, { trust_score: 0.4 })).toMatchObject({ trust_score: 0.4 });
    const own = await revise(other, memory, { content: "It leaks.", trust_score: 1 });
    expect(own).toMatchObject({ trust_score: 1 });
    expect(own.source_agent).not.toBe(author);
  });

  test("stays in an item that another puts again", async () => {
    const { namespace, author, writer, readers } = await team(1);
    const [other = root] = readers;
    const input = { content: "The pump is sound." };
    bodyOf(await sendItem(writer, namespace, "k", { ...input, trust_score: 0.2 }), 201);
    const again = bodyOf<Memory>(await sendItem(other, namespace, "k", input), 200);
    expect(again).toMatchObject({ version: 1, source_agent: author, trust_score: 0.2 });
    const tagged = bodyOf<Memory>(await sendItem(other, namespace, "k", { ...input, tags: ["x"] }), 200);
    expect(tagged).toMatchObject({ version: 2, source_agent: author, trust_score: 0.2 });
    const own = bodyOf<Memory>(await sendItem(writer, namespace, "k", input), 200);
    expect(own).toMatchObject({ version: 3, trust_score: 1 });
  });
});
