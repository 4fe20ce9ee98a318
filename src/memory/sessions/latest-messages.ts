import type { Trail } from "../../access/trail.js";
import type { SessionStore } from "./ports.js";
import type { Message, Session, SessionRef } from "./session.js";

/** Read once more where the newest messages hold none of the user: a tool may have answered many times since then. */
const MOST_BEFORE = 400;

/** The newest messages of a session, and those before them as far as the user's last one, if that isn't too far. */
export async function latestMessages(
  store: Pick<SessionStore, "messages">,
  trail: Trail,
  ref: SessionRef,
  limit: number,
): Promise<{ readonly session: Session | undefined; readonly messages: readonly Message[] }> {
  const found = await store.messages(trail, ref, { limit, before: undefined, after: undefined });
  const messages = found?.messages ?? [];
  const [first] = messages;
  if (first === undefined || first.number === 1 || messages.some(isOfUser))
    return { session: found?.session, messages };
  const query = { limit: MOST_BEFORE, before: first.number, after: undefined };
  const earlier = (await store.messages(trail, ref, query))?.messages ?? [];
  const last = earlier.findLastIndex(isOfUser);
  const between = last === -1 ? [] : earlier.slice(last);
  return { session: found?.session, messages: [...between, ...messages] };
}

const isOfUser = ({ role }: Message): boolean => role === "user";
