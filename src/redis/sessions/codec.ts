import type { Message, Session, SummaryMethod } from "../../memory/sessions/session.js";
import type { DraftMessage } from "../../memory/sessions/ports.js";

type Body = Omit<Message, "number" | "appended_at" | "source_agent" | "role" | "tokens">;

/** What a script takes of a message: id, role, tokens, JSON, and which calls it makes or answers. */
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
  return list(entries).map((entry) => {
    const [id, flat] = list(entry);
    const fields = pairs(flat);
    return Object.assign(parseBody(fields.get("m") ?? "{}"), {
      role: (fields.get("r") ?? "user") as Message["role"],
      tokens: Number(fields.get("t") ?? Number.NaN),
      appended_at: Number(fields.get("a")),
      source_agent: fields.get("b") ?? "",
      number: Number.parseInt(String(id), 10),
    });
  });
}

/** Reads what HGETALL returns of a head. */
export function decodeSession(namespace: string, flat: unknown): Session {
  const fields = pairs(flat);
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const expires = fields.get("x") ?? "";
  const summary = fields.get("u");
  return {
    namespace,
    sessionId: fields.get("s") ?? "",
    owner: fields.get("o") ?? null,
    incarnation: fields.get("i") ?? "",
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
            method: (fields.get("um") ?? "extractive") as SummaryMethod,
            model: fields.get("ul") || null,
          },
  };
}

function pairs(flat: unknown): ReadonlyMap<string, string> {
  const values = list(flat).map(String);
  return new Map(
    Array.from({ length: values.length / 2 }, (_, index) => [
      values[2 * index] ?? "",
      values[2 * index + 1] ?? "",
    ]),
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Written by {@link encodeMessage}, so its shape is known. */
function parseBody(json: string): Body {
  return JSON.parse(json) as Body;
}
