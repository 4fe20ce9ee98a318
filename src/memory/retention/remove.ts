import type { Context } from "../../domain/context.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import type { MemoryRef } from "../model/ref.js";
import type { SessionServices } from "../sessions/services.js";

/** Deletes a version of a memory; false: it was deleted or changed meanwhile. */
export async function removeVersion(
  { memory }: Pick<SessionServices, "memory">,
  context: Context,
  { namespace, id }: MemoryRef,
  version: number,
): Promise<boolean> {
  return (await removeQuietly(memory, context, { namespace, id }, { version }, "forget")) === "removed";
}
