import type { Trail } from "../../access/trail.js";
import type { MessageQuery } from "../../memory/sessions/ports.js";
import type { Message, Session, SessionRef } from "../../memory/sessions/session.js";
import { decodeMessages, decodeSession } from "./codec.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

export async function messages(
  deps: SessionDeps,
  trail: Trail,
  ref: SessionRef,
  { limit, before, after }: MessageQuery,
): Promise<{ readonly session: Session; readonly messages: readonly Message[] } | undefined> {
  const [head, entries, descending] = await deps.auditor.run(ref.namespace, trail, (client, audit) =>
    client.readSession(
      audit,
      scopeOf(deps, ref),
      [],
      [String(limit), before === undefined ? "" : String(before), after === undefined ? "" : String(after)],
    ),
  );
  if (head === undefined) return undefined;
  const found = decodeMessages(entries);
  return {
    session: decodeSession(ref.namespace, head),
    messages: descending === "1" ? found.toReversed() : found,
  };
}
