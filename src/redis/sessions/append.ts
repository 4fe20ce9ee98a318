import { ulid } from "ulid";
import type { Trail } from "../../access/trail.js";
import { doneAndGone, quotaExceeded } from "../../domain/errors.js";
import type { AppendOutcome, DraftMessage } from "../../memory/sessions/ports.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import { encodeMessage } from "./codec.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

export async function append(
  deps: SessionDeps,
  trail: Trail,
  ref: SessionRef,
  messages: readonly DraftMessage[],
): Promise<AppendOutcome> {
  const owns = messages.some(({ standing }) => standing !== "writer");
  // The memory of an interaction was stored just now, so a refusal would wrongly say that nothing was.
  const exempt = messages.every(({ memory_id }) => memory_id !== null);
  const [code, due, messageCount, ...results] = await deps.auditor.run(
    ref.namespace,
    trail,
    (client, audit) =>
      client.appendMessages(
        audit,
        scopeOf(deps, ref, exempt ? "exempt" : owns ? undefined : "blind"),
        [],
        [
          ref.sessionId,
          ref.namespace,
          ulid(),
          trail.agent,
          owns ? "1" : "0",
          ...messages.flatMap(encodeMessage),
        ],
      ),
  );
  if (code === CODE.MISSING) throw doneAndGone();
  if (code === CODE.QUOTA) throw quotaExceeded("bytes");
  if (code !== CODE.DONE) throw wrongCode("sessions/lua/append", code);
  return {
    due: due === "1",
    messageCount: Number(messageCount),
    results: messages.map(({ id }, index) => ({
      id,
      number: Number(results[2 * index]),
      created: results[2 * index + 1] === "1",
    })),
  };
}
