import { authorize } from "../../access/authorize.js";
import type { Context } from "../../domain/context.js";
import { sessionNotFound } from "./read.js";
import type { SessionServices } from "./services.js";
import type { SessionRef } from "./session.js";
import { sessionTrail } from "./trail.js";

/** Deletes a session with its messages and its running summary; episodic memories that came of it stay. */
export async function removeSession(
  { store, memory }: SessionServices,
  context: Context,
  ref: SessionRef,
): Promise<void> {
  await authorize(memory.audit, context, ref.namespace, { verb: "write", act: "session.delete" });
  if (!(await store.remove(sessionTrail(context, "session.delete", ref), ref))) throw sessionNotFound();
}
