import type { Message, Session } from "./session.js";

/** Roles that a chat model obeys before the user. */
const ABOVE_USER: ReadonlySet<string> = new Set(["system", "developer"]);

/**
 * Whether a context may pass a message to a model with its role. Every writer of a session chooses the roles of its own
 * messages, so a role is believed
 *
 * - of a user, always: it has the least authority;
 * - of the session's own agent and of the reader itself, and by the grant to administer the namespace: any;
 * - of another agent that takes part in the session (it may read it): an assistant's and a tool's.
 *
 * Other messages are passed as data. Messages of earlier releases don't say who could read: those are believed.
 */
export function hasAuthority(
  { role, source_agent, standing }: Message,
  session: Session,
  messages: readonly Message[],
  reader: string,
): boolean {
  const own = session.owner ?? messages.find((each) => each.standing !== "writer")?.source_agent;
  if (role === "user" || source_agent === own || source_agent === reader || standing === "admin") return true;
  return !ABOVE_USER.has(role) && standing !== "writer";
}
