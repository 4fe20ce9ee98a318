import { authorizeScope, authorizeSome } from "../access/authorize.js";
import { allowedParts, scopeOf } from "../access/grants.js";
import type { Scope } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import { stillFilling } from "../backup/refusals.js";
import type { Context } from "../domain/context.js";
import { DomainError, invalid } from "../domain/errors.js";
import type { GrantVerb } from "../domain/grant.js";
import { LIMITS } from "../domain/limits.js";
import type { ErasureJob, ErasureTarget } from "./job.js";
import { NOTHING_ERASED } from "./job.js";
import type { ErasureServices } from "./services.js";

export interface ErasureInput {
  readonly target: ErasureTarget;
  /** A namespace or pattern; undefined: wherever the caller may erase. */
  readonly namespace: string | undefined;
  readonly dryRun: boolean;
}

const ACT = "erasure";
/** As to delete a whole namespace: it deletes, and its counts say what was there. */
const VERBS = ["admin", "read", "write"] as const;

/** Begins an erasure. A worker does it. */
export async function beginErasure(
  services: ErasureServices,
  context: Context,
  { target, namespace, dryRun }: ErasureInput,
): Promise<ErasureJob> {
  const { audit } = services.memory;
  if (namespace === undefined) {
    for (const verb of VERBS) await authorizeSome(audit, context, { verb, act: ACT });
  } else {
    for (const verb of VERBS) await authorizeScope(audit, context, scopeOf(namespace), { verb, act: ACT });
  }
  const reach = reachOf(context);
  if (reach.length === 0) {
    throw invalid(
      "namespace",
      "An erasure needs read, write and admin in the same namespace. This key has them nowhere.",
    );
  }
  if (!(await services.complete())) throw stillFilling();
  const job: ErasureJob = {
    id: services.newId(),
    target,
    kind: target.kind,
    scopes: namespace === undefined ? reach : [scopeOf(namespace)],
    reach,
    dryRun,
    agent: context.actor.agent,
    keyId: context.actor.keyId,
    requestId: context.requestId,
    startedAt: await services.source.moment(),
    finishedAt: null,
    status: "running",
    phase: "find",
    round: 1,
    found: 0,
    handled: 0,
    counts: NOTHING_ERASED,
    copiesLeft: 0,
    certificate: null,
  };
  const trail = trailOf(context, ACT, { ids: [job.id] });
  const id = await services.jobs.begin(trail, job, LIMITS.openErasures);
  if (id === undefined) throw tooMany();
  return id === job.id ? job : ((await services.jobs.read(id)) ?? job);
}

function tooMany(): DomainError {
  return new DomainError(
    "too_many_erasures",
    `${LIMITS.openErasures} erasures of this key are still running. Start the next one when one of them is complete.`,
    { retryAfterSeconds: 5 },
  );
}

/** Where the caller may do all that an erasure takes. */
function reachOf({ actor }: Context): Scope[] {
  const within = (scopes: readonly Scope[], verb: GrantVerb): Scope[] =>
    scopes.flatMap((scope) => allowedParts(actor.grants, verb, scope));
  let scopes: Scope[] = [scopeOf("**")];
  for (const verb of VERBS) scopes = within(scopes, verb);
  return scopes.toSorted((a, b) => (a.root < b.root ? -1 : Number(a.root > b.root)));
}
