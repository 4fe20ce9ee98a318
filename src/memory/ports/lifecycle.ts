import type { Trail } from "../../access/trail.js";
import type { EmbeddingStatus, MemoryType, Uses } from "../model/record.js";
import type { MemoryRef } from "../model/ref.js";
import type { PiiPolicy } from "../../pii/kinds.js";

/** The figures that a policy decides by. Times in milliseconds since the epoch. */
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

/** A memory by its worth, as a policy ranks it; of equals, the higher id ranks above. */
export interface Ranked {
  readonly worth: number;
  readonly id: string;
}

/** A walk over a namespace that looks for its best memories in several requests. */
export interface TopWalk {
  readonly namespace: string;
  /** Whose walk it is: a caller has one at a time, so that begun ones don't pile up. */
  readonly caller: string;
  readonly walk: string;
  /** How many of the best it looks for. */
  readonly size: number;
}

/** A memory that a recall returned. */
export interface Use extends MemoryRef {
  /** The one that was returned. */
  readonly version: number;
  /** Undefined: use doesn't prolong its life. Milliseconds, and milliseconds since the epoch. */
  readonly renewal: { readonly life: number; readonly latest: number } | undefined;
}

/** Default time to live of each memory type, in seconds; null: no expiry. */
export type DefaultTtl = Readonly<Record<MemoryType, number | null>>;

/** Defaults from a namespace's settings; undefined: the service's configuration holds. */
export interface NamespaceDefaults {
  /** The version of the settings; empty if the namespace has none. */
  readonly version: string;
  readonly ttl: Readonly<Record<MemoryType, number | null | undefined>>;
  readonly recency: { readonly [Name in keyof Recency]: number | undefined };
  readonly receipts: {
    /** Share of recalls that get a receipt without asking for one: 0 to 1. */
    readonly share: number | undefined;
    /** 0: none is kept. */
    readonly keepSeconds: number | undefined;
  };
  /** Retention of audit entries. */
  readonly auditSeconds: number | undefined;
  /** Undefined: personal data is stored as it comes. */
  readonly pii: PiiPolicy | undefined;
}

/**
 * A cache of namespaces' settings: never older than 5 seconds, and refreshed in the background when older than one. The
 * process that changes settings sees the change at once.
 */
export interface KnownDefaults {
  of(namespace: string): Promise<NamespaceDefaults>;
  /** Forgets the cached settings: the next question asks the store. */
  forget(namespace: string): void;
}

export interface Amount {
  readonly memories: number;
  /** Bytes of JSON, vectors and old versions. */
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

/** Entries and bytes by kind, as `stats` names them. */
export type Kept = Readonly<
  Record<
    "receipts" | "audit" | "state_changes" | "state" | "deletions",
    { readonly entries: number; readonly bytes: number }
  >
>;

/** What a namespace's settings say of how long each kind is kept; milliseconds, undefined: as configured. */
export interface KeptFor extends Readonly<Record<MemoryType, number | undefined>> {
  readonly receipts: number | undefined;
  readonly audit: number | undefined;
  readonly versions: number | undefined;
  readonly sessions: number | undefined;
  readonly stateHistory: number | undefined;
}

/** A memory that stays, but no longer holds from then on. */
export interface ValidityEnd {
  readonly id: string;
  readonly validTo: number;
}

/** Memories of a namespace that expire. */
export interface Endings {
  /** Numbers of memories that expire by each of the given moments. */
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

/** Lives and uses of memories, and statistics of a namespace. Rejects as `RecordStore` does. */
export interface LifecycleStore {
  /** Defaults from a namespace's settings. */
  defaultsOf(namespace: string): Promise<NamespaceDefaults>;
  /** Part of an act that is recorded by itself; undefined for a missing memory. */
  vitals(namespace: string, ids: readonly string[]): Promise<readonly (Vitals | undefined)[]>;
  /**
   * Merges memories into a walk's best, which are kept for an hour. The worst of them; undefined while there are fewer
   * than the walk looks for; `gone`: the walk has ended, or never began.
   */
  mergeTop(walk: TopWalk, entries: readonly Ranked[], begins: boolean): Promise<Ranked | undefined | "gone">;
  /** Notes that these were used, and prolongs their lives; not more often than makes sense. */
  touch(uses: readonly Use[]): Promise<void>;
  /** Restores memories whose superseding memory has ended; returns their number. */
  freeOrphans(trail: Trail, namespace: string, ids: readonly string[]): Promise<number>;
  /**
   * Counts a namespace's memories; incomplete if that would take longer than the budget. `superseded`: counts only
   * superseded ones, else only the others.
   */
  groupsOf(
    namespace: string,
    budgetMs: number,
    superseded: boolean,
  ): Promise<{ readonly groups: readonly Group[]; readonly complete: boolean }>;
  /** Memories that expire after `now`: their number by each of these moments, and the first `limit`. */
  endingsOf(namespace: string, now: number, moments: readonly number[], limit: number): Promise<Endings>;
  /** Memories whose valid time ends after a time, and by another, soonest first. */
  validityEndsOf(
    namespace: string,
    span: { readonly above: number; readonly to: number },
    limit: number,
  ): Promise<readonly ValidityEnd[]>;
  /** Receipts, audit entries, state changes, state, and notes of deletions that are kept in a namespace. */
  keptIn(namespace: string): Promise<Kept>;
  keptFor(namespace: string): Promise<KeptFor>;
  /** Number of memories of a type whose current version is from before then. */
  countBefore(namespace: string, type: MemoryType, before: number): Promise<number>;
  /** Bytes that Redis uses, and may use; 0: any number. */
  redisMemory(): Promise<{ readonly used: number; readonly maximum: number }>;
  countByType(): Promise<Readonly<Record<MemoryType, number>>>;
}
