import type { Trail } from "../../access/trail.js";
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
  readonly receipts: {
    /** Of recalls that say nothing of it, so many get a receipt: 0 to 1. */
    readonly share: number | undefined;
    /** 0: none is kept. */
    readonly keepSeconds: number | undefined;
  };
  /** How long entries of the audit trail are kept. */
  readonly auditSeconds: number | undefined;
}

/**
 * What namespaces' settings say, known without asking the store: never older than 5 seconds, and asked for again in the
 * background when older than one. The process that changes settings knows them at once.
 */
export interface KnownDefaults {
  of(namespace: string): Promise<NamespaceDefaults>;
  /** After this, the next one who asks gets what holds now. */
  forget(namespace: string): void;
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

/** By kind; as `stats` names them. */
export type Kept = Readonly<
  Record<"receipts" | "audit" | "state_changes", { readonly entries: number; readonly bytes: number }>
>;

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

/** How long memories live, how they are used, and what a namespace holds. Rejects as `RecordStore` does. */
export interface LifecycleStore {
  /** What a namespace's settings say where a caller says nothing. */
  defaultsOf(namespace: string): Promise<NamespaceDefaults>;
  /** As part of an act that is recorded by itself; undefined where there is none (any more). */
  vitals(namespace: string, ids: readonly string[]): Promise<readonly (Vitals | undefined)[]>;
  /** Notes that these were used, and prolongs their lives; not more often than makes sense. */
  touch(uses: readonly Use[]): Promise<void>;
  /** Brings back memories of a namespace for which another one stood that has ended; with how many there were. */
  freeOrphans(trail: Trail, namespace: string, ids: readonly string[]): Promise<number>;
  /** What a namespace holds; incomplete where counting would take longer. `superseded`: of that alone, else without. */
  groupsOf(
    namespace: string,
    budgetMs: number,
    superseded: boolean,
  ): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }>;
  /** What of it ends after `now`: how many until each of these moments, and the first `limit`. */
  endingsOf(namespace: string, now: number, moments: readonly number[], limit: number): Promise<Endings>;
  /** What calls leave behind in a namespace besides what they write. */
  keptIn(namespace: string): Promise<Kept>;
  /** Bytes that Redis uses, and may use; 0: any number. */
  redisMemory(): Promise<{ readonly used: number; readonly maximum: number }>;
  countByType(): Promise<Readonly<Record<MemoryType, number>>>;
}
