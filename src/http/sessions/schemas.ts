import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { SessionContext } from "../../memory/sessions/context.js";
import { foundPii } from "../pii/counts-schema.js";
import type { Appended } from "../../memory/sessions/append.js";
import type { Message, Session } from "../../memory/sessions/session.js";
import { ROLES } from "../../memory/sessions/session.js";
import { entityName } from "../entities/schemas.js";
import { contextFilterParameters, repeatable } from "../memories/list-schemas.js";
import { answerable, degraded, relevance, termsLeftOut } from "../recall/schemas.js";
import { messageOfProvider, replaceSurrogates } from "../openapi/provider-fields.js";
import {
  defaultInteger,
  integerParameter,
  namespacePattern,
  identifier,
  jsonValue,
  replacedFields,
  saidJson,
  memoryId,
  metadata,
  namespace,
  time,
  timeView,
  iso,
  ratioParameter,
  pathText,
  nonBlank,
  NAMESPACE_PATTERN_ITEM,
} from "../openapi/primitives.js";

/** As a state key: every client resolves `.` and `..` before it sends a path. */
export const sessionId = pathText(LIMITS.identifierBytes).openapi({
  description: `Text of up to ${LIMITS.identifierBytes} bytes of UTF-8, except \`.\` and \`..\`. Percent-encoded in the URL.`,
  example: "support/2026-01-31",
});

export const sessionParams = z.strictObject({ ns: namespace, sid: sessionId });

export const contextParameters = z.strictObject({
  query: nonBlank(LIMITS.queryBytes)
    .optional()
    .openapi({ description: "Query of the recall. Defaults to the last user message." }),
  token_budget: defaultInteger(64, LIMITS.contextTokens, 4000),
  budget_ms: integerParameter(LIMITS.budgetMs.least, LIMITS.budgetMs.most).optional().openapi({
    description:
      "Time for the recall, in milliseconds from the start of the request. What isn't found by then is omitted, and `degraded` names it. The conversation itself is always there.",
  }),
  namespace: repeatable(namespacePattern)
    .pipe(z.array(z.string()).max(LIMITS.recallNamespaces))
    .optional()
    .openapi({
      type: "array",
      items: NAMESPACE_PATTERN_ITEM,
      minItems: 1,
      maxItems: LIMITS.recallNamespaces,
      description:
        "Namespace or pattern to recall from; repeat it for several. Defaults to the session's namespace.",
    }),
  limit: defaultInteger(0, LIMITS.recallLimit, 10).openapi({
    description: "Maximum number of recalled memories. The same maximum applies to recalled procedures.",
  }),
  min_trust: ratioParameter.optional().openapi({
    description:
      "Minimum trust of memories, facts and procedures, from 0 to 1. The running summary isn't one of them, and stays.",
  }),
  context_turns: integerParameter(0, LIMITS.contextTurns).optional().openapi({
    description:
      "Turns of the same session before and after a recalled memory that are added after it, where they fit: see /v1/recall. Default: none.",
  }),
  rerank_depth: integerParameter(1, LIMITS.rerankDepth).optional().openapi({
    description:
      "Has the configured reranker order this many first memories, and as many procedures: see `rerank` of /v1/recall. Default: not at all.",
  }),
  min_relevance: ratioParameter.optional().openapi({
    description: "Minimum relevance of recalled memories, from 0 to 1. See /v1/recall.",
  }),
  touch: z.enum(["true", "false"]).default("true").openapi({
    description:
      "Whether to count the memories in the context as used, which extends the life of decaying memories. The session's TTL restarts in any case.",
  }),
  receipt: z.enum(["true", "false"]).optional().openapi({
    description:
      "Whether to store receipts of the two recalls. Default: for the share of recalls that the namespace's setting `receipts.share` gives; all, if it isn't set.",
  }),
  subject: entityName
    .optional()
    .openapi({ description: "Subject whose profile to include, such as a customer or a project." }),
  ...contextFilterParameters,
});

const role = z.enum(ROLES);

const toolCall = z.strictObject({
  id: identifier,
  name: identifier,
  arguments: jsonValue.optional(),
});
const saidToolCall = toolCall.extend({ arguments: saidJson.optional() });

/**
 * The format that contexts return and chat models give: OpenAI's chat completions. Its arguments are JSON in a text.
 */
const newToolCall = saidToolCall.openapi({
  anyOf: [
    {
      type: "object",
      properties: { id: { type: "string" }, name: { type: "string" }, arguments: {} },
      required: ["id", "name"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: {
        id: { type: "string" },
        type: { const: "function" },
        function: {
          type: "object",
          properties: { name: { type: "string" }, arguments: { type: "string" } },
          required: ["name"],
          additionalProperties: false,
        },
      },
      required: ["id", "type", "function"],
      additionalProperties: false,
    },
  ],
  description:
    "A tool call, in mneme's format or in that of OpenAI's chat completions, where `arguments` is a JSON string.",
});

const providedMessage = z
  .strictObject({
    id: identifier.optional().openapi({
      description:
        "Message id; generated unless given. Sending the same id to the same session again has no effect.",
    }),
    role,
    content: saidJson.optional().openapi({
      description:
        "Content of the message: text, a list of parts, or any other JSON value; null if empty. Optional for an assistant message with tool calls. Lone surrogates (invalid in UTF-8) are replaced by U+FFFD; `replaced` in the response names the fields.",
    }),
    tool_calls: z.array(newToolCall).max(LIMITS.toolCalls).optional(),
    tool_call_id: identifier.optional().openapi({
      description:
        "Id of the tool call that this tool result answers. Defaults to the first earlier call without a result.",
    }),
    name: identifier.optional(),
    timestamp: time.optional().openapi({ description: "Time of the message. Default: now." }),
    metadata: metadata.optional(),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= LIMITS.messageBytes, {
    message: `Must not exceed ${LIMITS.messageBytes} bytes of JSON.`,
    abort: true,
  })
  .refine(({ role: by, tool_calls }) => by === "assistant" || tool_calls === undefined, {
    path: ["tool_calls"],
    message: "Only an assistant message can have tool calls.",
  })
  .refine(({ role: by, tool_call_id }) => by === "tool" || tool_call_id === undefined, {
    path: ["tool_call_id"],
    message: "Only a message with the role tool can have a tool_call_id.",
  })
  .refine(({ content, tool_calls }) => content !== undefined || tool_calls !== undefined, {
    path: ["content"],
    message: "Must be given (null if empty) unless the message has tool_calls.",
  })
  .openapi("NewMessage", {
    additionalProperties: true,
    description:
      "A message in mneme's format or in that of chat models. Optional and unknown fields that are null or an empty list are ignored. Other unknown fields are stored in `metadata`, or in `metadata.provider_fields` if `metadata` already has a member of that name.",
  });

const newMessage = z
  .preprocess(messageOfProvider, providedMessage)
  .transform(({ tool_calls, content = null, ...rest }) =>
    replaceSurrogates({ ...rest, content, ...(tool_calls === undefined ? {} : { tool_calls }) }, [
      "content",
      "tool_calls",
    ]),
  );

export const newMessages = z
  .strictObject({ messages: z.array(newMessage).min(1).max(LIMITS.appendMessages) })
  .openapi("NewMessages");

export const appendedView = z
  .object({
    messages: z.array(
      z.object({
        id: z.string(),
        number: z
          .int()
          .optional()
          .openapi({ description: "Sequence number; omitted for a key without `read`." }),
        created: z.boolean().openapi({
          description:
            "`false`: a message with this id already existed. Always `true` for a key without `read`.",
        }),
        replaced: replacedFields.optional(),
      }),
    ),
    message_count: z.int().optional().openapi({
      description: "Number of messages appended to the session so far; omitted for a key without `read`.",
    }),
    pii: foundPii,
  })
  .openapi("AppendedMessages");

export const messagesParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.messagesLimit, 50),
  before: integerParameter(1, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Only messages with a lower sequence number; returns the last `limit` of them.",
  }),
  after: integerParameter(0, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Only messages with a higher sequence number; returns the first `limit` of them.",
  }),
});

export const sessionsParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

const messageView = z
  .object({
    id: z.string(),
    number: z.int().openapi({ description: "Sequence number, from 1, gapless." }),
    role,
    content: jsonValue,
    tool_calls: z.array(toolCall).optional(),
    tool_call_id: z.string().optional(),
    name: z.string().optional(),
    timestamp: timeView,
    metadata: metadata.optional(),
    appended_at: timeView,
    source_agent: z.string(),
    tokens: z.int(),
    memory_id: memoryId.nullable().openapi({
      description: "Id of the episodic memory that also holds the message, if it came with an interaction.",
    }),
  })
  .openapi("Message");

export type MessageView = z.infer<typeof messageView>;

export const sessionView = z
  .object({
    session_id: z.string(),
    namespace,
    created_at: timeView,
    last_message_at: timeView,
    expires_at: timeView.nullable(),
    message_count: z.int().openapi({
      description:
        "Number of messages appended so far, including promoted ones; the sequence number of the last one.",
    }),
    summarised_to: z.int().openapi({
      description:
        "Sequence number of the last message promoted to episodic memory; 0: none. Messages up to it are no longer in the session.",
    }),
    tokens: z.int().openapi({ description: "Number of tokens of the messages in the session." }),
    summary: z
      .object({ text: z.string(), method: z.enum(["extractive", "llm"]), model: z.string().nullable() })
      .nullable()
      .openapi({ description: "Running summary of the promoted messages." }),
  })
  .openapi("Session");

export const messagesPage = z.object({ messages: z.array(messageView) }).openapi("Messages");

export const sessionPage = z
  .object({ sessions: z.array(sessionView), cursor: z.string().nullable() })
  .openapi("SessionPage");

const pieceView = z.object({
  kind: z.enum(["summary", "profile", "procedure", "memory", "turn", "message"]).openapi({
    description:
      "Kind of the piece. `turn`: a turn of a recalled memory's session, before or after it. `message`: a session message shown as data, because its author may not use its role in this session.",
  }),
  number: z.int().optional().openapi({ description: "Sequence number of a message in the session." }),
  namespace,
  session_id: z.string().optional(),
  id: memoryId.optional(),
  source_agent: z.string().optional(),
  trust: z.number().optional(),
  score: z.number().optional(),
  relevance: relevance.optional(),
  around: memoryId
    .optional()
    .openapi({ description: "For a turn: id of the recalled memory that it surrounds." }),
  offset: z
    .int()
    .optional()
    .openapi({ description: "For a turn: turns after the recalled memory; negative: before it." }),
  via: memoryId.optional().openapi({
    description: "Id of the superseded source that matched the query and is quoted with this memory.",
  }),
});

const chatMessage = z.object({
  role,
  content: jsonValue,
  tool_calls: z
    .array(
      z.object({
        id: z.string(),
        type: z.literal("function"),
        function: z.object({ name: z.string(), arguments: z.string() }),
      }),
    )
    .optional(),
  tool_call_id: z.string().optional(),
  name: z.string().optional(),
});

export const contextView = z
  .object({
    session_id: z.string(),
    messages: z.array(chatMessage).openapi({
      description:
        "Messages for a chat model, in the format of OpenAI's chat completions. Recalled memories are in one system message, framed as data, each with its author and trust. Other system messages were written by the session's own agent, by you, or with a key that administers the namespace.",
    }),
    tokens: z
      .int()
      .openapi({ description: "Number of tokens of `messages` by o200k_base; never above the budget." }),
    token_budget: z.int(),
    range: z.object({ from: z.int(), to: z.int() }).nullable().openapi({
      description: "Sequence numbers of the first and last session message in the context; null if none.",
    }),
    pieces: z.array(pieceView).openapi({ description: "Pieces added from memory, in order." }),
    answerable: answerable.nullable().openapi({
      description: "Hint: whether a recalled memory probably answers the query; null without a query.",
    }),
    degraded,
    terms_left_out: termsLeftOut,
    receipt_ids: z.array(z.string()).openapi({
      description: "Receipt ids of the two recalls, of memories and of procedures. See /v1/receipts/{id}.",
    }),
  })
  .openapi("SessionContext");

export function viewContext(
  {
    messages,
    tokens,
    range,
    pieces,
    answerable: hint,
    degraded: without,
    leftOut,
    receiptIds,
  }: SessionContext,
  id: string,
  budget: number,
): z.infer<typeof contextView> {
  return {
    session_id: id,
    messages: messages.map(({ tool_calls, ...message }) =>
      tool_calls === undefined ? message : { ...message, tool_calls: [...tool_calls] },
    ),
    tokens,
    token_budget: budget,
    range: range ?? null,
    pieces: [...pieces],
    answerable: hint ?? null,
    degraded: [...without],
    terms_left_out: [...leftOut],
    receipt_ids: [...receiptIds],
  };
}

type SentMessages = z.output<typeof newMessages>["messages"];

/** The messages to append: without what only the answer says. */
export function messagesIn(sent: SentMessages): Omit<SentMessages[number], "replaced">[] {
  return sent.map((each) => {
    const { replaced: _, ...rest } = each;
    return rest;
  });
}

/** `sent`: the messages, in the order of the results. */
export function viewAppended(
  { results, messageCount, pii }: Appended,
  sent: SentMessages,
): z.infer<typeof appendedView> {
  const messages = results.map((result, index) => {
    const { replaced } = sent[index] ?? {};
    return replaced === undefined ? result : { ...result, replaced: [...replaced] };
  });
  return { messages, message_count: messageCount, ...(pii === undefined ? {} : { pii }) };
}

export function viewMessage(message: Message): MessageView {
  const { tool_calls, timestamp, appended_at, standing: _, ...rest } = message;
  return {
    ...rest,
    timestamp: iso(timestamp),
    appended_at: iso(appended_at),
    ...(tool_calls === undefined ? {} : { tool_calls: [...tool_calls] }),
  };
}

export function viewSession(session: Session): z.infer<typeof sessionView> {
  const { incarnation: _, owner: __, sessionId: id, ...rest } = session;
  return {
    session_id: id,
    ...rest,
    created_at: iso(session.created_at),
    last_message_at: iso(session.last_message_at),
    expires_at: session.expires_at === null ? null : iso(session.expires_at),
  };
}
