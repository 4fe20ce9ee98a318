import type { Context } from "../../domain/context.js";
import type { CaptureInput } from "../remember/capture.js";
import { capture } from "../remember/capture.js";
import type { RememberOutcome, Remembering } from "../remember/remember.js";
import { append } from "./append.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { NewMessage } from "./session.js";
import type { Interaction } from "../model/record.js";

/**
 * Captures an exchange as an episodic memory and, where it belongs to a session, appends its messages there: a second
 * step, whose ids are made of the request's `Idempotency-Key`, so that a retry of both does neither twice, and an
 * exchange that is repeated ("go on", "done") stands in the session as often as it was said. Without such a key, or
 * with a `timestamp`, which is part of the memory's identity, they are made of the memory's id.
 *
 * The messages know the memory that holds them: when they leave the session, no second one is made.
 */
export async function captureInSession(
  services: SessionUsing<
    "store" | "countTokens" | "promoteSoon",
    Remembering & Pick<Services, "knownDefaults">
  >,
  context: Context,
  namespace: string,
  input: CaptureInput,
): Promise<RememberOutcome> {
  const outcome = await capture(services.memory, context, namespace, input);
  if (input.session_id === undefined) return outcome;
  const memory_id = outcome.memory.id;
  const byRequest = context.operation !== undefined && input.timestamp === undefined;
  const messages = messagesOf(outcome.interaction ?? input).map((message, index) =>
    Object.assign(message, {
      id: byRequest ? undefined : `${memory_id}.${index}`,
      timestamp: input.timestamp,
      memory_id,
    }),
  );
  await append(services, context, { namespace, sessionId: input.session_id }, messages);
  return outcome;
}

/** The input, the tool calls with their results, and the response; the agent's reasoning stays in the memory. */
function messagesOf({ input, tool_calls, response }: Interaction): NewMessage[] {
  const calls = tool_calls ?? [];
  const messages: NewMessage[] = [{ role: "user", content: input }];
  if (calls.length > 0) {
    messages.push({
      role: "assistant",
      content: null,
      tool_calls: calls.map(({ name, arguments: given }, index) => ({
        id: `call-${index}`,
        name,
        arguments: given,
      })),
    });
  }
  for (const [index, { name, result, error }] of calls.entries()) {
    const content = error === undefined ? (result ?? "") : { error };
    messages.push({ role: "tool", content, tool_call_id: `call-${index}`, name });
  }
  if (response !== undefined && response !== null) messages.push({ role: "assistant", content: response });
  return messages;
}
