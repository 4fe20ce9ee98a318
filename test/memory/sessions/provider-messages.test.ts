import { describe, expect, test } from "vitest";
import { bodyOf, newNamespace } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

interface Stored {
  readonly role: string;
  readonly content: unknown;
  readonly tool_calls?: unknown;
  readonly tool_call_id?: string;
  readonly metadata?: Record<string, unknown>;
}

const pathOf = (namespace: string): string => `/v1/namespaces/${namespace}/sessions/s`;
const send = (namespace: string, ...messages: object[]) =>
  service.send("POST", `${pathOf(namespace)}/messages`, { messages });

async function stored(namespace: string): Promise<Stored[]> {
  return bodyOf<{ messages: Stored[] }>(await service.send("GET", `${pathOf(namespace)}/messages`), 200)
    .messages;
}

async function contextOf(namespace: string): Promise<Stored[]> {
  return bodyOf<{ messages: Stored[] }>(
    await service.send("GET", `${pathOf(namespace)}/context?limit=0`),
    200,
  ).messages;
}

describe("a message as a provider gives it", () => {
  test("is taken with all its nulls and empty lists", async () => {
    const namespace = newNamespace();
    const assistant = {
      role: "assistant",
      content: "Hello!",
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
      tool_calls: [],
      name: null,
      tool_call_id: null,
      metadata: null,
      timestamp: null,
      id: null,
    };
    expect((await send(namespace, { role: "user", content: null }, assistant)).status).toBe(201);
    const [said, answer] = await stored(namespace);
    expect(said).toMatchObject({ role: "user", content: null });
    expect(answer).toMatchObject({ role: "assistant", content: "Hello!" });
    expect(answer).not.toHaveProperty("metadata");
    expect(answer).not.toHaveProperty("tool_calls");
  });

  test("keeps what isn't known here as metadata, beside metadata of its own", async () => {
    const namespace = newNamespace();
    const message = {
      role: "assistant",
      content: "It is 4.",
      reasoning_content: "2 + 2 = 4",
      annotations: [{ type: "url_citation", url: "https://example.org" }],
      audio: { id: "audio_1", transcript: "It is 4." },
      refusal: "no",
      metadata: { run: 7 },
    };
    expect((await send(namespace, message)).status).toBe(201);
    const { role: _, content: __, metadata, ...unknown } = message;
    expect((await stored(namespace))[0]?.metadata).toEqual({ ...metadata, ...unknown });
  });

  test("keeps its field in provider_fields if its metadata has a member of that name", async () => {
    const namespace = newNamespace();
    const calls = [{ id: "1", name: "a", arguments: {}, extra_content: { signature: "z" } }];
    const metadata = { audio: "mine", tool_calls: 3, run: 7 };
    const message = {
      role: "assistant",
      content: "a",
      tool_calls: calls,
      audio: { id: "a1" },
      refusal: "no",
    };
    const own = { ...metadata, provider_fields: { kept: 1 } };
    expect((await send(namespace, { ...message, metadata }, { ...message, metadata: own })).status).toBe(201);
    const aside = { audio: { id: "a1" }, tool_calls: [{ id: "1", extra_content: { signature: "z" } }] };
    const [first, second] = await stored(namespace);
    expect(first?.metadata).toEqual({ ...metadata, refusal: "no", provider_fields: aside });
    expect(second?.metadata).toEqual({ ...metadata, refusal: "no", provider_fields: { kept: 1, ...aside } });
  });

  test("is refused if provider_fields has its field too, or if its metadata is no object", async () => {
    const message = { role: "assistant", content: "a", audio: "x" };
    for (const [metadata, field] of [
      [{ audio: 1, provider_fields: { audio: 2 } }, "messages[0].audio"],
      [{ audio: 1, provider_fields: "mine" }, "messages[0].audio"],
      ["mine", "messages[0].metadata"],
    ]) {
      const answer = await send(newNamespace(), { ...message, metadata });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    }
  });

  test("may come from a developer, whom a context names as models know it", async () => {
    const namespace = newNamespace();
    await send(namespace, { role: "developer", content: "Be brief." }, { role: "user", content: "Hi." });
    expect((await stored(namespace))[0]).toMatchObject({ role: "developer", content: "Be brief." });
    expect(await contextOf(namespace)).toMatchObject([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi." },
    ]);
  });

  test("may call tools without ids, and with fields that only its provider knows", async () => {
    const namespace = newNamespace();
    const calls = [
      {
        type: "function",
        index: 0,
        id: null,
        function: { name: "a", arguments: '{"x":1}', parsed_arguments: null },
      },
      { type: "function", function: { name: "b", arguments: { y: 2 } }, extra_content: { signature: "z" } },
    ];
    const answer = await send(
      namespace,
      { role: "user", content: "Go." },
      { role: "assistant", content: null, tool_calls: calls },
    );
    expect(answer.status).toBe(201);
    expect((await stored(namespace))[1]).toMatchObject({
      tool_calls: [
        { id: "call-0", name: "a", arguments: { x: 1 } },
        { id: "call-1", name: "b", arguments: { y: 2 } },
      ],
      metadata: { tool_calls: [{ id: "call-1", extra_content: { signature: "z" } }] },
    });
  });

  test("of a tool without an id answers the call of its name, else the first that is open", async () => {
    const namespace = newNamespace();
    const call = (id: string, name: string) => ({ id, name, arguments: {} });
    const answer = await send(
      namespace,
      { role: "user", content: "Go." },
      { role: "assistant", content: null, tool_calls: [call("1", "a"), call("2", "b"), call("3", "c")] },
      { role: "tool", content: "of b", name: "b" },
      { role: "tool", content: "of c", tool_call_id: "3" },
      { role: "function", content: "of a" },
    );
    expect(answer.status).toBe(201);
    const context = await contextOf(namespace);
    expect(context.slice(2).map(({ content, tool_call_id }) => [content, tool_call_id])).toEqual([
      ["of b", "2"],
      ["of c", "3"],
      ["of a", "1"],
    ]);
  });
});

describe("a lone surrogate", () => {
  test("in what was said is replaced, and the answer says where; the rest of the exchange is kept", async () => {
    const namespace = newNamespace();
    const answer = await send(
      namespace,
      { role: "user", content: "List it." },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "1", name: "ls", arguments: { p: ["\udfff"] } }],
      },
      { role: "tool", tool_call_id: "1", content: [{ type: "text", text: "caf\ud800.txt", "\ud800": 1 }] },
    );
    expect(answer).toMatchObject({
      status: 201,
      body: { messages: [{ number: 1 }, { replaced: ["tool_calls"] }, { replaced: ["content"] }] },
    });
    const messages = await stored(namespace);
    expect(messages[1]?.tool_calls).toMatchObject([{ arguments: { p: ["\ufffd"] } }]);
    expect(messages[2]?.content).toEqual([{ type: "text", text: "caf\ufffd.txt", "\ufffd": 1 }]);
    expect(messages.map((message) => Object.hasOwn(message, "replaced"))).toEqual([false, false, false]);
  });

  test("in a captured interaction is replaced likewise", async () => {
    const namespace = newNamespace();
    const body = {
      input: "List it.",
      response: "Done.",
      tool_calls: [{ name: "ls", result: "caf\ud800.txt", duration_ms: 12 }],
    };
    const answer = await service.send("POST", `/v1/namespaces/${namespace}/interactions`, body);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        replaced: ["tool_calls"],
        interaction: { tool_calls: [{ name: "ls", result: "caf\ufffd.txt", duration_ms: 12 }] },
      },
    });
  });

  test("in what identifies something is refused", async () => {
    const answer = await send(newNamespace(), { role: "user", content: "a", id: "\ud800" });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "messages[0].id" }] } });
  });
});

test("an interaction takes nulls, calls as OpenAI gives them, and unknown fields of calls, but no others", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}/interactions`;
  const nulls = {
    input: "Hi.",
    tool_calls: null,
    response: null,
    reasoning: null,
    feedback: null,
  };
  expect((await service.send("POST", path, nulls)).status).toBe(201);
  const call = { id: "c1", type: "function", function: { name: "add", arguments: '{"a":1}' }, extra: 3 };
  const body = { input: "Add.", tool_calls: [call], response: "3" };
  expect(await service.send("POST", path, body)).toMatchObject({
    status: 201,
    body: {
      interaction: { tool_calls: [{ id: "c1", name: "add", arguments: { a: 1 }, extra: 3 }] },
    },
  });
  expect(await service.send("POST", path, { ...body, usage: { total_tokens: 12 } })).toMatchObject({
    status: 400,
    body: { errors: [{ field: "usage", message: "Unknown field." }] },
  });
});
