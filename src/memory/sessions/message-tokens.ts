import type { JsonValue } from "../../domain/json.js";
import type { TokenCounter } from "../../domain/tokens.js";
import type { NewMessage, SessionToolCall } from "./session.js";

/** The tokens that a chat's format adds to each message, and to the whole: OpenAI's cookbook, "How to count tokens". */
export const MESSAGE_TOKENS = 4;
export const REPLY_TOKENS = 3;

type Counted = Pick<NewMessage, "role" | "content" | "tool_call_id" | "name"> & {
  readonly tool_calls?: unknown;
};

/**
 * Tokens of a message: 4, and those of its role, its content (as text, or as JSON where it isn't text), its tool
 * calls as JSON, the id of the call that it answers, and its name. A message may have 128 KiB, so that others get
 * turns while it is counted.
 */
export async function messageTokens(
  { countInTurns }: TokenCounter,
  { role, content, tool_calls, tool_call_id, name }: Counted,
): Promise<number> {
  const texts = [
    role,
    contentText(content),
    tool_calls === undefined ? "" : JSON.stringify(tool_calls),
    tool_call_id ?? "",
    name ?? "",
  ];
  let tokens = MESSAGE_TOKENS;
  for (const text of texts) if (text !== "") tokens += await countInTurns(text);
  return tokens;
}

export function contentText(content: JsonValue): string {
  if (content === null) return "";
  return typeof content === "string" ? content : JSON.stringify(content);
}

/** Tool calls as a chat model takes them. */
export function openAiToolCalls(calls: readonly SessionToolCall[] | undefined): ChatToolCall[] | undefined {
  return calls?.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(given ?? {}) },
  }));
}

export interface ChatToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}
