import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { apiPath, bodyOf, queryOf } from "../api.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";
import type { Tool } from "../tool.js";
import { budgetMsArgument } from "./arguments.js";

const session = z.string().min(1).describe("Id of the conversation; the first append creates it.");

const appended = z.object({
  message_count: z.int().describe("Number of messages that were appended so far."),
});

const appendMessages = defineTool({
  name: "append_messages",
  title: "Keep messages of a conversation",
  description:
    "Appends messages to a session, the short-term memory of one conversation; those that leave its window become episodic memories. Use after each turn that should be remembered word for word. Not for single statements (remember). Returns how many messages were appended so far.",
  input: z.strictObject({
    session,
    messages: z
      .array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().min(1) }))
      .min(1)
      .max(100),
  }),
  output: appended,
  needs: ["write", "read"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  run: async ({ call, namespace }, { session: sid, messages }) => {
    const path = apiPath`/v1/namespaces/${namespace}/sessions/${sid}`;
    await bodyOf(call, { method: "POST", path: `${path}/messages`, body: { messages } });
    return appended.parse(await bodyOf(call, { method: "GET", path }));
  },
});

const context = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
  tokens: z.int(),
});

const sessionContext = defineTool({
  name: "session_context",
  title: "Read the context of a conversation",
  description:
    "Builds the messages that a model should see to go on with a session: its last turns, its summary and recalled memories, within a token budget. Use when you take up a conversation that was kept with append_messages. Not for a single question (recall). Returns the messages; what memory adds is marked as data.",
  input: z.strictObject({
    session,
    query: z.string().min(1).optional().describe("What to recall for. Default: the last user message."),
    token_budget: z.int().min(64).max(LIMITS.contextTokens).default(4000),
    budget_ms: budgetMsArgument,
  }),
  output: context,
  needs: ["read"],
  annotations: { readOnlyHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async ({ call, namespace }, { session: sid, ...query }) => {
    const path = apiPath`/v1/namespaces/${namespace}/sessions/${sid}/context` + queryOf(query);
    return context.parse(await bodyOf(call, { method: "GET", path }));
  },
});

export const SESSION_TOOLS: readonly Tool[] = [appendMessages, sessionContext];
