import type { JsonObject, JsonValue } from "../../domain/json.js";

export const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;
export type Role = (typeof ROLES)[number];

export interface SessionToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments?: JsonValue | undefined;
}

/** A message as a caller sends it. */
export interface NewMessage {
  /** The same id sent again is the same message. */
  readonly id?: string | undefined;
  readonly role: Role;
  /** Text, or JSON parts; null of an assistant that only calls tools. */
  readonly content: JsonValue;
  readonly tool_calls?: readonly SessionToolCall[] | undefined;
  /** For a tool's result: the call that it answers. */
  readonly tool_call_id?: string | undefined;
  readonly name?: string | undefined;
  /** When it was said, milliseconds since the epoch. */
  readonly timestamp?: number | undefined;
  readonly metadata?: JsonObject | undefined;
}

/**
 * `writer`: its author could only write there, not read what is said; `member`: read as well; `admin`: administer it, so
 * that the message may speak with any role.
 */
export type Standing = "writer" | "member" | "admin";

/** One message of a session. */
export interface Message extends Omit<NewMessage, "id" | "timestamp"> {
  readonly id: string;
  /** Gapless, from 1, in the order of appending. */
  readonly number: number;
  readonly timestamp: number;
  readonly appended_at: number;
  readonly source_agent: string;
  /** Its author's rights in the namespace when it was appended; missing in messages of earlier releases. */
  readonly standing?: Standing | undefined;
  /** The episodic memory that holds it already: it came with a captured interaction. */
  readonly memory_id: string | null;
  readonly tokens: number;
}

export interface SessionRef {
  readonly namespace: string;
  readonly sessionId: string;
}

/** The method of a running summary, or of the summary of a stretch. */
export type SummaryMethod = "extractive" | "llm";

export interface Session extends SessionRef {
  /** The first agent that appended to it and may read it: the session's own. Null where none has since this is recorded. */
  readonly owner: string | null;
  /** Distinguishes it from an earlier session of the same name. */
  readonly incarnation: string;
  readonly created_at: number;
  readonly last_message_at: number;
  readonly expires_at: number | null;
  /** The number of its last message. */
  readonly message_count: number;
  /** Up to this number, messages were promoted to episodic memory and are no longer here. */
  readonly summarised_to: number;
  /** Tokens of the messages that are still here. */
  readonly tokens: number;
  readonly summary: RunningSummary | null;
}

export interface RunningSummary {
  readonly text: string;
  readonly method: SummaryMethod;
  readonly model: string | null;
}
