import type { Settings } from "../access/namespaces/settings.js";
import type { ApiKey } from "../access/keys/key.js";
import type { MadeBy } from "../memory/model/made.js";
import type { Interaction, Memory, Publication, Uses } from "../memory/model/record.js";
import type { RecallInput } from "../memory/ports/recall-input.js";
import type { Receipt } from "../memory/ports/receipts.js";
import type { Message, Session } from "../memory/sessions/session.js";
import type { StateOperation } from "../state/document.js";

/**
 * The format of an export: JSON lines, the manifest first and the trailer last. docs/backup.md describes it. Times are
 * milliseconds since the epoch, except those of the manifest. A change of what a line means raises the number; a release reads
 * every number up to its own. Since 2, a session's line may go on with the one before it (`after`); since 3, names of entities,
 * old versions of memories, and documents with their history may be erased.
 */
export const FORMAT = "mneme-export";
export const FORMAT_VERSION = 3;

export interface ManifestLine {
  readonly kind: "manifest";
  readonly format: typeof FORMAT;
  readonly format_version: number;
  readonly id: string;
  readonly mneme_version: string;
  /** RFC 3339; the `since` of the next incremental export. */
  readonly started_at: string;
  /** Patterns. */
  readonly namespaces: readonly string[];
  readonly since: string | null;
  readonly vectors: boolean;
  /** The model of the vectors. */
  readonly model: string | null;
}

export interface SettingsLine {
  readonly kind: "settings";
  readonly namespace: string;
  readonly settings: Settings;
}

/** Names of one entity, its own first. */
export interface AliasesLine {
  readonly kind: "aliases";
  readonly namespace: string;
  readonly names: readonly string[];
}

export type ExportedMemory = Omit<Memory, "namespace" | "archived">;

/** What is stored of a memory that no reader gets, and that can't be derived from the rest. */
export interface StoredParts {
  /** The identity by which it is found when it is told again. */
  readonly hash: string;
  readonly made?: MadeBy | undefined;
  readonly own_vector?: true | undefined;
  /** What its predecessor in the session lends. */
  readonly preceding?: { readonly id: string; readonly text: string } | undefined;
  /** It was also told by itself, besides being derived. */
  readonly told?: true | undefined;
  /** Superseded, and hidden from all but those who ask for the past; the end that it had before, 0 for none. */
  readonly hidden?: true | undefined;
  readonly ended?: number | undefined;
  /** Of a fact of cardinality one. */
  readonly place?: FactPlace | undefined;
}

export interface FactPlace {
  readonly timeline: string;
  readonly object: string;
  /** The end that its writer gave it. */
  readonly stated_to?: number | undefined;
  readonly disputed?: true | undefined;
}

export type ExportedPublication = Omit<Publication, "namespace">;

export interface MemoryLine {
  readonly kind: "memory";
  readonly namespace: string;
  /** It replaces an earlier line of the file: the memory has changed while the export ran. */
  readonly again?: true | undefined;
  readonly memory: ExportedMemory;
  readonly interaction?: Interaction | undefined;
  readonly stored: StoredParts;
  readonly uses?: Uses | undefined;
  /** Ids of what was derived from it, the latest few. */
  readonly derived?: readonly string[] | undefined;
  /** By namespace. */
  readonly published?: Readonly<Record<string, ExportedPublication>> | undefined;
  /** By caller, what it said in feedback. */
  readonly voices?: Readonly<Record<string, Voice>> | undefined;
  /** Of each passage: little-endian float16, base64. */
  readonly vectors?: readonly string[] | undefined;
  /** The segment that has the rest of an archived memory, until that is read: see whole-lines.ts. Never in a file. */
  readonly segment?: string | undefined;
}

export interface Voice {
  readonly v?: string | undefined;
  readonly u?: string | undefined;
  readonly at?: number | undefined;
}

/** Follows its memory, the newest first. */
export interface VersionLine {
  readonly kind: "version";
  readonly namespace: string;
  readonly memory: ExportedMemory;
  readonly stored: Pick<StoredParts, "hash" | "made"> & { readonly kept_until?: number | undefined };
  readonly vectors?: readonly string[] | undefined;
  /** The version of the memory that it belongs to. */
  readonly of: number;
}

export interface SessionLine {
  readonly kind: "session";
  readonly namespace: string;
  readonly again?: true | undefined;
  /** Its messages up to this number are in the file already; those that follow are the ones after it. */
  readonly after?: number | undefined;
  readonly session: Omit<Session, "namespace" | "sessionId"> & { readonly session_id: string };
}

/** Follows its session, in order. */
export interface MessageLine {
  readonly kind: "message";
  readonly namespace: string;
  readonly session_id: string;
  readonly message: Message;
}

export interface StateLine {
  readonly kind: "state";
  readonly namespace: string;
  readonly key: string;
  readonly again?: true | undefined;
  /** Null: it was deleted; its history follows. */
  readonly document: ExportedDocument | null;
  readonly deleted_at?: number | undefined;
}

export interface ExportedDocument {
  readonly op: StateOperation;
  readonly version: number;
  readonly updated_at: number;
  readonly updated_by: string;
  readonly expires_at: number | null;
  readonly ttl_ms: number | null;
  readonly sliding: boolean;
  /** The value as JSON text: a reader of JSON could change a number. */
  readonly json: string;
}

/** Follows its document, the oldest first. */
export interface StateVersionLine {
  readonly kind: "state_version";
  readonly namespace: string;
  readonly key: string;
  readonly op: StateOperation;
  readonly version: number;
  readonly updated_at: number;
  readonly updated_by: string;
  readonly expires_at: number | null;
  readonly sliding: boolean;
  /** Null: a deletion. */
  readonly json: string | null;
}

/** `memory_history`: a memory's old versions; `state_history`: a document with all that it was before. */
export const ERASED_KINDS = [
  "memory",
  "memory_history",
  "session",
  "state",
  "state_history",
  "receipt",
  "alias",
] as const;
export type ErasedKind = (typeof ERASED_KINDS)[number];

/** What was deleted, so that an import of this or of an older export doesn't bring it back. */
export interface ErasedLine {
  readonly kind: "erased";
  readonly namespace: string;
  readonly what: ErasedKind;
  /**
   * Of a memory, its versions, or a receipt its id; of a session its facet, of a document the SHA-1 of its key, of an alias that of the name: they
   * may be names of people. `all` of receipts: those up to then.
   */
  readonly id: string;
  readonly at: number;
}

/** All that the file holds of the namespace's memories, sessions and aliases up to here shows this moment. */
export interface MomentLine {
  readonly kind: "moment";
  readonly namespace: string;
  readonly at: number;
}

/** An API key with the hash of its secret; the secret itself is stored nowhere. */
export interface KeyLine {
  readonly kind: "key";
  readonly key: ApiKey & { readonly secret_sha256: string };
}

/** What was said of an agent's memories, from which its reputation is computed. */
export interface VotesLine {
  readonly kind: "votes";
  readonly agent: string;
  readonly votes: readonly Vote[];
}

export interface Vote {
  /** The memory's id, since when it says what it says, and the caller's token. */
  readonly id: string;
  readonly at: number;
  readonly verdict: "confirmed" | "contradicted";
  /** The pattern of an API key that administers the memory's namespace; null: the operator's. */
  readonly administration: string | null;
}

/** Ends a part of the file, which a client takes or sends as one. */
export interface PartLine {
  readonly kind: "part";
  readonly part: number;
}

export interface TrailerLine {
  readonly kind: "trailer";
  /** Lines before this one. */
  readonly lines: number;
  readonly counts: Readonly<Record<string, number>>;
  /** The digest of all lines before this one: see chain.ts. */
  readonly sha256: string;
}

/** A recall, without content of memories; a caller's vector as base64 of little-endian float32. */
export interface ReceiptLine {
  readonly kind: "receipt";
  readonly receipt: ExportedReceipt;
}

export interface ExportedReceipt extends Omit<Receipt, "request"> {
  readonly request: Omit<RecallInput, "embedding"> & { readonly embedding?: string | undefined };
}

export type ContentLine =
  | SettingsLine
  | AliasesLine
  | MemoryLine
  | VersionLine
  | SessionLine
  | MessageLine
  | StateLine
  | StateVersionLine
  | ErasedLine;

/** What belongs to no namespace, or to several. */
export type SystemLine = KeyLine | VotesLine | ReceiptLine;

export type ExportedLine = ContentLine | SystemLine | MomentLine;

export type Line = ManifestLine | ExportedLine | PartLine | TrailerLine;
