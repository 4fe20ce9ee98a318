import { beforeAll, describe, expect, test } from "vitest";
import { useFakeEmbedder } from "../../support/embeddings/use-fake-embedder.js";
import { BLANK, HOSTILE, LONE_SURROGATES, LONG } from "../../support/hostile.js";
import { isLong } from "../../support/run/long.js";
import type { Json, Memory, Parameters } from "../../support/acts/memories.js";
import {
  bodyOf,
  contents,
  listPage,
  memoriesOf,
  newNamespace,
  post,
  postBatch,
  read,
  recall,
  remember,
} from "../../support/acts/memories.js";

/** A provider that gives every text a vector of its own: the nearest to a text's vector is that text. */
const { service } = await useFakeEmbedder(64);
const namespace = newNamespace();
const stored = new Map<string, Memory>();

beforeAll(async () => {
  const results = await postBatch(service, namespace, HOSTILE.map(everywhere));
  for (const [index, text] of HOSTILE.entries()) {
    const { status, memory } = results[index] ?? { status: 0 };
    if (status !== 201 || memory === undefined)
      throw new Error(`${JSON.stringify(text)} wasn't stored: ${status}`);
    stored.set(text, memory);
  }
});

/** No session and no agent can have a name that no URL holds. */
const nameOf = (text: string): string => (text === "." || text === ".." ? `${text}name` : text);

/** A memory with a text in every place where a caller may put one. */
function everywhere(text: string): Json {
  return {
    content: text,
    memory_type: "semantic",
    agent_id: nameOf(text),
    session_id: nameOf(text),
    tags: [text],
    metadata: { value: text, in: [text], key: Object.fromEntries([[text, true]]) },
  };
}

test("there are 200 of them, no two the same", () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(200);
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
});

/** All are stored, so each is among all others; what is asked of each takes half a minute, so a run asks of a drawn half. */
const SHARES = isLong ? 1 : 2;
const drawn = Math.floor(Math.random() * SHARES);
const asked = HOSTILE.filter((_, index) => index % SHARES === drawn);

describe.each(asked.map((text) => [JSON.stringify(text), text] as const))("%s", (_name, text) => {
  test("is given back as it came", async () => {
    const memory = await read(service, memoryOf(text));
    expect(memory.content).toBe(text);
    expect(memory.agent_id).toBe(nameOf(text));
    expect(memory.session_id).toBe(nameOf(text));
    expect(memory.tags).toEqual([text]);
    expect(JSON.stringify(memory.metadata)).toBe(JSON.stringify(everywhere(text)["metadata"]));
  });

  test("is found by each filter, alone", async () => {
    const { id } = memoryOf(text);
    // In a filter, a name that begins with $ is an operator; $literal takes it as a name.
    const named = Object.fromEntries([[text, true]]);
    const key = { key: text.startsWith("$") ? { $literal: named } : named };
    const filters: Parameters[] = [
      { agent_id: nameOf(text) },
      { session_id: nameOf(text) },
      { tag: text },
      { metadata: JSON.stringify({ value: text }) },
      { metadata: JSON.stringify({ in: text }) },
      { metadata: JSON.stringify(key) },
    ];
    const pages = await Promise.all(filters.map((filter) => listPage(service, namespace, filter)));
    for (const [index, { memories, cursor }] of pages.entries()) {
      expect([memories.map((memory) => memory.id), cursor], JSON.stringify(filters[index])).toEqual([
        [id],
        null,
      ]);
    }
    const recalled = await recall(service, {
      query: "word",
      namespaces: [namespace],
      mode: "vector",
      filter: {
        agent_id: nameOf(text),
        session_id: [nameOf(text)],
        tags: [text],
        tags_any: [text],
        metadata: { value: [text], ...key },
      },
    });
    expect(recalled.hits.map(({ memory }) => memory.id)).toEqual([id]);
  });

  test("is found by itself as a query, whatever the mode", async () => {
    const request = { query: text, namespaces: [namespace], limit: 100 };
    const byVector = await recall(service, { ...request, mode: "vector" });
    expect(byVector.hits[0]?.memory.content).toBe(text);
    expect(contents(await recall(service, { ...request, mode: "hybrid" }))).toContain(text);
    const byKeyword = await service.send("POST", "/v1/recall", { ...request, mode: "keyword" });
    if (byKeyword.status !== 200)
      expect(byKeyword.body).toMatchObject({ status: 400, code: "query_without_terms" });
  });

  test("finds nothing that it doesn't name", async () => {
    const empty = newNamespace();
    const request = { query: text, namespaces: [empty] };
    expect((await recall(service, { ...request, mode: "hybrid" })).hits).toEqual([]);
    const other = { metadata: { absent: text } };
    expect((await recall(service, { ...request, namespaces: [namespace], filter: other })).hits).toEqual([]);
  });

  test("in a path is no way to another record", async () => {
    const label = encodeURIComponent(text);
    const byNamespace = await service.send("GET", memoriesOf(label));
    if (/^[\w-]+(\.[\w-]+)*$/.test(text)) expect(byNamespace.body).toEqual({ memories: [], cursor: null });
    // "." is left out of a URL, so what follows is a namespace, which is no route to GET.
    else expect([400, 404, 405]).toContain(byNamespace.status);
    const byId = await service.send("GET", `${memoriesOf(namespace)}/${label}`);
    expect([400, 404]).toContain(byId.status);
  });
});

describe("a long text", () => {
  test.each(LONG.map((text) => [`${text.slice(0, 2)}… of ${text.length}`, text] as const))(
    "%s is kept to the byte, and is no harm as a query",
    async (_name, text) => {
      const own = newNamespace();
      const value = text.slice(0, 2_000);
      const memory = await remember(service, own, { content: text, metadata: { value } });
      expect((await read(service, memory)).content).toBe(text);
      const listed = await service.client.v1.namespaces[":ns"].memories.$get({
        param: { ns: own },
        query: { metadata: JSON.stringify({ value: value.slice(0, 500) }) },
      });
      expect(await listed.json()).toMatchObject({ memories: [] });
      for (const mode of ["keyword", "vector", "hybrid"]) {
        const query = text.slice(0, 2_000);
        const answer = await service.send("POST", "/v1/recall", { query, namespaces: [own], mode });
        if (mode === "keyword" && answer.status === 400) {
          expect(answer.body).toMatchObject({ code: "query_without_terms" });
        } else if (mode !== "keyword") {
          expect(bodyOf<{ hits: unknown[] }>(answer, 200).hits).toHaveLength(1);
        } else expect(answer.status).toBe(200);
      }
    },
  );
});

describe("a lone surrogate", () => {
  test.each(LONE_SURROGATES.map((text) => [JSON.stringify(text), text] as const))(
    "%s is refused, but in what a tool said: there it is replaced",
    async (_name, text) => {
      const places: [string, Json][] = [
        ["content", { content: text }],
        ["agent_id", { agent_id: nameOf(text) }],
        ["session_id", { session_id: text }],
        ["tags[0]", { tags: [text] }],
        ["metadata", { metadata: { a: [{ b: text }] } }],
        ["metadata", { metadata: { [text]: 1 } }],
      ];
      for (const [field, place] of places) {
        const answer = await post(service, namespace, { content: "fine", ...place });
        expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", errors: [{ field }] } });
      }
      const request = { query: "fine", namespaces: [namespace] };
      for (const place of [
        { query: text },
        { filter: { agent_id: nameOf(text) } },
        { filter: { tags: [text] } },
        { filter: { metadata: { a: text } } },
      ]) {
        expect(await service.send("POST", "/v1/recall", { ...request, ...place })).toMatchObject({
          status: 400,
        });
      }
      const interaction = { input: "fine", tool_calls: [{ name: "tool", result: { text } }] };
      const captured = await service.send("POST", `/v1/namespaces/${namespace}/interactions`, interaction);
      expect([200, 201]).toContain(captured.status);
      expect(captured.body).toMatchObject({ replaced: ["tool_calls"] });
    },
  );

  test("hidden in a URL is refused or finds nothing", async () => {
    for (const bytes of ["%ED%A0%80", "%FF", "%C0%AF", "%ZZ"]) {
      const answer = await service.send("GET", `${memoriesOf(namespace)}?agent_id=${bytes}&limit=1`);
      if (answer.status !== 400) expect(answer.body).toEqual({ memories: [], cursor: null });
    }
  });
});

test("a word that is cut inside of a two-part character is stored and found", async () => {
  const content = `${"x".repeat(63)}${"\u{10428}".repeat(4)}`;
  const memory = await remember(service, namespace, { content });
  expect((await read(service, memory)).content).toBe(content);
  for (const query of [content, `"${content} ${content}" ${content}`]) {
    expect(contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }))).toContain(
      content,
    );
  }
});

test.each(BLANK.map((text) => [JSON.stringify(text), text] as const))(
  "the blank text %s is refused as content and as query",
  async (_name, text) => {
    expect(await post(service, namespace, { content: text })).toMatchObject({ status: 400 });
    const query = { query: text, namespaces: [namespace] };
    expect(await service.send("POST", "/v1/recall", query)).toMatchObject({ status: 400 });
  },
);

function memoryOf(text: string): Memory {
  const memory = stored.get(text);
  if (memory === undefined) throw new Error(`${JSON.stringify(text)} wasn't stored`);
  return memory;
}
