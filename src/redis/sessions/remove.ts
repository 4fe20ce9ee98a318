import type { Trail } from "../../access/trail.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

export async function remove(deps: SessionDeps, trail: Trail, ref: SessionRef): Promise<boolean> {
  const removed = await deps.auditor.run(ref.namespace, trail, (client, audit) =>
    client.deleteSession(audit, scopeOf(deps, ref), [], []),
  );
  return removed === 1;
}
