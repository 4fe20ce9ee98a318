import { describe, expect, test } from "vitest";
import { HOSTILE } from "../../support/hostile.js";
import { newNamespace } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";
import {
  append,
  assistant,
  postMessages,
  readMessages,
  readSession,
  sessionPath,
  sessionsOf,
  user,
} from "../../support/acts/sessions.js";

const service = await shareService();

describe("appending", () => {
  test("numbers messages from 1, and gives them back as they came", async () => {
    const ns = newNamespace();
    const call = { id: "call-1", name: "weather", arguments: { city: "Köln", days: [1, 2.5] } };
    const sent = [
      { role: "system", content: "Be brief." },
      user("How is the weather?", { id: "m-1", name: "ada", metadata: { channel: "web" } }),
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", content: [{ type: "text", text: "sunny" }], tool_call_id: "call-1" },
      assistant("Sunny.", { timestamp: "2026-01-31T09:30:00.000Z" }),
    ];
    const appended = await append(service, ns, "s", ...sent);
    expect(appended.messages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const messages = await readMessages(service, ns, "s");
    expect(messages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(messages).toMatchObject(sent);
    expect(messages.map(({ id }) => id)).toEqual(appended.messages.map(({ id }) => id));
    expect(await readSession(service, ns, "s")).toMatchObject({
      session_id: "s",
      message_count: 5,
      summarised_to: 0,
      summary: null,
      tokens: messages.reduce((sum, { tokens }) => sum + tokens, 0),
    });
  });

  test("accepts a message id once, even within one request, and doesn't reveal other messages", async () => {
    const ns = newNamespace();
    await append(service, ns, "s", user("first", { id: "a" }));
    const again = await postMessages(service, ns, "s", [user("another text", { id: "a" })]);
    expect(again).toMatchObject({
      status: 200,
      body: { messages: [{ id: "a", number: 1, created: false }], message_count: 1 },
    });
    const both = await append(service, ns, "s", user("b", { id: "b" }), user("c", { id: "b" }), user("d"));
    expect(both.messages.map(({ number, created }) => [number, created])).toEqual([
      [2, true],
      [2, false],
      [3, true],
    ]);
    const texts = (await readMessages(service, ns, "s")).map(({ content }) => content);
    expect(texts).toEqual(["first", "b", "d"]);
  });

  test("of the same id by many at once happens once", async () => {
    const ns = newNamespace();
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        postMessages(service, ns, "s", [
          user(`own ${index}`, { id: `own-${index}` }),
          user("same", { id: "same" }),
        ]),
      ),
    );
    const numbers = answers.flatMap(({ body }) => (body as { messages: { number: number }[] }).messages);
    expect(new Set(numbers.map(({ number }) => number)).size).toBe(33);
    const messages = await readMessages(service, ns, "s");
    expect(messages.map(({ number }) => number)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    expect(messages.filter(({ id }) => id === "same")).toHaveLength(1);
  });

  test.for([
    [{ role: "robot", content: "x" }, "messages[0].role"],
    [{ role: "user" }, "messages[0].content"],
    [{ role: "user", content: "x", tool_calls: [{ id: "a", name: "b" }] }, "messages[0].tool_calls"],
    [{ role: "user", content: "x", tool_call_id: "a" }, "messages[0].tool_call_id"],
    [{ role: "user", content: "x", id: "" }, "messages[0].id"],
    [{ role: "user", content: "x".repeat(200_000) }, "messages[0]"],
  ] as const)("refuses %j", async ([message, field]) => {
    const answer = await postMessages(service, newNamespace(), "s", [message]);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", errors: [{ field }] } });
  });
});

describe("reading", () => {
  test("takes calls as OpenAI's chat completions have them, without a content", async () => {
    const ns = newNamespace();
    const call = (id: string, args: string) => ({
      id,
      type: "function",
      function: { name: "look", arguments: args },
    });
    const tool_calls = [call("c1", '{"at":1}'), call("c2", "no JSON")];
    await append(service, ns, "s", { role: "assistant", tool_calls });
    expect(await readMessages(service, ns, "s")).toMatchObject([
      {
        content: null,
        tool_calls: [
          { id: "c1", name: "look", arguments: { at: 1 } },
          { id: "c2", name: "look", arguments: "no JSON" },
        ],
      },
    ]);
    const nested = `${"[".repeat(100)}${"]".repeat(100)}`;
    for (const [message, field] of [
      [{ role: "assistant" }, "messages[0].content"],
      [{ role: "user" }, "messages[0].content"],
      [
        { role: "assistant", tool_calls: [{ id: "c", type: "function", function: {} }] },
        "messages[0].tool_calls[0].name",
      ],
      [{ role: "assistant", tool_calls: [call("c", nested)] }, "messages[0].tool_calls[0].arguments"],
    ] as const) {
      expect(await postMessages(service, ns, "s", [message]), field).toMatchObject({
        status: 400,
        body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
      });
    }
  });

  test("pages by number, before and after", async () => {
    const ns = newNamespace();
    await append(service, ns, "s", ...Array.from({ length: 30 }, (_, index) => user(`m${index + 1}`)));
    const numbers = async (query: string) =>
      (await readMessages(service, ns, "s", query)).map(({ number }) => number);
    expect(await numbers("limit=3")).toEqual([28, 29, 30]);
    expect(await numbers("limit=3&before=28")).toEqual([25, 26, 27]);
    expect(await numbers("limit=3&after=0")).toEqual([1, 2, 3]);
    expect(await numbers("limit=10&after=3&before=6")).toEqual([4, 5]);
    expect(await numbers("limit=10&after=30")).toEqual([]);
    expect(await numbers("limit=10&before=1")).toEqual([]);
  });

  test("of a session that isn't there is 404, as is deleting it", async () => {
    const path = sessionPath(newNamespace(), "none");
    for (const [method, end] of [
      ["GET", ""],
      ["GET", "/messages"],
      ["DELETE", ""],
    ] as const) {
      expect(await service.send(method, path + end)).toMatchObject({ status: 404 });
    }
  });

  test("a deleted session starts again from nothing", async () => {
    const ns = newNamespace();
    await append(service, ns, "s", user("old", { id: "a" }), user("old 2"));
    expect(await service.send("DELETE", sessionPath(ns, "s"))).toMatchObject({ status: 204 });
    expect(await service.send("GET", sessionPath(ns, "s"))).toMatchObject({ status: 404 });
    const appended = await append(service, ns, "s", user("new", { id: "a" }));
    expect(appended).toEqual({ messages: [{ id: "a", number: 1, created: true }], message_count: 1 });
  });
});

describe("hostile names", () => {
  test("of sessions and of messages stay apart, and come back as they were", async () => {
    const ns = newNamespace();
    // A path can't name these.
    const names = HOSTILE.filter((name) => name !== "." && name !== "..");
    for (const name of names) await append(service, ns, name, user(name, { id: name }));
    for (const name of names) {
      const messages = await readMessages(service, ns, name);
      expect(messages).toMatchObject([{ id: name, content: name, number: 1 }]);
    }
    const listed: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await service.send(
        "GET",
        `${sessionsOf(ns)}?limit=37${cursor === null ? "" : `&cursor=${cursor}`}`,
      );
      const page = answer.body as { sessions: { session_id: string }[]; cursor: string | null };
      listed.push(...page.sessions.map(({ session_id }) => session_id));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(listed).toEqual(names.toReversed());
  });

  test("too long or empty ones are refused", async () => {
    const ns = newNamespace();
    expect(await postMessages(service, ns, "x".repeat(257), [user("x")])).toMatchObject({ status: 400 });
    expect(await postMessages(service, ns, "s", [user("x", { id: "x".repeat(257) })])).toMatchObject({
      status: 400,
    });
  });
});
