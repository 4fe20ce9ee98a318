import type { Context } from "../../domain/context.js";
import type { Carrying } from "./carry-publication.js";
import { carryPublications } from "./carry-publications.js";
import type { MemoryRef } from "../model/ref.js";

/** Carries a change to a memory's published copies, at once if possible; a failure is made good by the next sweep. */
export async function tellCopies(services: Carrying, context: Context, ref: MemoryRef): Promise<void> {
  try {
    const pending = await services.store.publicationsOf(ref);
    if (pending !== undefined) await carryPublications(services, context, pending, { hurried: true });
  } catch {
    // The change itself is done, and that is what the caller asked for.
  }
}
