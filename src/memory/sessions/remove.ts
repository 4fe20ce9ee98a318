import { authorize, mayLearn } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import type { Erased } from "../erasure/erase.js";
import { erase, unlessNothing } from "../erasure/erase.js";
import { promotedFrom } from "../erasure/running-summary.js";
import type { DerivedPolicy } from "../revise/remove.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import type { Services } from "../services.js";
import type { Erasing } from "../erasure/erasing.js";
import type { RemovedSession } from "./ports.js";
import { sessionNotFound } from "./read.js";
import type { SessionUsing } from "./services.js";
import type { SessionRef } from "./session.js";
import { sessionTrail } from "./trail.js";

/**
 * Deletes a session with its messages and its running summary, and what was promoted from it, with what was derived of
 * that. `keep`: what was promoted stays, but not what a promotion stored that came to no end.
 * `unusedSince`: only if no message came later.
 */
export async function removeSession(
  { store, memory }: SessionUsing<"store", Erasing & Pick<Services, "audit">>,
  context: Context,
  ref: SessionRef,
  derived: DerivedPolicy,
  unusedSince?: number,
): Promise<Erased | undefined> {
  await authorize(memory.audit, context, ref.namespace, { verb: "write", act: "session.delete" });
  const trail = sessionTrail(context, "session.delete", ref);
  const removed = await store.remove(trail, ref, derived === "erase", unusedSince);
  const mayHear = mayLearn(context, ref.namespace);
  if (removed === undefined) {
    if (mayHear) throw sessionNotFound();
    return undefined;
  }
  if (derived === "erase") {
    const erased = unlessNothing(await erase(memory, context, ref.namespace));
    return mayHear ? erased : undefined;
  }
  if (removed.unsettled) await discardUnsettled(memory, context, ref, removed);
  return undefined;
}

/** A promotion that still runs finds the session gone, and discards what it stores from then on itself. */
async function discardUnsettled(
  services: Erasing,
  context: Context,
  ref: SessionRef,
  { incarnation, summarisedTo }: RemovedSession,
): Promise<void> {
  for (const kind of ["summary", "session"] as const) {
    let after: number | undefined;
    do {
      const page = await promotedFrom(services, { ...ref, incarnation }, kind, after);
      for (const { memory, made } of page.promoted) {
        if (made.from <= summarisedTo) continue;
        const { version } = memory;
        await removeQuietly(services, context, memory, { version }, "session.delete");
      }
      after = page.next;
    } while (after !== undefined);
  }
}
