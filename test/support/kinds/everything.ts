import { randomUUID } from "node:crypto";
import { RedisSaver } from "@mneme/checkpointer";
import { as, createKey } from "../acts/access.js";
import { begin, finished } from "../acts/consolidations.js";
import { entityPath, tell } from "../acts/facts.js";
import { itemPath } from "../acts/items.js";
import type { Json, Memory } from "../acts/memories.js";
import { bodyOf, embedded, listAll, pathOf, read, recall, remember, revise } from "../acts/memories.js";
import { append, sessionPath } from "../acts/sessions.js";
import { setState, statePath, transacted } from "../acts/state.js";
import { patchSettings } from "../service/namespaces.js";
import type { Service } from "../service/service.js";
import { until } from "../service/service.js";

export interface Place {
  /** As who administers everything. */
  readonly root: Service;
  readonly redis: ConstructorParameters<typeof RedisSaver>[0];
  readonly namespace: string;
  /** Where copies are published to. */
  readonly shared: string;
  /** In every text that mneme stores. */
  readonly said: string;
  /** An e-mail address that is stored as a token. */
  readonly original: string;
  /** In every name that a caller chooses: of agents, sessions, messages, threads, keys, requests. */
  readonly named: string;
}

export interface Stored {
  /** One of the memories. */
  readonly memory: Memory;
  /** Ids of the API keys of the two agents that stored it. */
  readonly keys: readonly string[];
}

/** Everything that a caller can have stored in a namespace, with a text in each field that holds text. */
export async function storeEverything(place: Place): Promise<Stored> {
  const { root, namespace, shared, said, named } = place;
  const at = `/v1/namespaces/${namespace}`;
  const verbs = ["read", "write", "publish", "admin"];
  const grants = [namespace, shared].map((each) => ({ namespace: each, verbs }));
  const writer = await createKey(root, { agent: `agent ${named}`, grants, rate_limit_per_minute: 10_000 });
  const critic = await createKey(root, { agent: `critic ${named}`, human: true, grants });
  const own = as(root, writer.key);
  /** The same, with an idempotency key for each write. */
  const repeatable = (service: Service): Service => ({
    ...service,
    send: (method, path, body, options = {}) => {
      const once =
        method === "GET" || path === "/v1/recall" ? {} : { "idempotency-key": `${named} ${randomUUID()}` };
      const headers = { ...once, "x-request-id": `request-${named}`, ...options.headers };
      return service.send(method, path, body, { ...options, headers });
    },
  });
  const me = repeatable(own);
  const about: Json = {
    metadata: { user_id: `user-${named}`, [said]: [said, { deep: said }] },
    tags: [said],
    agent_id: `agent ${named}`,
  };

  const set = async (settings: Json) => bodyOf(await patchSettings(root, namespace, settings), 200);
  await set({
    predicates: { lives_in: "one" },
    retention: { versions_seconds: 86_400 },
    consolidation: { schedule: "0 3 * * *" },
  });
  // Of a namespace that was only read, there is a trail alone.
  await listAll(root, `${namespace}.read`);
  await setState(root, namespace, "of nobody", 1);
  const kept = await remember(root, namespace, { content: `Somebody else's own words, ${randomUUID()}` });
  // Memories, their versions, and what is made of them.
  await revise(root, kept, { content: `Somebody else's other words, ${randomUUID()}` });
  const source = await remember(me, namespace, {
    ...about,
    content: `${said} rides a bicycle`,
    session_id: `solo-${named}`,
  });
  const derived_from = [{ namespace, id: source.id, version: 1 }];
  await remember(me, namespace, { ...about, content: `Derived: ${said} cycles`, derived_from });
  const former = await remember(me, namespace, {
    ...about,
    content: `The first words of ${said}`,
    ttl_seconds: 86_400,
  });
  await revise(me, former, {
    content: `Another text, ${randomUUID()}`,
    metadata: { user_id: null, [said]: null },
    tags: [],
  });
  bodyOf(
    await me.send("PUT", itemPath(namespace, `item-${named}`), {
      content: `An item of ${said}`,
      tags: [said],
      metadata: { said },
    }),
    201,
  );
  bodyOf(
    await me.send("PUT", itemPath(namespace, `item-${named}`), { content: `Another item of ${said}` }),
    200,
  );
  for (const follow of [true, false]) {
    const origin = await remember(me, namespace, { ...about, content: `${said} is published: ${follow}` });
    bodyOf(await me.send("POST", `${pathOf(origin)}/publish`, { to: shared, follow }), 201);
  }
  // Facts, one of them disputed, and names.
  await tell(me, namespace, [said, "knows", `friend of ${said}`]);
  for (const [object, trust_score] of [
    [`City of ${said}`, 1],
    [`Town of ${said}`, 0.2],
    [`Village of ${said}`, 1],
  ] as const)
    bodyOf(
      await me.send("POST", `${at}/memories`, {
        memory_type: "semantic",
        trust_score,
        fact: { subject: said, predicate: "lives_in", object, cardinality: "one" },
      }),
      201,
    );
  bodyOf(
    await me.send("PUT", entityPath(namespace, said), { aliases: [`alias of ${said}`, `nick-${named}`] }),
    200,
  );
  bodyOf(
    await me.send("POST", `${entityPath(namespace, `friend of ${said}`)}/merge`, { into: `City of ${said}` }),
    200,
  );
  // Sessions: so much that the first messages are promoted.
  bodyOf(
    await me.send("POST", `${at}/interactions`, {
      input: `Hello from ${said}`,
      reasoning: `Thinks of ${said}`,
      response: { text: said },
      feedback: `Thanks, ${said}`,
      tool_calls: [{ name: `tool-${named}`, arguments: { who: said }, result: [said], error: said }],
      session_id: `chat-${named}`,
      metadata: { user_id: `user-${named}` },
    }),
    201,
  );
  for (let round = 0; round < 4; round++) {
    await append(
      me,
      namespace,
      `chat-${named}`,
      {
        role: "user",
        id: `m${round}-${named}`,
        name: `name-${named}`,
        content: `${said} says ${round}`,
        metadata: { [said]: said },
      },
      {
        role: "assistant",
        content: [{ type: "text", text: `Noted for ${said}, ${round}` }],
        tool_calls: [{ id: `c${round}-${named}`, name: `look-${named}`, arguments: { who: said } }],
      },
      { role: "tool", tool_call_id: `c${round}-${named}`, content: { found: said } },
    );
  }
  // State.
  await setState(me, namespace, `state-${named}`, { owner: said });
  await setState(me, namespace, `state-${named}`, { owner: "nobody" });
  await setState(me, namespace, `deleted-${named}`, { [said]: said });
  expect204(await me.send("DELETE", statePath(namespace, `deleted-${named}`)));
  await transacted(me, namespace, {
    operations: [
      { op: "set", key: `tx-${named}`, value: said },
      { op: "set", key: `txgone-${named}`, value: said },
    ],
  });
  await transacted(me, namespace, { operations: [{ op: "delete", key: `txgone-${named}` }] });
  await setState(me, namespace, `ending-${named}`, { owner: said }, { ttl_seconds: 86_400 });
  // Threads of LangGraph.
  await thread(place);
  // Who asked for what.
  const filter = { session_id: `chat-${named}`, metadata: { user_id: `user-${named}` } };
  const asked = {
    query: `Where does ${said} ride?`,
    thread_id: `thread-${named}`,
    checkpoint_id: `point-${named}`,
  };
  await recall(me, { ...asked, namespaces: [namespace] });
  await recall(me, { ...asked, namespaces: [namespace, shared] });
  await recall(me, { ...asked, query: "only the filter", namespaces: [namespace], filter });
  bodyOf(
    await me.send(
      "GET",
      `${sessionPath(namespace, `chat-${named}`)}/context?${new URLSearchParams({ query: `Where is ${said}?`, subject: said })}`,
    ),
    200,
  );
  // Personal data that is stored as a token.
  await set({ pii: { email: "tokenize" } });
  await remember(me, namespace, {
    content: `${named} has the address ${place.original}`,
    metadata: { user_id: `user-${named}` },
  });
  await set({ pii: { email: null, ip: "tag" } });
  // What others think of it.
  for (const [outcome, by] of [
    ["confirmed", "human"],
    ["used", "agent"],
  ] as const)
    bodyOf(
      await repeatable(as(root, critic.key)).send("POST", `${pathOf(source)}/feedback`, { outcome, by }),
      200,
    );
  const doomed = await remember(me, namespace, { ...about, content: `${said} is deleted` });
  expect204(await me.send("DELETE", pathOf(doomed)));
  for (const end of ["", "."])
    await remember(me, namespace, {
      content: `${said} comes on Mondays${end}`,
      metadata: { user_id: `user-${named}` },
    });
  const run = bodyOf<{ id: string }>(await begin(me, namespace, { steps: ["merge"] }), 202);
  await finished(root, namespace, run.id);
  await embedded(root, source);
  await until(
    () => listAll(root, namespace),
    (all) =>
      all.some(({ content, session_id }) => session_id === `chat-${named}` && content.includes("says 0")),
  );
  return { memory: source, keys: [writer.id, critic.id] };
}

function expect204({ status, text }: { readonly status: number; readonly text: string }): void {
  if (status !== 204) throw new Error(text);
}

/** Lets the archive have one memory. */
export async function archiveOne({ root, namespace, said, named }: Place): Promise<void> {
  const old = await remember(root, namespace, {
    memory_type: "episodic",
    content: `${said} was here. ${"The harbour was quiet, and the crane stood still. ".repeat(20)} So said ${said}.`,
    metadata: { user_id: `user-${named}`, said },
    importance: 0,
  });
  bodyOf(await patchSettings(root, namespace, { archive: { after_seconds: 1, max_importance: 0.01 } }), 200);
  await until(
    () => read(root, old),
    ({ archived }) => archived,
  );
  bodyOf(await patchSettings(root, namespace, { archive: { after_seconds: 400 * 86_400 } }), 200);
}

async function thread({ root, redis, namespace, said, named }: Place): Promise<void> {
  const saver = new RedisSaver(redis, { keyPrefix: `${root.prefix}:graph`, namespace });
  for (const [id, text, metadata] of [
    [`thread-${named}`, `${said} in a thread`, {}],
    [`another thread ${randomUUID()}`, "nothing", { about: said }],
  ] as const) {
    const config = await saver.put(
      { configurable: { thread_id: id, checkpoint_ns: "" } },
      {
        v: 4,
        id: "1ef4f797-8335-6428-8001-8a1503f9b875",
        ts: "2026-01-01T00:00:00.000Z",
        channel_values: { said: text },
        channel_versions: { said: 1 },
        versions_seen: {},
      },
      { source: "input", step: 0, parents: {}, ...metadata },
      { said: 1 },
    );
    await saver.putWrites(config, [["said", text]], "task");
  }
}
