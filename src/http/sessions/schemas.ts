import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { SessionContext } from "../../memory/sessions/context.js";
import type { AppendOutcome } from "../../memory/sessions/ports.js";
import type { Message, Session } from "../../memory/sessions/session.js";
import { ROLES } from "../../memory/sessions/session.js";
import { entityName } from "../entities/schemas.js";
import { contextFilterParameters, repeatable } from "../memories/list-schemas.js";
import { answerable, relevance, termsLeftOut } from "../recall/schemas.js";
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

/** As a state key: `.` and `..` are resolved by every client before it sends a path. */
export const sessionId = pathText(LIMITS.identifierBytes).openapi({
  description: `Any text up to ${LIMITS.identifierBytes} bytes of UTF-8 but . and ..; percent-encoded in the URL.`,
  example: "support/2026-01-31",
});

export const sessionParams = z.strictObject({ ns: namespace, sid: sessionId });

export const contextParameters = z.strictObject({
  query: nonBlank(LIMITS.queryBytes)
    .optional()
    .openapi({ description: "What to recall by; the last thing that the user said unless given." }),
  token_budget: defaultInteger(64, LIMITS.contextTokens, 4000),
  namespace: repeatable(namespacePattern)
    .pipe(z.array(z.string()).max(LIMITS.recallNamespaces))
    .optional()
    .openapi({
      type: "array",
      items: NAMESPACE_PATTERN_ITEM,
      minItems: 1,
      maxItems: LIMITS.recallNamespaces,
      description:
        "Where to recall from; repeat it for several, or use patterns. The session's namespace unless given.",
    }),
  limit: defaultInteger(0, LIMITS.recallLimit, 10).openapi({
    description: "How many memories, and how many procedures, are recalled at most.",
  }),
  min_trust: ratioParameter.optional().openapi({
    description: "Memories, facts and procedures that are trusted less than this are left out, from 0 to 1.",
  }),
  min_relevance: ratioParameter.optional().openapi({
    description: "What is recalled and less relevant, in absolute terms, is left out: see /v1/recall.",
  }),
  subject: entityName
    .optional()
    .openapi({ description: "Whose facts and preferences belong in it: a customer, a project." }),
  ...contextFilterParameters,
});

const role = z.enum(ROLES);

const toolCall = z.strictObject({
  id: identifier,
  name: identifier,
  arguments: jsonValue.optional(),
});
const saidToolCall = toolCall.extend({ arguments: saidJson.optional() });

/** Also as contexts return it, and chat models give it: OpenAI's chat completions. Its arguments are JSON in a text. */
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
  description: "As kept here, or as in OpenAI's chat completions, where `arguments` is a text of JSON.",
});

const providedMessage = z
  .strictObject({
    id: identifier.optional().openapi({
      description: "The same id sent again to the same session is the same message. Made here unless given.",
    }),
    role,
    content: saidJson.optional().openapi({
      description:
        "Text, or JSON parts; null where nothing was said. May be left out of an assistant that only calls tools. A lone surrogate is replaced by U+FFFD, which the answer says.",
    }),
    tool_calls: z.array(newToolCall).max(LIMITS.toolCalls).optional(),
    tool_call_id: identifier.optional().openapi({
      description:
        "Of a tool's result: the call that it answers. Left out: the first before it that no result names.",
    }),
    name: identifier.optional(),
    timestamp: time.optional().openapi({ description: "When it was said; now unless given." }),
    metadata: metadata.optional(),
  })
  .refine((message) => Buffer.byteLength(JSON.stringify(message)) <= LIMITS.messageBytes, {
    message: `Must not exceed ${LIMITS.messageBytes} bytes of JSON.`,
    abort: true,
  })
  .refine(({ role: by, tool_calls }) => by === "assistant" || tool_calls === undefined, {
    path: ["tool_calls"],
    message: "Only an assistant calls tools.",
  })
  .refine(({ role: by, tool_call_id }) => by === "tool" || tool_call_id === undefined, {
    path: ["tool_call_id"],
    message: "Belongs only to a message of the role tool.",
  })
  .refine(({ content, tool_calls }) => content !== undefined || tool_calls !== undefined, {
    path: ["content"],
    message: "Must be there, also if it is null, unless tools are called.",
  })
  .openapi("NewMessage", {
    additionalProperties: true,
    description:
      "A message as it is kept here, or as chat models give it. Fields that are null or empty lists are left out; fields that aren't described here become members of `metadata`.",
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
        number: z.int().optional().openapi({ description: "Left out for a key that may not read here." }),
        created: z.boolean().openapi({
          description: "False: this id was there already, which a key that may not read here doesn't hear.",
        }),
        replaced: replacedFields.optional(),
      }),
    ),
    message_count: z.int().optional().openapi({ description: "Left out for a key that may not read here." }),
  })
  .openapi("AppendedMessages");

export const messagesParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.messagesLimit, 50),
  before: integerParameter(1, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Only messages with a lower number: the last `limit` of them.",
  }),
  after: integerParameter(0, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Only messages with a higher number: the first `limit` of them.",
  }),
});

export const sessionsParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

const messageView = z
  .object({
    id: z.string(),
    number: z.int().openapi({ description: "From 1, in the order of appending, without a gap." }),
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
      description: "The episodic memory that holds it as well: it came with an interaction.",
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
    message_count: z.int().openapi({ description: "The number of its last message." }),
    summarised_to: z.int().openapi({
      description:
        "Messages up to this number were promoted to episodic memory, and are no longer in the session.",
    }),
    tokens: z.int().openapi({ description: "Of the messages that are in the session." }),
    summary: z
      .object({ text: z.string(), method: z.enum(["extractive", "llm"]), model: z.string().nullable() })
      .nullable()
      .openapi({ description: "Of what was promoted." }),
  })
  .openapi("Session");

export const messagesPage = z.object({ messages: z.array(messageView) }).openapi("Messages");

export const sessionPage = z
  .object({ sessions: z.array(sessionView), cursor: z.string().nullable() })
  .openapi("SessionPage");

const pieceView = z.object({
  kind: z.enum(["summary", "profile", "procedure", "memory", "message"]).openapi({
    description:
      "`message`: a message of the session whose role isn't believed, because its author is neither the session's own agent nor you, and has no grant for it.",
  }),
  number: z.int().optional().openapi({ description: "Of a message: its number in the session." }),
  namespace,
  session_id: z.string().optional(),
  id: memoryId.optional(),
  source_agent: z.string().optional(),
  trust: z.number().optional(),
  score: z.number().optional(),
  relevance: relevance.optional(),
  via: memoryId.optional().openapi({
    description: "The memory by which this one was found, where sentences of it are quoted with it.",
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
        "For a chat model, in the format of OpenAI's chat completions. What memory adds is one message of the role system, which frames it as data, each piece with its author and trust. Messages with the role system are the session's own agent's, yours, or appended by a key that administers the namespace.",
    }),
    tokens: z.int().openapi({ description: "Of `messages`, by o200k_base; never above the budget." }),
    token_budget: z.int(),
    range: z
      .object({ from: z.int(), to: z.int() })
      .nullable()
      .openapi({ description: "The numbers of the first and the last of the session's messages in it." }),
    pieces: z.array(pieceView).openapi({ description: "What memory adds, in this order." }),
    answerable: answerable
      .nullable()
      .openapi({ description: "As of a recall; null where nothing was recalled by." }),
    degraded: z.array(z.enum(["keyword", "vector"])),
    terms_left_out: termsLeftOut,
    receipt_ids: z.array(z.string()).openapi({
      description: "Of the recall of memories and of that of procedures: see /v1/receipts/{id}.",
    }),
  })
  .openapi("SessionContext");

export function viewContext(
  { messages, tokens, range, pieces, answerable: hint, degraded, leftOut, receiptIds }: SessionContext,
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
    degraded: [...degraded],
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
  { results, messageCount }: AppendOutcome,
  sent: SentMessages,
): z.infer<typeof appendedView> {
  const messages = results.map((result, index) => {
    const { replaced } = sent[index] ?? {};
    return replaced === undefined ? result : { ...result, replaced: [...replaced] };
  });
  return { messages, message_count: messageCount };
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
