import type { AuditVerb, Trail } from "../../access/trail.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { sessionFacet } from "../model/facets.js";
import type { SessionRef } from "./session.js";

/** The trail names a session by its facet: its own name is what a caller made of it, maybe a customer's. */
export function sessionTrail(context: Context, verb: AuditVerb, { sessionId }: SessionRef): Trail {
  return trailOf(context, verb, { ids: [sessionFacet(sessionId)] });
}
