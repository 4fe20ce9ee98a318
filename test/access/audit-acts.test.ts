import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sessionFacet } from "../../src/memory/model/facets.js";
import { SYSTEM, auditPageOf, openTrails } from "../support/audit/read.js";
import type { AuditEntry, Trails } from "../support/audit/read.js";
import { bodyOf, listPath, memoriesOf, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { sessionPath, sessionsOf } from "../support/acts/sessions.js";
import { nonEmpty } from "../support/non-empty.js";

let service: Service;
let trails: Trails;
beforeAll(async () => {
  service = await startService();
  trails = await openTrails(service.prefix);
});
afterAll(async () => {
  trails.close();
  await service.stop();
});

/** Stands in all that a caller writes, and mustn't stand in any trail. */
const MARK = "xq7markerz";

/** What an act is done in: two memories, one of each kind, in a namespace of their own. */
interface Scene {
  readonly ns: string;
  readonly semantic: Memory;
  readonly episodic: Memory;
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
}

const SEMANTIC = {
  content: `fact ${MARK}`,
  memory_type: "semantic",
  agent_id: `agent ${MARK}`,
  session_id: `session ${MARK}`,
  tags: [`tag ${MARK}`],
  metadata: { [`key${MARK}`]: `value ${MARK}` },
};
const INTERACTION = {
  input: `input ${MARK}`,
  reasoning: `reasoning ${MARK}`,
  tool_calls: [{ name: `tool${MARK}`, arguments: { a: MARK }, result: MARK }],
  response: `response ${MARK}`,
  session_id: `session ${MARK}`,
  timestamp: "2026-01-31T09:30:00Z",
};

async function prepare(on: Service): Promise<Scene> {
  const ns = newNamespace();
  const semantic = await remember(on, ns, SEMANTIC);
  const captured = await on.send("POST", `/v1/namespaces/${ns}/interactions`, INTERACTION);
  return {
    ns,
    semantic,
    episodic: bodyOf<Memory>(captured, 201),
    send: (method, path, body, headers = {}) => on.send(method, path, body, { headers }),
  };
}

const SESSION = sessionFacet(`session ${MARK}`);
const ABSENT = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";
const idOf = ({ body }: Answer): string => (body as Memory).id;
const batchIds = ({ body }: Answer): string[] =>
  (body as { results: { memory?: Memory }[] }).results.flatMap(({ memory }) =>
    memory === undefined ? [] : [memory.id],
  );

interface Act {
  readonly name: string;
  readonly act: (scene: Scene) => Promise<Answer>;
  readonly status: number;
  /** Verb, outcome and ids of each entry that it leaves, in order. */
  readonly leaves: (
    scene: Scene,
    answer: Answer,
  ) => readonly (readonly [string, string, readonly string[]])[];
}

const recallIn = (query: string) => (scene: Scene) =>
  scene.send("POST", "/v1/recall", { query: `${query} ${MARK}`, namespaces: [scene.ns], mode: "keyword" });

const ACTS: readonly Act[] = [
  {
    name: "remember",
    act: ({ send, ns }) => send("POST", memoriesOf(ns), { content: `new ${MARK}`, memory_type: "semantic" }),
    status: 201,
    leaves: (_, answer) => [["remember", "created", [idOf(answer)]]],
  },
  {
    name: "remember what is there",
    act: ({ send, ns }) => send("POST", memoriesOf(ns), SEMANTIC),
    status: 200,
    leaves: ({ semantic }) => [["remember", "seen", [semantic.id]]],
  },
  {
    name: "remember a batch with a duplicate",
    act: ({ send, ns }) =>
      send("POST", `${memoriesOf(ns)}/batch`, {
        memories: [
          { content: `one ${MARK}`, memory_type: "semantic" },
          { content: "", memory_type: "semantic" },
          SEMANTIC,
          { content: `two ${MARK}`, memory_type: "procedural" },
        ],
      }),
    status: 200,
    leaves: (_, answer) =>
      batchIds(answer).map((id, index) => ["remember", index === 1 ? "seen" : "created", [id]] as const),
  },
  {
    name: "capture",
    act: ({ send, ns }) =>
      send("POST", `/v1/namespaces/${ns}/interactions`, { ...INTERACTION, response: `other ${MARK}` }),
    status: 201,
    leaves: (_, answer) => [
      ["capture", "created", [idOf(answer)]],
      ["session.append", "ok", [SESSION]],
    ],
  },
  {
    name: "capture what is there",
    act: ({ send, ns }) => send("POST", `/v1/namespaces/${ns}/interactions`, INTERACTION),
    status: 200,
    leaves: ({ episodic }) => [
      ["capture", "seen", [episodic.id]],
      ["session.append", "repeated", [SESSION]],
    ],
  },
  {
    name: "append to a session",
    act: ({ send, ns }) =>
      send("POST", `${sessionPath(ns, `new ${MARK}`)}/messages`, {
        messages: [{ id: `id ${MARK}`, role: "user", content: MARK, name: MARK }],
      }),
    status: 201,
    leaves: () => [["session.append", "ok", [sessionFacet(`new ${MARK}`)]]],
  },
  {
    name: "read a session",
    act: ({ send, ns }) => send("GET", sessionPath(ns, `session ${MARK}`)),
    status: 200,
    leaves: () => [["session.read", "ok", [SESSION]]],
  },
  {
    name: "read a session that isn't there",
    act: ({ send, ns }) => send("GET", `${sessionPath(ns, `none ${MARK}`)}/messages`),
    status: 404,
    leaves: () => [["session.read", "missing", [sessionFacet(`none ${MARK}`)]]],
  },
  {
    name: "list sessions",
    act: ({ send, ns }) => send("GET", sessionsOf(ns)),
    status: 200,
    leaves: () => [["session.list", "ok", []]],
  },
  {
    name: "make a context",
    act: ({ send, ns }) => send("GET", `${sessionPath(ns, `session ${MARK}`)}/context?limit=0`),
    status: 200,
    leaves: () => [["session.context", "ok", [SESSION]]],
  },
  {
    name: "delete a session",
    act: ({ send, ns }) => send("DELETE", sessionPath(ns, `session ${MARK}`)),
    status: 204,
    leaves: () => [["session.delete", "ok", [SESSION]]],
  },
  {
    name: "read",
    act: ({ send, semantic }) => send("GET", pathOf(semantic)),
    status: 200,
    leaves: ({ semantic }) => [["read", "ok", [semantic.id]]],
  },
  {
    name: "read what isn't there",
    act: ({ send, ns }) => send("GET", pathOf({ namespace: ns, id: ABSENT })),
    status: 404,
    leaves: () => [["read", "missing", [ABSENT]]],
  },
  {
    name: "list",
    act: ({ send, ns }) => send("GET", listPath(ns, { order: "asc" })),
    status: 200,
    leaves: ({ semantic, episodic }) => [["list", "ok", [semantic.id, episodic.id]]],
  },
  {
    name: "list nothing",
    act: ({ send, ns }) => send("GET", listPath(ns, { tag: `absent ${MARK}` })),
    status: 200,
    leaves: () => [["list", "ok", []]],
  },
  {
    name: "recall",
    act: recallIn("fact"),
    status: 200,
    leaves: (_, { body }) => [
      ["recall", "ok", (body as { hits: { memory: Memory }[] }).hits.map(({ memory }) => memory.id)],
    ],
  },
  {
    name: "recall nothing",
    act: ({ send, ns }) =>
      send("POST", "/v1/recall", { query: `absent${MARK}`, namespaces: [ns], mode: "keyword" }),
    status: 200,
    leaves: () => [["recall", "ok", []]],
  },
  {
    name: "recall by a pattern",
    act: ({ send, ns }) =>
      send("POST", "/v1/recall", { query: "fact", namespaces: [`${ns}.**`], mode: "keyword" }),
    status: 200,
    leaves: ({ semantic }) => [["recall", "ok", [semantic.id]]],
  },
  {
    name: "revise",
    act: ({ send, semantic }) => send("PATCH", pathOf(semantic), { content: `revised ${MARK}` }),
    status: 200,
    leaves: ({ semantic }) => [["revise", "revised", [semantic.id]]],
  },
  {
    name: "revise what isn't there",
    act: ({ send, ns }) => send("PATCH", pathOf({ namespace: ns, id: ABSENT }), { trust_score: 0.5 }),
    status: 404,
    leaves: () => [["revise", "missing", [ABSENT]]],
  },
  {
    name: "revise another version",
    act: ({ send, semantic }) => send("PATCH", pathOf(semantic), { trust_score: 0.5 }, { "if-match": '"7"' }),
    status: 412,
    leaves: ({ semantic }) => [["revise", "conflict", [semantic.id]]],
  },
  {
    name: "revise what is immutable",
    act: ({ send, episodic }) => send("PATCH", pathOf(episodic), { content: `changed ${MARK}` }),
    status: 409,
    leaves: ({ episodic }) => [["revise", "immutable", [episodic.id]]],
  },
  {
    name: "revise to what another memory holds",
    act: async ({ send, ns, semantic }) => {
      await send("POST", memoriesOf(ns), { ...SEMANTIC, content: `taken ${MARK}` });
      return send("PATCH", pathOf(semantic), { content: `taken ${MARK}` });
    },
    status: 409,
    leaves: ({ semantic }) => [
      ["remember", "created", [expect.any(String) as string]],
      ["revise", "duplicate", [semantic.id]],
    ],
  },
  {
    name: "delete",
    act: ({ send, episodic }) => send("DELETE", pathOf(episodic)),
    status: 204,
    leaves: ({ episodic }) => [["delete", "removed", [episodic.id]]],
  },
  {
    name: "delete what isn't there",
    act: ({ send, ns }) => send("DELETE", pathOf({ namespace: ns, id: ABSENT })),
    status: 404,
    leaves: () => [["delete", "missing", [ABSENT]]],
  },
  {
    name: "delete another version",
    act: ({ send, semantic }) => send("DELETE", pathOf(semantic), undefined, { "if-match": '"7"' }),
    status: 412,
    leaves: ({ semantic }) => [["delete", "conflict", [semantic.id]]],
  },
];

describe("an act leaves exactly its entry", () => {
  test.each(ACTS)("$name", async ({ act, status, leaves }) => {
    const scene = await prepare(service);
    const requestId = randomUUID();
    const before = await trails.all(scene.ns);
    const answer = await act({
      ...scene,
      send: (method, path, body, headers) =>
        scene.send(method, path, body, { ...headers, "x-request-id": requestId }),
    });
    expect(answer.status).toBe(status);
    expect((await trails.all(scene.ns)).slice(0, before.length)).toEqual(before);
    const page = await auditPageOf(service, { namespace: scene.ns, order: "asc", limit: 200 });
    const entries = page.entries.slice(before.length);
    expect(entries.map(({ verb, outcome, ids }) => [verb, outcome, ids])).toEqual(leaves(scene, answer));
    for (const entry of nonEmpty(entries)) {
      expect(entry).toMatchObject({ agent: "anonymous", key_id: null, namespace: scene.ns });
      expect(entry.request_id).toBe(requestId);
    }
  });

  test("in no single namespace, if a recall over patterns finds nothing", async () => {
    const pattern = `${newNamespace()}.**`;
    const body = { query: "nothing", namespaces: [pattern], mode: "keyword" };
    await service.send("POST", "/v1/recall", body);
    const { entries } = await auditPageOf(service, { verb: "recall", limit: 10 });
    expect(entries.find(({ other }) => other === pattern)).toMatchObject({ namespace: null, ids: [] });
    expect((await trails.all(SYSTEM)).some(({ e }) => e.includes(pattern))).toBe(true);
  });

  test("of a reading of the trail too", async () => {
    const ns = newNamespace();
    const verbs = async (): Promise<Pick<AuditEntry, "verb" | "outcome">[]> =>
      (await auditPageOf(service, { namespace: ns, order: "asc" })).entries.map(({ verb, outcome }) => ({
        verb,
        outcome,
      }));
    expect(await verbs()).toEqual([]);
    await service.send("GET", `/v1/audit/export?namespace=${ns}`);
    expect(await verbs()).toEqual([
      { verb: "audit.read", outcome: "ok" },
      { verb: "audit.read", outcome: "exported" },
    ]);
    const request = { "x-request-id": randomUUID() };
    await service.send("GET", `/v1/audit?namespace=${ns}.**`, undefined, { headers: request });
    const own = (await auditPageOf(service, { verb: "audit.read", limit: 5 })).entries;
    expect(own.find(({ request_id }) => request_id === request["x-request-id"])).toMatchObject({
      namespace: null,
      other: `${ns}.**`,
    });
  });

  test("and what the request is refused for before anything is looked at leaves none", async () => {
    const scene = await prepare(service);
    const before = await trails.all(scene.ns);
    const bad = [
      await scene.send("POST", memoriesOf(scene.ns), { content: "" }),
      await scene.send("GET", `${memoriesOf(scene.ns)}/no-id`),
      await scene.send("POST", `${memoriesOf(scene.ns)}/batch`, { memories: [{ content: "" }] }),
      await scene.send("GET", `/v1/audit?namespace=${scene.ns}&cursor=x`),
    ];
    expect(bad.map(({ status }) => status)).toEqual([400, 400, 200, 400]);
    expect(await trails.all(scene.ns)).toEqual(before);
  });
});

test("no trail holds anything of a content, a query or a filter", async () => {
  const scene = await prepare(service);
  for (const { act } of ACTS) await act(scene);
  const known = new Set(["a", "k", "v", "r", "n", "i", "o"]);
  let entries = 0;
  for (const trail of nonEmpty(await trails.names())) {
    for (const entry of nonEmpty(await trails.all(trail))) {
      entries++;
      expect(JSON.stringify(entry)).not.toContain(MARK);
      expect(Object.keys(JSON.parse(entry.e) as object).filter((name) => !known.has(name))).toEqual([]);
    }
  }
  expect(entries).toBeGreaterThan(ACTS.length);
});

/** All that a namespace holds but its trail, byte for byte. */
async function contentsOf({ client }: Trails, prefix: string, ns: string): Promise<Map<string, unknown>> {
  const held = new Map<string, unknown>();
  for await (const keys of client.scanIterator({ MATCH: `${prefix}:*{${ns}}*`, COUNT: 1000 })) {
    for (const key of keys) {
      if (key.startsWith(`${prefix}:audit`)) continue;
      held.set(key, await Promise.all([client.sendCommand(["DUMP", key]), client.pExpireTime(key)]));
    }
  }
  return held;
}

/** An answer, and each of a batch's results, that refuses. */
function refusals(answer: Answer): number[] {
  const { results } = (answer.body ?? {}) as { results?: { status: number }[] };
  return results === undefined
    ? [answer.status]
    : results.map(({ status }) => status).filter((status) => status !== 400);
}

describe("with a trail that can't be written, nothing is done", () => {
  const broken: readonly [string, (ns: string) => [string, string]][] = [
    ["trail", (ns) => [trails.stream(ns), "spoilt"]],
    ["head", (ns) => [trails.head(ns), "spoilt"]],
  ];
  // The last but one act needs a write of its own before it.
  const acts = ACTS.filter(({ name }) => name !== "revise to what another memory holds");
  describe.each(broken)("a spoilt %s", (_, spoil) => {
    test.each(acts)("$name", async ({ act }) => {
      const scene = await prepare(service);
      const [key, value] = spoil(scene.ns);
      await trails.client.del(key);
      await trails.client.set(key, value);
      const before = await contentsOf(trails, service.prefix, scene.ns);
      const answer = await act(scene);
      expect(new Set(refusals(answer))).toEqual(new Set([503]));
      expect(answer.text).toContain("audit_unavailable");
      expect(answer.text).not.toContain(MARK);
      expect(await contentsOf(trails, service.prefix, scene.ns)).toEqual(before);
      expect(before.size).toBeGreaterThan(2);
    });
  });

  test("nor is the trail read", async () => {
    const { ns } = await prepare(service);
    await trails.client.del(trails.stream(ns));
    await trails.client.set(trails.stream(ns), "spoilt");
    for (const namespace of [ns, `${ns}.**`]) {
      for (const route of ["/v1/audit", "/v1/audit/export"]) {
        const answer = await service.send("GET", `${route}?namespace=${namespace}`);
        expect(answer).toMatchObject({ status: 503, body: { code: "audit_unavailable" } });
      }
    }
  });

  test("for lack of memory: not even a read, but what makes room", async () => {
    // On record as ever: a deletion may write what it needs.
    const makesRoom = new Set(acts.map(({ name }) => name).filter((name) => name.startsWith("delete")));
    expect(makesRoom.size).toBe(4);
    const redis = await startRedis();
    const own = await startService({ REDIS_URL: redis.url });
    const direct = await openTrails(own.prefix, redis.url);
    try {
      const scenes: [Act, Scene][] = [];
      for (const act of acts) scenes.push([act, await prepare(own)]);
      await direct.client.configSet("maxmemory", "1");
      for (const [{ name, act }, scene] of scenes) {
        const before = await contentsOf(direct, own.prefix, scene.ns);
        const entries = await direct.all(scene.ns);
        const answer = await act(scene);
        if (makesRoom.has(name)) {
          expect(answer.status, name).not.toBe(507);
          expect((await direct.all(scene.ns)).length, name).toBeGreaterThan(entries.length);
          continue;
        }
        expect([name, ...new Set(refusals(answer))]).toEqual([name, 507]);
        expect(await contentsOf(direct, own.prefix, scene.ns)).toEqual(before);
        expect(await direct.all(scene.ns)).toEqual(entries);
      }
      await direct.client.configSet("maxmemory", "0");
      const [[, scene] = []] = scenes;
      if (scene === undefined) throw new Error("no scene");
      expect((await own.send("GET", pathOf(scene.semantic))).status).toBe(200);
    } finally {
      direct.close();
      await own.stop();
      await redis.stop();
    }
  });
});
