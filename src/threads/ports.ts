import type { AuditLog } from "../access/ports.js";

/** A thread of graph runs: the short-term memory that `@mneme/checkpointer` keeps. */
export interface ThreadRef {
  /** Undefined: of a saver that was made without one. */
  readonly namespace: string | undefined;
  readonly id: string;
}

export interface Thread {
  readonly id: string;
  /** Number of checkpoints, including those of subgraphs. */
  readonly checkpoints: number;
  /** The namespaces of checkpoints: `""` is the root graph's, the others those of its subgraphs' calls. */
  readonly checkpointNamespaces: readonly string[];
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
}

export interface ListedThread extends Thread {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a serializer wrote that isn't JSON. */
export class OpaqueValue {
  readonly type: string;
  readonly bytes: number;

  constructor(type: string, bytes: number) {
    this.type = type;
    this.bytes = bytes;
  }
}

/**
 * A checkpoint as it is stored: its values are parsed JSON, as LangGraph's serializer writes it, in which an
 * {@link OpaqueValue} stands for what isn't JSON. Nothing in it is brought to life.
 */
export interface StoredCheckpoint {
  readonly id: string;
  readonly namespace: string;
  readonly parentId: string | null;
  /** As the graph wrote it. */
  readonly timestamp: unknown;
  readonly metadata: unknown;
  readonly values: Readonly<Record<string, unknown>>;
  readonly writes: readonly { readonly taskId: string; readonly channel: string; readonly value: unknown }[];
}

export interface CheckpointQuery {
  readonly checkpointNamespace: string;
  /** Only ids below this one. */
  readonly before: string | undefined;
  readonly limit: number;
}

/** What the acts need of the store; it records nothing by itself. */
export interface ThreadStore {
  /** The youngest first; fewer than `limit` before the end where some have expired. */
  list(
    namespace: string | undefined,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly threads: readonly ListedThread[]; readonly cursor: string | undefined }>;
  describe(ref: ThreadRef): Promise<Thread | undefined>;
  /** By descending id. */
  checkpoints(ref: ThreadRef, query: CheckpointQuery): Promise<readonly StoredCheckpoint[]>;
  remove(ref: ThreadRef): Promise<void>;
}

/** What the acts on threads work with; built once in main. */
export interface ThreadServices {
  readonly store: ThreadStore;
  readonly audit: AuditLog;
}
