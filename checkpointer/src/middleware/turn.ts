import { createHash } from "node:crypto";
import type { BaseMessage } from "@langchain/core/messages";
import type { Settings, TurnConfig } from "./options.js";

/** What a turn belongs to. */
export interface Turn {
  readonly namespace: string;
  readonly session: string;
  readonly subject: string | undefined;
  /** The message that began it. */
  readonly said: BaseMessage;
  /** Its place among the agent's messages. */
  readonly at: number;
  readonly signal: AbortSignal | undefined;
}

interface Runtime {
  readonly configurable?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** The session's name is a part of a path, and has at most so many bytes. */
const SESSION_BYTES = 256;

/** Undefined: the user has said nothing yet. Throws where the turn has no session. */
export function turnOf(
  settings: Settings,
  messages: readonly BaseMessage[],
  { configurable = {}, signal }: Runtime,
): Turn | undefined {
  const at = messages.findLastIndex(isOfUser);
  const said = messages[at];
  if (said === undefined) return undefined;
  const { namespace, session } = placeOf(settings, { configurable });
  return { namespace, session, subject: settings.subjectOf({ configurable }), said, at, signal };
}

/** LangChain marks what a program adds in the user's place, such as a summary of what was said before. */
const isOfUser = ({ type, additional_kwargs: { lc_source: addedBy } }: BaseMessage): boolean =>
  type === "human" && typeof addedBy !== "string";

export function placeOf(settings: Settings, turn: TurnConfig): Pick<Turn, "namespace" | "session"> {
  const session = settings.sessionOf(turn);
  const fits = Buffer.byteLength(session) <= SESSION_BYTES && session !== "." && session !== "..";
  return {
    namespace: settings.namespaceOf(turn),
    session: fits ? session.toWellFormed() : `sha256-${createHash("sha256").update(session).digest("hex")}`,
  };
}

/** Ends when the time is over, or when the caller ends the turn. */
export function deadline(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}
