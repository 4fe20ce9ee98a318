import { authorize } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import { isJsonObject } from "../../domain/json.js";
import { facetQuery, matches } from "../filter.js";
import { removeQuietly } from "../remove-quietly.js";
import type { Services } from "../services.js";
import type { RemovedSession } from "./ports.js";
import { sessionNotFound } from "./read.js";
import type { SessionServices } from "./services.js";
import type { SessionRef } from "./session.js";
import { sessionTrail } from "./trail.js";

/**
 * Deletes a session with its messages and its running summary; episodic memories that came of it stay, but not what a
 * promotion stored that came to no end.
 */
export async function removeSession(
  { store, memory }: SessionServices,
  context: Context,
  ref: SessionRef,
): Promise<void> {
  await authorize(memory.audit, context, ref.namespace, { verb: "write", act: "session.delete" });
  const removed = await store.remove(sessionTrail(context, "session.delete", ref), ref);
  if (removed === undefined) throw sessionNotFound();
  if (removed.unsettled) await discardUnsettled(memory, context, ref, removed);
}

/** A promotion that is still at work finds the session gone, and discards what it stores from now on itself. */
async function discardUnsettled(
  services: Services,
  context: Context,
  { namespace, sessionId }: SessionRef,
  { incarnation, summarisedTo }: RemovedSession,
): Promise<void> {
  const { store } = services;
  for (const kind of ["summary", "session"] as const) {
    const filter = facetQuery({ session_id: [sessionId], metadata: { [kind]: { incarnation } } });
    let after: number | undefined;
    do {
      const query = { namespace, filter, order: "desc", quarantined: "any", superseded: "any" } as const;
      const page = await store.list({ ...query, limit: PAGE, after });
      const found = await Promise.all(page.refs.map((ref) => store.peek(ref)));
      for (const memory of found) {
        const range = memory?.metadata[kind];
        if (memory === undefined || !isJsonObject(range) || !matches(memory, filter)) continue;
        if (typeof range["from"] !== "number" || range["from"] <= summarisedTo) continue;
        const { id, version } = memory;
        await removeQuietly(services, context, { namespace, id }, { version }, "session.delete");
      }
      after = page.next;
    } while (after !== undefined);
  }
}

const PAGE = 100;
