import type { Trail } from "../../access/trail.js";
import type { MemoryRef } from "../model/ref.js";
import type { MemoryDetail, Publication } from "../model/record.js";

/** A memory whose published copies may need an update. */
export interface PendingPublications extends MemoryRef {
  /** Undefined: it was deleted. */
  readonly memory: MemoryDetail | undefined;
  readonly deletedAt: number | null;
  readonly publications: readonly Publication[];
}

/** A memory's copies in other namespaces, and the updates that they need. Rejects as `RecordStore` does. */
export interface PublicationStore {
  /** Notes that a memory is to be published, and that a sweep should look at it at `carryBy` if that isn't settled. */
  notePublication(
    trail: Trail,
    ref: MemoryRef,
    publication: Publication,
    carryBy: number,
  ): Promise<PendingPublications | "missing" | "too_many">;
  noteUnpublished(trail: Trail, ref: MemoryRef, from: string): Promise<"noted" | "missing" | "unpublished">;
  /** Notes how far a publication was carried; undefined: there is nothing to carry there any more. */
  settlePublication(
    pending: PendingPublications,
    namespace: string,
    version: number | undefined,
  ): Promise<void>;
  postponePublications(pending: PendingPublications, carryBy: number): Promise<void>;
  /** The publications of one memory, or of its tombstone. */
  publicationsOf(ref: MemoryRef): Promise<PendingPublications | undefined>;
  /** Memories whose copies are overdue for an update, in all namespaces. */
  pendingPublications(now: number, limit: number): Promise<readonly PendingPublications[]>;
  /** The trust that a namespace wants of what is published to it; null: any. */
  publishMinTrust(namespace: string): Promise<number | null>;
}
