import { createHash } from "node:crypto";
import { MnemeError } from "@mneme/client";
import type { InitOf } from "@mneme/client";
import type { BaseMessage } from "@langchain/core/messages";
import type { Settings } from "./options.js";
import { deadline } from "./turn.js";
import type { Turn } from "./turn.js";

type Body = InitOf<"/v1/namespaces/{ns}/interactions", "post">["body"];
type Call = NonNullable<Body["tool_calls"]>[number];

/** Within the limit of an interaction, which counts its other parts too. */
const MOST_BYTES = 200 * 1024;
const MOST_CALLS = 128;
/** Characters of each text: the most that fits. */
const CUTS = [64 * 1024, 8 * 1024, 1024, 128, 16];
const DEPTH = 32;
const STORED: ReadonlySet<string> = new Set(["idempotency_mismatch", "answer_erased"]);

/** Stores what was said and done since the user's message, once, however often the step runs. */
export async function storeExchange(
  settings: Settings,
  turn: Turn,
  messages: readonly BaseMessage[],
): Promise<void> {
  const { namespace: ns, session, said, at, signal } = turn;
  const answer = messages.findLast(
    (message, index) => index > at && isAi(message) && message.text.trim() !== "",
  );
  const id = createHash("sha256")
    .update(JSON.stringify([ns, session, said.id, answer?.id]))
    .digest("hex");
  const calls = callsWithResults(messages.slice(at + 1), settings.tools);
  try {
    await settings.writing.post("/v1/namespaces/{ns}/interactions", {
      path: { ns },
      body: { ...fitting(calls, said, answer), session_id: session, metadata: metadataOf(said, answer) },
      idempotencyKey: `mneme-memory-${id}`,
      signal: deadline(settings.timeoutMs, signal),
    });
  } catch (error) {
    signal?.throwIfAborted();
    // This turn was stored before its process ended; it may have been deleted since.
    if (error instanceof MnemeError && STORED.has(error.code)) return;
    settings.onError(error, "store");
  }
}

/** It identifies the memory too: the same words in another turn are another memory. */
function metadataOf(said: BaseMessage, answer: BaseMessage | undefined) {
  const receipt = answer?.response_metadata["mneme"] as
    | { readonly receipt_ids?: readonly string[] }
    | undefined;
  return {
    langchain: {
      ...(said.id === undefined ? {} : { message_id: said.id }),
      ...(receipt?.receipt_ids === undefined ? {} : { receipt_ids: [...receipt.receipt_ids] }),
    },
  };
}

function fitting(calls: readonly Answered[], said: BaseMessage, answer: BaseMessage | undefined): Body {
  let body: Body = { input: "" };
  for (const characters of CUTS) {
    body = bodyOf(calls, said, answer, (text) => cut(text, characters));
    if (Buffer.byteLength(JSON.stringify(body)) <= MOST_BYTES) break;
  }
  return body;
}

interface Answered {
  readonly call: ToolCall;
  readonly result: BaseMessage | undefined;
}

/**
 * The calls since the user's message with their results, but for what mneme's own tools returned: a recalled memory that
 * is deleted later would go on in the exchange.
 */
function callsWithResults(since: readonly BaseMessage[], own: readonly string[]): Answered[] {
  const results = new Map(
    since.flatMap((message) => {
      const { tool_call_id: id } = toolParts(message);
      return id === undefined ? [] : [[id, message] as const];
    }),
  );
  const calls = since.flatMap(callsOf).slice(-MOST_CALLS);
  return calls.map((call) => ({
    call,
    result: own.includes(call.name) ? undefined : results.get(call.id ?? ""),
  }));
}

function bodyOf(
  calls: readonly Answered[],
  said: BaseMessage,
  answer: BaseMessage | undefined,
  short: (text: string) => string,
): Body {
  const tool_calls = calls.map(({ call, result }): Call => {
    const name = short(call.name).slice(0, 60);
    const args = argumentsOf(call.args, short);
    if (result === undefined) return { name, arguments: args };
    const outcome = short(saidOf(result));
    return toolParts(result).status === "error"
      ? { name, arguments: args, error: outcome }
      : { name, arguments: args, result: outcome };
  });
  return {
    input: short(saidOf(said)),
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
    ...(answer === undefined ? {} : { response: short(saidOf(answer)) }),
  };
}

const isAi = (message: BaseMessage): boolean => message.type === "ai";

interface ToolCall {
  readonly id?: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** An AI message has calls, a tool message what it answers: the classes of another copy of LangChain do too. */
function callsOf(message: BaseMessage): readonly ToolCall[] {
  const { tool_calls: calls } = message as BaseMessage & { readonly tool_calls?: readonly ToolCall[] };
  return isAi(message) ? (calls ?? []) : [];
}

function toolParts(message: BaseMessage | undefined) {
  return (message?.type === "tool" ? message : {}) as {
    readonly tool_call_id?: string;
    readonly status?: "success" | "error";
  };
}

/** The text, with a word for each image or file: their bytes are no memory. */
function saidOf(message: BaseMessage): string {
  if (typeof message.content === "string") return message.content;
  const others = message.content.flatMap(({ type }) =>
    type === "text" || type === "tool_use" || type === "reasoning" || type === "thinking"
      ? []
      : [`[${type}]`],
  );
  return [message.text, ...others].filter((part) => part !== "").join("\n");
}

function argumentsOf(args: ToolCall["args"], short: (text: string) => string): Call["arguments"] {
  const text = JSON.stringify(args) ?? "{}";
  const whole = short(text);
  return whole === text && isShallow(args, DEPTH) ? (JSON.parse(text) as Record<string, never>) : whole;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1));
}

function cut(text: string, characters: number): string {
  return (text.length <= characters ? text : `${text.slice(0, characters)}…`).toWellFormed();
}
