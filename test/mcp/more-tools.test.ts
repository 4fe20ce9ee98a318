import { expect, test } from "vitest";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { newNamespace } from "../support/acts/memories.js";
import { connectHttp } from "../support/mcp-clients.js";
import { useService } from "../support/service/service.js";

const service = await useService({ MNEME_MCP_TOOLS: "all" });

test("with MNEME_MCP_TOOLS=all, tools read, write, patch and delete state", async () => {
  const client = await connectHttp({ url: service.url, namespace: newNamespace() });
  const key = "order/7742";
  const set = await client.call("set_state", { key, value: { status: "open", lines: [500.25] } });
  expect(set.data).toMatchObject({ key, value: { status: "open" } });
  await client.call("patch_state", { key, patch: { status: "paid" } });
  expect((await client.call("get_state", { key })).data).toMatchObject({
    value: { status: "paid", lines: [500.25] },
  });
  expect((await client.call("get_state", { key, path: "$.status" })).data).toMatchObject({
    value: ["paid"],
  });
  expect((await client.call("delete_state", { key })).data).toEqual({ key, deleted: true });
  expect(await client.call("get_state", { key })).toMatchObject({ isError: true });
  await client.close();
});

test("with MNEME_MCP_TOOLS=all, a session is kept and its context comes back", async () => {
  const client = await connectHttp({ url: service.url, namespace: newNamespace() });
  const session = "chat 1";
  const messages = [
    { role: "user", content: "My cat is called Miso." },
    { role: "assistant", content: "Noted." },
  ];
  expect((await client.call("append_messages", { session, messages })).data).toEqual({ message_count: 2 });
  expect((await client.call("session_context", { session })).data).toMatchObject({ messages });
  await client.close();
});

test("prompts and resources quote memories as data", async () => {
  const namespace = newNamespace();
  const client = new Client({ name: "test", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(`/mcp/${namespace}`, service.url)));
  const stored = await client.callTool({ name: "remember", arguments: { content: "Ada likes green tea." } });
  const { memory } = stored.structuredContent as { memory: { id: string } };
  const { prompts } = await client.listPrompts();
  expect(prompts).toMatchObject([{ name: "context", arguments: [{ name: "query", required: true }] }]);
  const prompt = await client.getPrompt({ name: "context", arguments: { query: "What does Ada drink?" } });
  expect(JSON.stringify(prompt.messages)).toContain("Ada likes green tea.");
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    "mneme://profile/{subject}",
    "mneme://memory/{id}",
  ]);
  for (const uri of [`mneme://memory/${memory.id}`, "mneme://profile/Ada"]) {
    const { contents } = await client.readResource({ uri });
    expect(JSON.stringify(contents), uri).toContain("Ada likes green tea.");
  }
  await client.close();
});
