import type { Message, Session } from "./session.js";

/** Roles that a chat model obeys before the user. */
const ABOVE_USER: ReadonlySet<string> = new Set(["system", "developer"]);

/**
 * Whether a context may hand a message to a model with the role that it has. Anybody who may write to a session chooses the
 * roles of what it appends, so a role is believed
 *
 * - of a user, always: nobody has less authority;
 * - of the session's own agent and of the reader itself, and by the grant to administer the namespace: any;
 * - of another agent that takes part in the session (it may read it): an assistant's and a tool's.
 *
 * What isn't believed is data. Of messages of earlier releases, it isn't known who might read: those are believed.
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
