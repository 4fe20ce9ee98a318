import type { MemoryRef } from "../model/ref.js";
import type { MemoryDetail, Publication } from "../model/record.js";

/** A memory with what its published copies may have to hear of. */
export interface PendingPublications extends MemoryRef {
  /** Undefined: it was deleted. */
  readonly memory: MemoryDetail | undefined;
  readonly deletedAt: number | null;
  readonly publications: readonly Publication[];
}
