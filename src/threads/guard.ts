import { authorize, authorizeScope } from "../access/authorize.js";
import type { GrantVerb } from "../domain/grant.js";
import { scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { AuditVerb } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError } from "../domain/errors.js";
import type { ThreadServices } from "./ports.js";

/** Puts on record how an act on threads came out: in their namespace, else among the acts in no single one. */
export type Recorder = (outcome: string) => Promise<void>;

/**
 * Lets an act on the threads of a namespace pass. Those of a saver without a namespace are everybody's and nobody's:
 * they take a grant on everything.
 *
 * The keys of a thread are no namespace's, so no script can act and record at once. So it is recorded before anything
 * is handed out or deleted: if it can't be, nothing is.
 */
export async function guard(
  { audit }: ThreadServices,
  context: Context,
  namespace: string | undefined,
  verb: GrantVerb,
  act: AuditVerb,
  ids: readonly string[] = [],
): Promise<Recorder> {
  const trail = trailOf(context, act, { ids });
  if (namespace === undefined) {
    await authorizeScope(audit, context, scopeOf("**"), { verb, act });
    return (outcome) => audit.system(trail, outcome);
  }
  await authorize(audit, context, namespace, { verb, act });
  return (outcome) => audit.record(namespace, trail, outcome);
}

/** Also of a thread of another namespace. */
export function threadNotFound(): DomainError {
  return new DomainError("not_found", "There is no such thread in this namespace.");
}
