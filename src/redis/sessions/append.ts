import { ulid } from "ulid";
import type { Trail } from "../../access/trail.js";
import type { AppendOutcome, DraftMessage } from "../../memory/sessions/ports.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import { encodeMessage } from "./codec.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

export async function append(
  deps: SessionDeps,
  trail: Trail,
  ref: SessionRef,
  messages: readonly DraftMessage[],
): Promise<AppendOutcome> {
  const [due, messageCount = 0, ...results] = await deps.auditor.run(ref.namespace, trail, (client, audit) =>
    client.appendMessages(
      audit,
      scopeOf(deps, ref),
      [],
      [ref.sessionId, ref.namespace, ulid(), trail.agent, ...messages.flatMap(encodeMessage)],
    ),
  );
  return {
    due: due === 1,
    messageCount,
    results: messages.map(({ id }, index) => ({
      id,
      number: results[2 * index] ?? 0,
      created: results[2 * index + 1] === 1,
    })),
  };
}
