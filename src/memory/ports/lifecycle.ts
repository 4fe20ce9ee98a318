import type { EmbeddingStatus, MemoryType, Uses } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";

/** What a policy decides by. Milliseconds since the epoch. */
export interface Vitals {
  readonly id: string;
  readonly version: number;
  readonly memoryType: MemoryType;
  readonly importance: number;
  readonly pinned: boolean;
  readonly recordedAt: number;
  readonly expiresAt: number | null;
  readonly uses: Uses;
}

/** A memory that a recall returned. */
export interface Use extends MemoryRef {
  /** The one that was returned. */
  readonly version: number;
  /** Undefined: use doesn't prolong its life. Milliseconds, and milliseconds since the epoch. */
  readonly renewal: { readonly life: number; readonly latest: number } | undefined;
}

/** Seconds that a memory of each type lives; null: for ever. */
export type DefaultTtl = Readonly<Record<MemoryType, number | null>>;

/** What a namespace's settings say where a caller says nothing; undefined: as the service is configured. */
export interface NamespaceDefaults {
  readonly ttl: Readonly<Record<MemoryType, number | null | undefined>>;
  readonly recency: { readonly [Name in keyof Recency]: number | undefined };
}

export interface Amount {
  readonly memories: number;
  /** Of their JSON, their vectors and their old versions. */
  readonly bytes: number;
}

/** Memories that have a type, a day of recording and a state of embedding in common. */
export interface Group extends Amount {
  readonly memoryType: MemoryType;
  /** Days since the epoch, UTC. */
  readonly day: number;
  readonly status: EmbeddingStatus;
}

export interface Ending {
  readonly id: string;
  readonly expiresAt: number;
}

/** What of a namespace ends by itself. */
export interface Endings {
  /** How many until each of the moments that were asked for. */
  readonly counts: readonly number[];
  readonly next: readonly Ending[];
  /** Number of memories that have expired so far. */
  readonly ended: number;
}

export interface Recency {
  readonly halfLifeDays: number;
  /** 0..1: how much of the score is what recency says; 0: nothing. */
  readonly weight: number;
}
