import { authorize } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import type { MessageQuery } from "./ports.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { Message, Session, SessionRef } from "./session.js";
import { sessionTrail } from "./trail.js";

type Reading = SessionUsing<"store", Pick<Services, "audit">>;

/** Messages that are still in the session, in ascending order. Reading makes the session live its whole time again. */
export async function readMessages(
  { store, memory }: Reading,
  context: Context,
  ref: SessionRef,
  query: MessageQuery,
): Promise<{ readonly session: Session; readonly messages: readonly Message[] }> {
  await authorize(memory.audit, context, ref.namespace, { verb: "read", act: "session.read" });
  const found = await store.messages(sessionTrail(context, "session.read", ref), ref, query);
  if (found === undefined) throw sessionNotFound();
  return found;
}

/** The session itself, with its running summary. */
export async function readSession(services: Reading, context: Context, ref: SessionRef): Promise<Session> {
  const query = { limit: 0, before: undefined, after: undefined };
  return (await readMessages(services, context, ref, query)).session;
}

export function sessionNotFound(): DomainError {
  return new DomainError("not_found", "There is no such session in this namespace, or it has expired.");
}
