import type { JsonValue } from "../../domain/json.js";
import type { CountTokens } from "../../domain/tokens.js";
import type { NewMessage, SessionToolCall } from "./session.js";

/** What the format of a chat adds to each message, and to the whole: OpenAI's cookbook, "How to count tokens". */
export const MESSAGE_TOKENS = 4;
export const REPLY_TOKENS = 3;

/**
 * Tokens of a message: 4, and those of its role, its content (as text, or as JSON where it isn't text), its tool
 * calls as JSON, the id of the call that it answers, and its name.
 */
export function messageTokens(
  count: CountTokens,
  {
    role,
    content,
    tool_calls,
    tool_call_id,
    name,
  }: Pick<NewMessage, "role" | "content" | "tool_call_id" | "name"> & { readonly tool_calls?: unknown },
): number {
  const texts = [
    role,
    contentText(content),
    tool_calls === undefined ? "" : JSON.stringify(tool_calls),
    tool_call_id ?? "",
    name ?? "",
  ];
  return texts.reduce((sum, text) => sum + (text === "" ? 0 : count(text)), MESSAGE_TOKENS);
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
