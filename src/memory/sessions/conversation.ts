import type { JsonValue } from "../../domain/json.js";
import type { TokenCounter } from "../../domain/tokens.js";
import type { ChatToolCall } from "./message-tokens.js";
import { contentText, messageTokens, openAiToolCalls } from "./message-tokens.js";
import type { Message, Role, SessionToolCall } from "./session.js";

/** A message as a chat model takes it, in the format of OpenAI's chat completions. */
export interface ChatMessage {
  readonly role: Role;
  /** Text, or parts; null of an assistant that only calls tools. */
  readonly content: string | JsonValue[] | null;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  readonly name?: string;
}

/** Messages that make sense only together: a call and its results, or one message. */
export interface Unit {
  readonly messages: readonly ChatMessage[];
  readonly numbers: readonly number[];
  /** Tokens of `messages` as they are sent. */
  readonly tokens: number;
  /** Whether parts of it were dropped. */
  readonly shortened?: boolean;
}

/**
 * A stretch of a session as units that a model accepts: no result without its call, and no call without all of its
 * results right behind it. Calls that aren't all answered are dropped; the text with them stays. If an earlier call has
 * the same id, as those of interactions do, the id gets the number of its message.
 */
export async function unitsOf(messages: readonly Message[], counter: TokenCounter): Promise<Unit[]> {
  const units: Unit[] = [];
  const known = new Set<string>();
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message === undefined || message.role === "tool") continue;
    const results: Message[] = [];
    for (let next = messages[at + 1]; next?.role === "tool"; next = messages[at + 1]) {
      results.push(next);
      at += 1;
    }
    units.push(...(await unitOf(message, results, counter, known)));
  }
  return units;
}

async function unitOf(
  message: Message,
  results: readonly Message[],
  counter: TokenCounter,
  known: Set<string>,
): Promise<Unit[]> {
  const calls = message.tool_calls ?? [];
  const open = new Set(calls.map(({ id }) => id));
  const answers = named(results, calls).filter(({ tool_call_id }) => open.delete(tool_call_id ?? ""));
  const answered =
    calls.length > 0 && open.size === 0 && new Set(calls.map(({ id }) => id)).size === calls.length;
  if (!answered && message.content === null) return [];
  const alone = message.tool_calls === undefined ? message : { ...message, tool_calls: undefined };
  const kept = answered ? withOwnIds([message, ...answers], known) : [alone];
  const chat = kept.map(chatMessage);
  // The count at appending, unless it lost its calls, they got other ids, or no count was stored.
  let tokens = 0;
  for (const [index, each] of kept.entries()) {
    const counted = each === message || results.includes(each);
    tokens +=
      counted && Number.isFinite(each.tokens)
        ? each.tokens
        : await messageTokens(counter, chat[index] ?? each);
  }
  return [{ messages: chat, numbers: kept.map(({ number }) => number), tokens }];
}

/** Results that name no call answer those that no result names, in order: first calls of the same function. */
function named(results: readonly Message[], calls: readonly SessionToolCall[]): readonly Message[] {
  if (results.every(({ tool_call_id }) => tool_call_id !== undefined)) return results;
  const answered = new Set(results.map(({ tool_call_id }) => tool_call_id));
  const open = calls.filter(({ id }) => !answered.has(id));
  return results.map((result) => {
    if (result.tool_call_id !== undefined) return result;
    const same = open.findIndex(({ name }) => name === result.name);
    const [call] = open.splice(Math.max(0, same), 1);
    return call === undefined ? result : Object.assign({}, result, { tool_call_id: call.id });
  });
}

/** A call and its results, with ids that no other call has. */
function withOwnIds(messages: readonly Message[], known: Set<string>): readonly Message[] {
  const own = new Map<string, string>();
  for (const { id } of messages[0]?.tool_calls ?? []) {
    let name = id;
    for (let more = messages[0]?.number ?? 0; known.has(name); more++) name = `${id}-${more}`;
    known.add(name);
    if (name !== id) own.set(id, name);
  }
  if (own.size === 0) return messages;
  return messages.map((message) =>
    Object.assign({}, message, {
      tool_calls: message.tool_calls?.map((call) =>
        Object.assign({}, call, { id: own.get(call.id) ?? call.id }),
      ),
      tool_call_id: message.tool_call_id && (own.get(message.tool_call_id) ?? message.tool_call_id),
    }),
  );
}

function chatMessage({ role, content, tool_calls, tool_call_id, name }: Message): ChatMessage {
  return {
    // Newer models take the one for the other, and older ones know only `system`.
    role: role === "developer" ? "system" : role,
    content: content === null || Array.isArray(content) ? content : contentText(content),
    ...(tool_calls === undefined ? {} : { tool_calls: openAiToolCalls(tool_calls) ?? [] }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    ...(name === undefined ? {} : { name }),
  };
}
