import type { Context } from "../domain/context.js";
import { DomainError } from "../domain/errors.js";
import type { GrantVerb } from "../domain/grant.js";
import { allowedParts, allows, allowsIn, patternOf } from "./grants.js";
import type { Scope } from "./grants.js";
import type { AuditLog } from "./ports.js";
import { trailOf } from "./trail.js";
import type { AuditVerb } from "./trail.js";

/** What an act needs. */
export interface Need {
  readonly verb: GrantVerb;
  /** The act's name in the audit trail. */
  readonly act: AuditVerb;
}

/**
 * As {@link Need}, for an act that takes several verbs. If its answer shows or implies what is in the namespace, it
 * takes `read` as well.
 */
export interface Needs {
  readonly verbs: readonly GrantVerb[];
  readonly act: AuditVerb;
}

/**
 * Lets an act in a namespace pass, or rejects with `forbidden` once the denial is on record.
 *
 * The answer depends on the caller's grants and the request alone. Nothing of the namespace is looked at before,
 * so a refusal is the same, and takes the same time, whether or not there is anything in it.
 */
export async function authorize(
  audit: AuditLog,
  context: Context,
  namespace: string,
  need: Need | Needs,
): Promise<void> {
  const verbs = "verbs" in need ? need.verbs : [need.verb];
  const verb = verbs.find((each) => !allowsIn(context.actor.grants, each, namespace));
  if (verb !== undefined) throw await refuse(audit, context, namespace, { verb, act: need.act });
}

/**
 * Whether an answer may say what was there before. A write-only caller mustn't learn whether something was there
 * already: not from a status, an id, a version or a count.
 */
export function mayLearn({ actor }: Context, namespace: string): boolean {
  return allowsIn(actor.grants, "read", namespace);
}

/** As {@link authorize}, for all namespaces of a scope. */
export async function authorizeScope(
  audit: AuditLog,
  context: Context,
  scope: Scope,
  need: Need,
): Promise<void> {
  if (!allows(context.actor.grants, need.verb, scope)) {
    throw await refuse(audit, context, patternOf(scope), need);
  }
}

/**
 * The parts of a scope in which the caller may act. A single namespace must be allowed. In a pattern, namespaces that
 * aren't allowed are skipped: to the caller they look absent.
 */
export async function authorizedParts(
  audit: AuditLog,
  context: Context,
  scope: Scope,
  need: Need,
): Promise<Scope[]> {
  if (!scope.below) await authorizeScope(audit, context, scope, need);
  return allowedParts(context.actor.grants, need.verb, scope);
}

/** As {@link authorize}, for an act on all namespaces in which the caller may act. */
export async function authorizeSome(audit: AuditLog, context: Context, need: Need): Promise<void> {
  if (!context.actor.grants.some(({ verbs }) => verbs.includes(need.verb))) {
    throw await refuse(audit, context, undefined, need);
  }
}

async function refuse(
  audit: AuditLog,
  context: Context,
  pattern: string | undefined,
  { verb, act }: Need,
): Promise<DomainError> {
  await audit.denied(trailOf(context, act, pattern === undefined ? {} : { other: pattern }));
  return new DomainError("forbidden", `This key has no grant to ${verb} in ${pattern ?? "any namespace"}.`);
}
