import type { Agent, KnownMemory, World } from "./model.js";
import { may, within } from "./model.js";

/** What chance decides of an act. */
export interface Choice {
  readonly agent: number;
  readonly ns: string;
  readonly other: string;
  readonly pick: number;
  readonly flag: boolean;
  readonly text: string;
}

export interface Act {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Verb and namespace that it takes; undefined: whatever comes, it must only not reveal anything. */
  readonly needs?: readonly (readonly [verb: string, scope: string])[] | undefined;
  /** The route, where it may not exist. */
  readonly route?: string;
  /** Told of the answer to an act that was done. */
  readonly done?: (body: unknown, status: number) => void;
}

type MakeAct = (world: World, agent: Agent, choice: Choice) => Act;

const base = (ns: string) => `/v1/namespaces/${ns}`;

/** A memory full of texts that nobody else has. */
function secretMemory(world: World) {
  const texts = ["content", "meta", "tag", "session", "agent"].map((what) => world.fresh(what));
  const [content = "", meta = "", tag = "", session = "", agent = ""] = texts;
  const body = {
    content: `common words known to all ${content}`,
    memory_type: "semantic",
    metadata: { [meta]: meta },
    tags: [tag],
    session_id: session,
    agent_id: agent,
  };
  return { body, texts };
}

const pickMemory = (world: World, { pick }: Choice): KnownMemory =>
  world.memories[pick % world.memories.length] ?? { namespace: "", id: "", content: "" };

const idOf = (body: unknown): string => (body as { id: string }).id;

const remember: MakeAct = (world, agent, { ns }) => {
  const { body, texts } = secretMemory(world);
  return {
    method: "POST",
    path: `${base(ns)}/memories`,
    body,
    needs: [["write", ns]],
    done: (answer) => world.wrote(agent, ns, idOf(answer), body.content, texts),
  };
};

/** The content of a memory that is there: what else it holds must not come back. */
const rememberAgain: MakeAct = (world, _, choice) => ({
  method: "POST",
  path: `${base(pickMemory(world, choice).namespace)}/memories`,
  body: { content: pickMemory(world, choice).content, memory_type: "semantic" },
  needs: [["write", pickMemory(world, choice).namespace]],
  done: (answer, status) => {
    const { namespace, content } = pickMemory(world, choice);
    if (status === 201) {
      world.wrote(undefined, namespace, idOf(answer), content, world.textsIn(content));
    }
  },
});

const batch: MakeAct = (world, agent, { ns }) => {
  const [one, two] = [secretMemory(world), secretMemory(world)];
  return {
    method: "POST",
    path: `${base(ns)}/memories/batch`,
    body: { memories: [one.body, {}, two.body] },
    needs: [["write", ns]],
    done: (answer) => {
      const { results } = answer as { results: { memory?: { id: string } }[] };
      for (const [index, { body, texts }] of [
        [0, one],
        [2, two],
      ] as const) {
        const { memory } = results[index] ?? {};
        if (memory !== undefined) world.wrote(agent, ns, memory.id, body.content, texts);
      }
    },
  };
};

const capture: MakeAct = (world, agent, { ns }) => {
  const texts = ["input", "reasoning", "response"].map((what) => world.fresh(what));
  const [input, reasoning, response] = texts;
  return {
    method: "POST",
    path: `${base(ns)}/interactions`,
    body: { input: `common ${input}`, reasoning, response, tool_calls: [{ name: "t", result: [input] }] },
    needs: [["write", ns]],
    done: (answer) => world.wrote(agent, ns, idOf(answer), "an exchange", texts),
  };
};

const list: MakeAct = (world, _, { ns, pick, flag }) => {
  const cursor = flag ? world.cursors[pick % Math.max(world.cursors.length, 1)] : undefined;
  const query = `limit=${1 + (pick % 5)}${cursor === undefined ? "" : `&cursor=${cursor}`}`;
  return {
    method: "GET",
    path: `${base(ns)}/memories?${query}`,
    needs: [["read", ns]],
    done: (answer) => {
      const next = (answer as { cursor: string | null }).cursor;
      if (next !== null) world.cursors.push(next);
    },
  };
};

const read: MakeAct = (world, _, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  const ns = choice.flag ? namespace : choice.ns;
  return { method: "GET", path: `${base(ns)}/memories/${id}`, needs: [["read", ns]] };
};

const revise: MakeAct = (world, agent, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  const ns = choice.flag ? namespace : choice.ns;
  const { body, texts } = secretMemory(world);
  const { content, metadata, tags } = body;
  return {
    method: "PATCH",
    path: `${base(ns)}/memories/${id}`,
    body: choice.pick % 2 === 0 ? { content, metadata, tags } : { metadata, tags },
    needs: [
      ["write", ns],
      ["read", ns],
    ],
    done: () => world.wrote(agent, ns, id, content, texts),
  };
};

const remove: MakeAct = (world, _, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  const ns = choice.flag ? namespace : choice.ns;
  return {
    method: "DELETE",
    path: `${base(ns)}/memories/${id}`,
    needs: [["write", ns]],
    done: () => void world.deleted.add(`${ns}/${id}`),
  };
};

/** Mostly without doing it. */
const forget: MakeAct = (world, _, { ns, pick, flag }) => ({
  method: "POST",
  path: `${base(ns)}/forget`,
  body: {
    policy: flag ? { min_importance: 1 } : { keep_top: pick % 7 },
    dry_run: flag || pick % 4 > 0,
    limit: 1 + (pick % 9),
  },
  needs: [
    ["write", ns],
    ["read", ns],
  ],
  done: (answer) => {
    const { dry_run, ids } = answer as { dry_run: boolean; ids: string[] };
    if (!dry_run) for (const id of ids) world.deleted.add(`${ns}/${id}`);
  },
});

/** With a filter it deletes the tagged; without, mostly, only counts. */
const clear: MakeAct = (world, _, { ns, pick, flag }) => ({
  method: "DELETE",
  path: `/v1/namespaces/${ns}?${flag ? `tag=${world.secrets[pick % world.secrets.length]?.text ?? "x"}&` : ""}dry_run=true`,
  needs: [["write", ns], ["read", ns], ...(flag ? [] : [["admin", ns] as const])],
});

const recall: MakeAct = (world, _, { ns, other, pick, flag, text }) => {
  const namespaces = [[ns], [ns, other], [`${ns}.**`, "**"], ["**"], [`${ns}.**`, other]][pick % 5] ?? [];
  const tag = world.secrets[pick % world.secrets.length]?.text ?? "x";
  return {
    method: "POST",
    path: "/v1/recall",
    body: {
      query: `common words known ${flag ? tag : text}`.slice(0, 400),
      namespaces,
      limit: 100,
      mode: pick % 2 === 0 ? "keyword" : "hybrid",
      explain: flag,
      ...(pick % 7 === 0 ? { filter: { tags: [tag] } } : {}),
      ...(pick % 7 === 1 ? { fusion: { method: "rrf" } } : {}),
      ...(pick % 2 === 1 && flag ? { expand: "entities", query: "What is common 0, and common 1?" } : {}),
    },
    needs: namespaces.filter((name) => !name.endsWith("**")).map((name) => ["read", name] as const),
  };
};

const publish: MakeAct = (world, _, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  const to = choice.other;
  return {
    method: "POST",
    path: `${base(namespace)}/memories/${id}/publish`,
    body: { to, follow: choice.flag },
    needs: [
      ["read", namespace],
      ["publish", to],
    ],
    done: () => void world.places.get(id)?.add(to),
  };
};

const unpublish: MakeAct = (world, _, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  return {
    method: "POST",
    path: `${base(namespace)}/memories/${id}/unpublish`,
    body: { from: choice.other },
    needs: [
      ["read", namespace],
      ["publish", choice.other],
    ],
  };
};

const settings: MakeAct = (_world, _agent, { ns, flag }) => ({
  method: flag ? "GET" : "PUT",
  path: `${base(ns)}/settings`,
  body: flag ? undefined : { quota: { memories: 1000 } },
  needs: [["admin", ns]],
});

const usage: MakeAct = (_world, _agent, { ns }) => ({
  method: "GET",
  path: `${base(ns)}/usage`,
  needs: [["read", ns]],
});

const stats: MakeAct = (_world, _agent, { ns }) => ({
  method: "GET",
  path: `${base(ns)}/stats`,
  needs: [["read", ns]],
});

const piiScan: MakeAct = (_world, _agent, { ns }) => ({
  method: "POST",
  path: `${base(ns)}/pii/scan`,
  body: {},
  needs: [["read", ns]],
});

const piiReveal: MakeAct = (_world, _agent, { ns }) => ({
  method: "POST",
  path: `${base(ns)}/pii/reveal`,
  body: { tokens: ["[email:0123456789abcdef]"] },
  needs: [["admin", ns]],
});

const makeKey: MakeAct = (world, agent, { ns, other, pick, flag }) => {
  const grants = [ns, flag ? `${other}.**` : other].map((namespace) => ({ namespace, verbs: ["read"] }));
  const name = world.fresh("key");
  return {
    method: "POST",
    path: "/v1/keys",
    body: { agent: "made", name, grants: grants.slice(0, 1 + (pick % 2)) },
    needs: grants.slice(0, 1 + (pick % 2)).map(({ namespace }) => ["admin", namespace] as const),
    done: () =>
      world.hide(name, "a key's name", agent, (reader) =>
        grants.slice(0, 1 + (pick % 2)).every(({ namespace }) => may(reader, "admin", namespace)),
      ),
  };
};

const listKeys: MakeAct = (_world, agent, { pick }) => ({
  method: "GET",
  path: `/v1/keys?limit=${1 + (pick % 4)}`,
  needs: agent.grants.some(({ verbs }) => verbs.includes("admin")) ? [] : [["admin", "nowhere"]],
});

const audit: MakeAct = (_world, _agent, { ns, pick, flag }) => {
  const where = ["", `namespace=${ns}`, `namespace=${ns}.**`][pick % 3] ?? "";
  return { method: "GET", path: flag ? `/v1/audit?${where}&limit=50` : `/v1/audit/export?${where}` };
};

const state: MakeAct = (world, agent, { ns, pick, flag, text }) => {
  const value = world.fresh("state");
  const key = flag ? "k" : encodeURIComponent(text.slice(0, 40));
  const path = `${base(ns)}/state/${key}`;
  const route = (method: string) => `${method} /v1/namespaces/{ns}/state/{key}`;
  const known = () => world.hide(value, `state in ${ns}`, agent, (reader) => may(reader, "read", ns));
  const operation = { key: `k${pick % 2}`, op: flag ? "increment" : "set", path: "$.n", by: 0, value: 1 };
  const { by: _, ...set } = operation;
  const { value: __, ...increment } = operation;
  switch (pick % 6) {
    case 0:
    case 1:
      return { method: "PUT", path, body: { value: { value } }, route: route("PUT"), done: known };
    case 2:
      return { method: "PATCH", path, body: { [value]: value }, route: route("PATCH"), done: known };
    case 3:
      return { method: "GET", path: flag ? `${path}?path=$..*` : path, route: route("GET") };
    case 4:
      return {
        method: "POST",
        path: `${base(ns)}/state-transactions`,
        body: { operations: [flag ? increment : set] },
        route: "POST /v1/namespaces/{ns}/state-transactions",
        needs: [
          ["write", ns],
          ["read", ns],
        ],
      };
    default:
      return { method: "GET", path: `${path}/history`, route: `${route("GET")}/history` };
  }
};

/** About the same subjects everywhere; the objects are what nobody else has. */
const fact: MakeAct = (world, agent, { ns, pick, flag }) => {
  const [predicate, object] = [flag ? "is" : world.fresh("predicate"), world.fresh("object")];
  const said = { subject: `common ${pick % 2}`, predicate, object, cardinality: flag ? "one" : "many" };
  return {
    method: "POST",
    path: `${base(ns)}/memories`,
    body: { memory_type: "semantic", fact: said },
    needs: [["write", ns]],
    done: (answer) => world.wrote(agent, ns, idOf(answer), "a fact", flag ? [object] : [predicate, object]),
  };
};

const entity: MakeAct = (world, agent, { ns, other, pick, flag }) => {
  const path = `${base(ns)}/entities/common%20${pick % 3}`;
  const get = { method: "GET", needs: [["read", ns]] as const };
  switch (pick % 7) {
    case 0:
      return { ...get, path: flag ? `${path}?valid_at=any` : path };
    case 1:
      return { ...get, path: `${path}/neighbors?hops=3` };
    case 2:
      return { ...get, path: `${base(ns)}/entities` };
    case 3:
      return { ...get, path: `${base(ns)}/profiles/common` };
    case 4: {
      const patterns = flag ? "**" : `${other}.**`;
      return { ...get, path: `${base(ns)}/profiles/common%20${pick % 2}?namespaces=${patterns}` };
    }
    case 5: {
      const alias = world.fresh("alias");
      return {
        method: "PUT",
        path,
        body: { aliases: [alias] },
        needs: [
          ["write", ns],
          ["read", ns],
        ],
        done: () => world.hide(alias, `an alias in ${ns}`, agent, (reader) => may(reader, "read", ns)),
      };
    }
    default:
      return {
        method: "POST",
        path: `${path}/merge`,
        body: { into: "common 0" },
        needs: [
          ["write", ns],
          ["read", ns],
        ],
      };
  }
};

const session: MakeAct = (world, agent, { ns, pick, flag, text }) => {
  const sid = flag || text === "." || text === ".." ? "common" : text;
  const path = `${base(ns)}/sessions/${encodeURIComponent(sid)}`;
  const route = "/v1/namespaces/{ns}/sessions/{sid}";
  const readable = [["read", ns]] as const;
  const said = world.fresh("said");
  switch (pick % 8) {
    case 0:
      return { method: "GET", path: `${base(ns)}/sessions?limit=3`, needs: readable };
    case 1:
      return { method: "GET", path, route: `GET ${route}` };
    case 2:
      return { method: "GET", path: `${path}/messages`, route: `GET ${route}/messages` };
    case 3:
      return { method: "GET", path: `${path}/context?query=common&namespace=**`, needs: readable };
    case 4:
      return { method: "DELETE", path, route: `DELETE ${route}` };
    default: {
      const content = `common words known to all ${said}`;
      return {
        method: "POST",
        path: `${path}/messages`,
        // Also ids that others have used.
        body: { messages: [{ id: flag ? "same" : said, role: "user", content, name: said }] },
        needs: [["write", ns]],
        done: () => world.hide(said, `a session in ${ns}`, agent, (reader) => may(reader, "read", ns)),
      };
    }
  }
};

/** Its plan holds what memories say; what it makes of them stays in the namespace. */
const consolidation: MakeAct = (world, agent, { ns, pick, flag }) => {
  const run = world.runs[pick % Math.max(world.runs.length, 1)] ?? { namespace: ns, id: "0".repeat(26) };
  const place = flag ? run.namespace : ns;
  const both = (scope: string) =>
    [
      ["write", scope],
      ["read", scope],
    ] as const;
  switch (pick % 6) {
    case 0:
      return { method: "GET", path: `${base(ns)}/consolidations`, needs: [["read", ns]] };
    case 1:
    case 2:
      return {
        method: "GET",
        path: `${base(place)}/consolidations/${run.id}`,
        needs: [["read", place]],
      };
    case 3:
      return { method: "POST", path: `${base(place)}/consolidations/${run.id}/undo`, needs: both(place) };
    default:
      return {
        method: "POST",
        path: `${base(ns)}/consolidations`,
        body: {
          dry_run: flag,
          steps: ["merge", "summarise", "facts", "procedures"],
          older_than_seconds: 0,
        },
        needs: both(ns),
        done: (answer) => {
          const id = idOf(answer);
          world.runs.push({ namespace: ns, id });
          // Its trail shows it to who administers the namespace, as any id.
          world.hide(
            id,
            `a run in ${ns}`,
            agent,
            (reader) => may(reader, "read", ns) || may(reader, "admin", ns),
          );
        },
      };
  }
};

/** Only counts: the others' memories are still to be asked for. */
const erasure: MakeAct = (world, agent, { ns, pick, flag }) => {
  const known = world.erasures[pick % Math.max(world.erasures.length, 1)] ?? {
    namespace: ns,
    id: "0".repeat(26),
  };
  const text = world.secrets[pick % world.secrets.length]?.text ?? "x";
  switch (pick % 4) {
    case 0:
      return { method: "GET", path: "/v1/erasures" };
    case 1:
      return { method: "GET", path: `/v1/erasures/${known.id}` };
    case 2:
      return {
        method: "POST",
        path: "/v1/erasures",
        body: { subject: { entity: text, mentions: true }, namespace: "**", dry_run: true },
      };
    default:
      return {
        method: "POST",
        path: "/v1/erasures",
        body: { namespace: ns, dry_run: true, ...(flag ? { filter: { tags: [text] } } : {}) },
        needs: (["write", "read", "admin"] as const).map((verb) => [verb, ns] as const),
        done: (answer) => {
          const id = idOf(answer);
          world.erasures.push({ namespace: ns, id });
          world.hide(
            id,
            `an erasure in ${ns}`,
            agent,
            (reader) => may(reader, "admin", ns) && may(reader, "read", ns),
          );
        },
      };
  }
};

/** Paths and parameters that try to come out somewhere else. */
const hostile: MakeAct = (world, _, choice) => {
  const { ns, text, pick } = choice;
  const { namespace, id } = pickMemory(world, choice);
  const raw = encodeURIComponent(text);
  const tricks = [
    `${base(ns)}/memories/..%2f..%2f${namespace}%2fmemories%2f${id}`,
    `${base(ns)}/../${namespace}/memories/${id}`,
    `${base(`${ns}%00${namespace}`)}/memories/${id}`,
    `${base(`${ns}}:{${namespace}`)}/memories/${id}`,
    `${base(ns)}/memories/${id}%20`,
    `${base(raw)}/memories`,
    `${base(ns)}/memories/${raw}`,
    `${base(ns)}/memories?cursor=${raw}`,
    `${base(ns)}/memories?session_id=${raw}&tag=${raw}`,
    `${base(ns)}/memories?ns=${namespace}`,
    `${base(ns)}/memories?metadata=${encodeURIComponent(JSON.stringify({ [text]: text }))}`,
    `/v1/keys/${raw}`,
    `/v1/keys?cursor=${raw}`,
    `/v1/audit?namespace=${raw}`,
    `/v1/${raw}`,
  ];
  return { method: "GET", path: tricks[pick % tricks.length] ?? "/" };
};

const feedback: MakeAct = (world, _, choice) => {
  const { namespace, id } = pickMemory(world, choice);
  const ns = choice.flag ? namespace : choice.ns;
  const outcome = ["confirmed", "contradicted", "used", "useless"][choice.pick % 4];
  return {
    method: "POST",
    path: `${base(ns)}/memories/${id}/feedback`,
    body: { outcome, by: "agent" },
    needs: [
      ["write", ns],
      ["read", ns],
    ],
  };
};

/** Agents lie in no namespace: names of others and what is known of them are for who administers everything. */
const agents: MakeAct = (_, __, { flag, text }) => ({
  method: "GET",
  path: flag ? "/v1/agents" : `/v1/agents/${encodeURIComponent(text)}`,
});

export const ACTS: Readonly<Record<string, MakeAct>> = {
  remember,
  rememberAgain,
  batch,
  capture,
  list,
  read,
  revise,
  remove,
  forget,
  clear,
  recall,
  publish,
  unpublish,
  settings,
  usage,
  stats,
  piiScan,
  piiReveal,
  makeKey,
  listKeys,
  audit,
  state,
  moreState: state,
  evenMoreState: state,
  fact,
  moreFacts: fact,
  entity,
  moreEntities: entity,
  feedback,
  agents,
  session,
  moreSession: session,
  consolidation,
  moreConsolidation: consolidation,
  erasure,
  hostile,
};

export function allowed(agent: Agent, { needs = [] }: Act): boolean {
  return needs.every(([verb, scope]) => may(agent, verb, scope));
}

export { within };
