import type { Scope } from "../access/grants.js";
import type { JsonObject } from "../domain/json.js";
import type { MemoryFilter } from "../memory/conditions/filter.js";
import type { Certificate } from "./certificate.js";

/** A person or thing, by what identifies it. What fits any of these is erased. */
export interface ErasureSubject {
  /** Names of entities; their aliases count as well. */
  readonly entity?: readonly string[] | undefined;
  readonly agent_id?: readonly string[] | undefined;
  readonly session_id?: readonly string[] | undefined;
  readonly thread_id?: readonly string[] | undefined;
  readonly state_key?: readonly string[] | undefined;
  /** As the metadata part of a {@link MemoryFilter}. */
  readonly metadata?: JsonObject | undefined;
  /** Whether texts that mention one of the entities fit too. */
  readonly mentions: boolean;
}

export type ErasureTarget =
  | { readonly kind: "subject"; readonly subject: ErasureSubject }
  | { readonly kind: "filter"; readonly filter: MemoryFilter }
  | { readonly kind: "namespace" };

/** The steps of an erasure, in their order. Each can be repeated: what it did is not done twice. */
export const PHASES = [
  "find",
  "sessions",
  "memories",
  "derived",
  "state",
  "threads",
  "names",
  "receipts",
  "runs",
  "archive",
  "caches",
  "originals",
  "audit",
  "seal",
] as const;
export type Phase = (typeof PHASES)[number];

/** What is counted, in the order of the certificate. */
export const ERASED_KINDS = [
  "memories",
  "copies",
  "histories",
  "derived_removed",
  "derived_remade",
  "sessions",
  "state_documents",
  "threads",
  "entity_names",
  "receipts",
  "consolidations",
  "originals",
  "audit_entries",
] as const;
export type ErasedKind = (typeof ERASED_KINDS)[number];
export type ErasedCounts = Readonly<Record<ErasedKind, number>>;

export const NOTHING_ERASED: ErasedCounts = {
  memories: 0,
  copies: 0,
  histories: 0,
  derived_removed: 0,
  derived_remade: 0,
  sessions: 0,
  state_documents: 0,
  threads: 0,
  entity_names: 0,
  receipts: 0,
  consolidations: 0,
  originals: 0,
  audit_entries: 0,
};

/** Times are milliseconds since the epoch. */
export interface ErasureJob {
  readonly id: string;
  /** Null once it is done: it may name a person. */
  readonly target: ErasureTarget | null;
  readonly kind: ErasureTarget["kind"];
  /** Where it looks: none holds another. */
  readonly scopes: readonly Scope[];
  /** Where the caller may erase: published copies may be there too. */
  readonly reach: readonly Scope[];
  readonly dryRun: boolean;
  readonly agent: string;
  readonly keyId: string | null;
  readonly requestId: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly status: "running" | "complete";
  readonly phase: Phase;
  /** How often it has looked for what is to be erased. */
  readonly round: number;
  /** How many things were found, and how many of these are erased. */
  readonly found: number;
  readonly handled: number;
  readonly counts: ErasedCounts;
  /** Copies in namespaces that the caller doesn't administer: they stay unless they follow their origin. */
  readonly copiesLeft: number;
  readonly certificate: Certificate | null;
}
