import { describe, expect, test } from "vitest";
import type { z } from "@hono/zod-openapi";
import type { contextView } from "../../../src/http/sessions/schemas.js";
import type { Json } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, read, remember } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until, shareService } from "../../support/service/service.js";
import { append, assistant, readSession, sessionPath, user } from "../../support/acts/sessions.js";

type SessionContext = z.infer<typeof contextView>;

const service = await shareService();

async function contextOf(ns: string, sid: string, parameters: Json): Promise<SessionContext> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return bodyOf(await service.send("GET", `${sessionPath(ns, sid)}/context?${query}`), 200);
}

const idsOf = ({ pieces }: SessionContext): (string | undefined)[] => pieces.map(({ id }) => id);
const textsOf = ({ messages }: SessionContext): string[] => messages.map(({ content }) => String(content));

/** Turns of about 60 tokens each. */
const chatter = (turns: number): Json[] =>
  Array.from({ length: turns }, (_, turn) => user(`${turn}: ${"so it rains again today ".repeat(12)}`));

async function capture(ns: string, input: string, response: string): Promise<string> {
  const path = `/v1/namespaces/${ns}/interactions`;
  const sent = await service.send("POST", path, { session_id: "s", input, response });
  return bodyOf<{ id: string }>(sent, 201).id;
}

describe("what a context leaves out because its turns say it", () => {
  test("is a memory whose turn is shown; not one whose turn isn't", async () => {
    const ns = newNamespace();
    const id = await capture(ns, "What is the code of the harbour gate?", "GX-4711.");
    await append(service, ns, "s", ...chatter(8));
    const query = "code of the harbour gate";
    const small = await contextOf(ns, "s", { query, token_budget: 400 });
    expect(textsOf(small)).not.toContain("GX-4711.");
    expect(idsOf(small)).toEqual([id]);
    const large = await contextOf(ns, "s", { query, token_budget: 4000 });
    expect(textsOf(large)).toContain("GX-4711.");
    expect(idsOf(large)).toEqual([]);
  });

  test("isn't what was said in an earlier session of the same name", async () => {
    const ns = newNamespace();
    bodyOf(await putSettings(service, ns, { session: { window_messages: 4 } }), 200);
    await append(service, ns, "s", user("The code of the harbour gate is GX-4711."), ...chatter(7));
    await until(
      () => readSession(service, ns, "s"),
      ({ summarised_to }) => summarised_to >= 4,
    );
    await service.send("DELETE", `${sessionPath(ns, "s")}?derived=keep`);
    await append(service, ns, "s", user("What is the code of the harbour gate?"));
    const context = await contextOf(ns, "s", {});
    expect(context.messages.map(({ content }) => String(content)).join("\n")).toContain("GX-4711");
  });
});

test("a context uses what it shows, and nothing else", async () => {
  const ns = newNamespace();
  const long = "the harbour gate is old and heavy ".repeat(40);
  const [shown, left] = [
    await remember(service, ns, { content: "The code of the harbour gate is GX-4711." }),
    await remember(service, ns, { content: `The code of the harbour gate: ${long}` }),
  ];
  const context = await contextOf(ns, "s", { query: "code of the harbour gate", token_budget: 300 });
  expect(idsOf(context)).toEqual([shown.id]);
  expect((await read(service, shown)).expiry?.uses).toBe(1);
  expect((await read(service, left)).expiry?.uses).toBe(0);
});

test("a filter narrows what a context recalls, and nothing else of it", async () => {
  const ns = newNamespace();
  const content = (n: number): string => `The code of gate ${n} is GX-${n}.`;
  const memories = await Promise.all(
    [1, 2, 3].map((n) => remember(service, ns, { content: content(n), metadata: { floor: n } })),
  );
  await append(service, ns, "s", user("Hello there."));
  const asked = { query: "code of the gate", token_budget: 4000 };
  const metadata = JSON.stringify({ floor: { gte: 2 } });
  const context = await contextOf(ns, "s", { ...asked, metadata });
  expect(idsOf(context).toSorted()).toEqual([memories[1]?.id, memories[2]?.id].toSorted());
  expect(textsOf(context)).toContain("Hello there.");
  const wrong = new URLSearchParams({ query: "gate", metadata: '{"floor":{"$above":2}}' });
  expect(await service.send("GET", `${sessionPath(ns, "s")}/context?${wrong.toString()}`)).toMatchObject({
    status: 400,
    body: { errors: [{ field: "metadata.floor.$above" }] },
  });
});

describe("a budget that is smaller than what was said last", () => {
  async function wide(): Promise<string> {
    const ns = newNamespace();
    bodyOf(await putSettings(service, ns, { session: { window_tokens: 1_000_000 } }), 200);
    return ns;
  }
  const long = (what: string): string => `${what} ${"lorem ipsum dolor sit amet ".repeat(3000)}What now?`;

  test("shortens the user's last message, and says so", async () => {
    const ns = await wide();
    await append(service, ns, "s", user("Hello."), assistant("Hi."), user(long("Read this.")));
    for (const token_budget of [64, 100, 1000, 4000]) {
      const context = await contextOf(ns, "s", { token_budget });
      expect(context.messages).toHaveLength(1);
      const text = String(context.messages[0]?.content);
      expect(text).toMatch(/\[… \d+ characters left out here …\]/);
      expect(context.tokens).toBeLessThanOrEqual(token_budget);
      expect(context.range).toEqual({ from: 3, to: 3 });
      if (token_budget >= 1000) {
        expect(context.tokens).toBeGreaterThan(token_budget / 2);
        expect(text).toMatch(/^Read this\.[^]*What now\?$/);
      }
    }
  });

  test("shortens what a tool returned since, and keeps the question", async () => {
    const ns = await wide();
    const calls = [{ id: "c1", name: "look" }];
    await append(service, ns, "s", user("What is in the file?"), assistant(null, { tool_calls: calls }), {
      role: "tool",
      content: long("The file:"),
      tool_call_id: "c1",
    });
    const { messages, tokens } = await contextOf(ns, "s", { token_budget: 500 });
    expect(messages).toMatchObject([
      { role: "user", content: "What is in the file?" },
      { role: "assistant", content: null, tool_calls: [{ id: "c1" }] },
      { role: "tool", tool_call_id: "c1" },
    ]);
    expect(tokens).toBeGreaterThan(250);
    expect(tokens).toBeLessThanOrEqual(500);
  });

  test("leaves memory its half, and the memory of what is shortened isn't left out", async () => {
    const ns = await wide();
    const { id } = await remember(service, ns, { content: "The code of the harbour gate is GX-4711." });
    await append(service, ns, "s", user(long("The code of the harbour gate?")));
    const context = await contextOf(ns, "s", { query: "code of the harbour gate", token_budget: 1000 });
    expect(idsOf(context)).toEqual([id]);
    expect(context.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  });
});
