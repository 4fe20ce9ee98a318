import type { Trail } from "../../access/trail.js";
import type { RemovedSession } from "../../memory/sessions/ports.js";
import type { SessionRef } from "../../memory/sessions/session.js";
import { subjectOf } from "../../domain/idempotency.js";
import { eraseAnswers } from "../idempotency/erase.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

export async function remove(
  deps: SessionDeps,
  trail: Trail,
  ref: SessionRef,
  derived: boolean,
  unusedSince?: number,
): Promise<RemovedSession | undefined> {
  const [incarnation, summarisedTo, claimedTo] = await deps.auditor.run(
    ref.namespace,
    trail,
    (client, audit) =>
      client.deleteSession(
        audit,
        scopeOf(deps, ref),
        [deps.keys.erasures(ref.namespace), deps.keys.erasureDue(ref.namespace)],
        [String(unusedSince ?? ""), ref.namespace, derived ? "1" : "0"],
      ),
  );
  if (incarnation === "") return undefined;
  await eraseAnswers(deps, [subjectOf.session(ref.namespace, ref.sessionId)]);
  if (incarnation === undefined) return undefined;
  return {
    incarnation: String(incarnation),
    summarisedTo: Number(summarisedTo),
    unsettled: claimedTo !== "",
  };
}
