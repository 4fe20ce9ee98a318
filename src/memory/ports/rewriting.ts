import type { Trail } from "../../access/trail.js";
import type { MadeBy } from "../model/made.js";
import type { Interaction, Memory, MemoryDetail } from "../model/record.js";

/** A text as it is stored, with the SHA-1 by which a change since is noticed. */
interface StoredDocument<M extends Memory> {
  readonly memory: M;
  readonly sha1: string;
  readonly facets: readonly string[];
}

/** A memory with all that its texts stand in, as they are at one moment. */
export interface Rewritable extends StoredDocument<MemoryDetail> {
  /** Hash of its statement and scope: see src/memory/model/identity.ts. */
  readonly hash: string;
  /** The end of its predecessor in the session, which is embedded with it. */
  readonly preceding: string | undefined;
  /** It is on a timeline: a fact of cardinality one. */
  readonly placed: boolean;
  /** The end that a fact on a timeline was written with; null: none. */
  readonly statedTo: number | null;
  readonly made: MadeBy | undefined;
  readonly versions: readonly StoredDocument<Memory>[];
}

/** The same with other texts. */
export interface Rewritten {
  readonly memory: Memory;
  readonly interaction: Interaction | undefined;
  readonly preceding: string | undefined;
  /** Undefined: it keeps the one it has. */
  readonly hash: string | undefined;
  /** In the order of {@link Rewritable.versions}; undefined: it stays as it is. */
  readonly versions: readonly (Memory | undefined)[];
}

/** Replaces texts where they are stored, without a new version. Rejects as `RecordStore` does. */
export interface RewritingStore {
  readRewritable(namespace: string, ids: readonly string[]): Promise<readonly (Rewritable | undefined)[]>;
  /**
   * In one step. Vectors of changed texts go: those of the memory are made again, those of old versions aren't.
   * `changed`: something was changed since it was read, and nothing is written.
   */
  rewrite(
    trail: Trail,
    stored: Rewritable,
    rewritten: Rewritten,
    now: number,
  ): Promise<"rewritten" | "changed">;
  /** Erases stored answers to requests with an `Idempotency-Key` that hold these memories, or are about these subjects. */
  eraseAnswersAbout(ids: readonly string[]): Promise<void>;
}
