import type { Message, Session, SummaryMethod } from "../../memory/sessions/session.js";
import type { DraftMessage } from "../../memory/sessions/ports.js";
import { arrayOf, fields } from "../scripts/replies.js";

type Body = Omit<Message, "number" | "appended_at" | "source_agent" | "role" | "tokens">;

/** A message as the scripts take it: id, role, tokens, JSON, and which calls it makes or answers. */
export function encodeMessage({ role, tokens, ...body }: DraftMessage): string[] {
  const calls = [
    ...(body.tool_calls ?? []).map(({ id }) => id),
    ...(body.tool_call_id === undefined ? [] : [body.tool_call_id]),
  ];
  return [
    body.id,
    role,
    String(tokens),
    JSON.stringify(body satisfies Body),
    calls.length === 0 ? "" : JSON.stringify(calls),
  ];
}

/** Reads what XRANGE returns of entries that append.lua wrote. */
export function decodeMessages(entries: unknown): Message[] {
  return arrayOf(entries).map((entry) => {
    const [id, flat] = arrayOf(entry);
    const named = pairs(flat);
    return Object.assign(parseBody(named.get("m") ?? "{}"), {
      role: (named.get("r") ?? "user") as Message["role"],
      tokens: Number(named.get("t") ?? Number.NaN),
      appended_at: Number(named.get("a")),
      source_agent: named.get("b") ?? "",
      number: Number.parseInt(String(id), 10),
    });
  });
}

/** Reads what HGETALL returns of a head. */
export function decodeSession(namespace: string, flat: unknown): Session {
  const named = pairs(flat);
  const number = (name: string): number => Number(named.get(name) ?? 0);
  const expires = named.get("x") ?? "";
  const summary = named.get("u");
  return {
    namespace,
    sessionId: named.get("s") ?? "",
    owner: named.get("o") ?? null,
    incarnation: named.get("i") ?? "",
    created_at: number("c"),
    last_message_at: number("l"),
    expires_at: expires === "" ? null : Number(expires),
    message_count: number("n"),
    summarised_to: number("z"),
    tokens: number("t"),
    summary:
      summary === undefined
        ? null
        : {
            text: summary,
            method: (named.get("um") ?? "extractive") as SummaryMethod,
            model: named.get("ul") || null,
          },
  };
}

const pairs = (flat: unknown): ReadonlyMap<string, string> => new Map(Object.entries(fields(flat)));

/** Written by {@link encodeMessage}, so its shape is known. */
function parseBody(json: string): Body {
  return JSON.parse(json) as Body;
}
