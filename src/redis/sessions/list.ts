import { DELETING_VERBS } from "../../access/trail.js";
import type { Trail } from "../../access/trail.js";
import type { SessionPage, SessionPlace } from "../../memory/sessions/ports.js";
import { decodeSession } from "./codec.js";
import { text } from "../scripts/replies.js";
import type { SessionDeps } from "./deps.js";

export async function list(
  { auditor, meter, keys }: SessionDeps,
  trail: Trail,
  namespace: string,
  limit: number,
  after: SessionPlace | undefined,
): Promise<SessionPage> {
  const [moment, facet, ...heads] = await auditor.run(namespace, trail, (client, audit) => {
    const listing = DELETING_VERBS.has(trail.verb) ? client.listDoomedSessions : client.listSessions;
    return listing.call(
      client,
      audit,
      meter(namespace),
      [keys.sessions(namespace)],
      [String(limit), after?.moment ?? "", after?.facet ?? "", keys.sessionPrefix(namespace)],
    );
  });
  return {
    sessions: heads.map((head) => decodeSession(namespace, head)),
    next: moment === "" ? undefined : { moment: text(moment), facet: text(facet) },
  };
}
