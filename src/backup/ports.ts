import type { Trail } from "../access/trail.js";
import type { Settings } from "../access/namespaces/settings.js";
import type { StateRef } from "../state/document.js";
import type {
  AliasesLine,
  ContentLine,
  ErasedLine,
  MemoryLine,
  MessageLine,
  ReceiptLine,
  SessionLine,
  StateLine,
  StateVersionLine,
  VersionLine,
  VotesLine,
} from "./lines.js";

/** A stretch of an export, and where it goes on; undefined: that was all. */
export interface Stretch<Item = ContentLine> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

export interface DumpOptions {
  /** Only what has changed since then, milliseconds; 0: all. */
  readonly since: number;
  /** The moment as of which documents of state are read, milliseconds. */
  readonly asOf: number;
  readonly vectors: boolean;
}

/** What has changed since a namespace was read; `cut` once that was all. */
export interface ChangeStretch extends Stretch {
  readonly cut:
    | {
        /** The moment that all that was read of the namespace shows now, milliseconds since the epoch. */
        readonly moment: number;
        /** Whether its aliases were among the changes: else they are still to be walked over. */
        readonly aliases: boolean;
      }
    | undefined;
}

/**
 * Reads what a namespace holds, for an export that is recorded by itself. Each memory is read whole in one step. A walk visits
 * all that is there from its beginning to its end, and maybe what comes or goes in between; what it missed are changes.
 */
export interface ExportSource {
  /** A moment that has just ended, milliseconds since the epoch, by the clock that all records have their times from. */
  moment(): Promise<number>;
  aliases(namespace: string, at: string | undefined): Promise<Stretch>;
  memories(namespace: string, options: DumpOptions, at: string | undefined): Promise<Stretch>;
  /** It ends while others append: each has the messages that it had when the walk came to it. */
  sessions(namespace: string, options: DumpOptions, at: string | undefined): Promise<Stretch>;
  /** From now on, changes in the namespace are noted for this export. */
  beginChanges(namespace: string, exportId: string): Promise<void>;
  /**
   * Forgets what comes before this place of {@link changes}, to which no reader returns; false: changes weren't noted for some
   * time, so the namespace must be read again.
   */
  continueChanges(namespace: string, exportId: string, before: string | undefined): Promise<boolean>;
  /**
   * What has changed since the walk, until nothing has: then the memories and sessions that were read, each as it was read
   * last, are those of one moment.
   */
  changes(
    namespace: string,
    exportId: string,
    options: DumpOptions,
    at: string | undefined,
  ): Promise<ChangeStretch>;
  /** What was deleted: documents up to `options.asOf`, memories and sessions before `moment`, milliseconds since the epoch. */
  erased(namespace: string, options: DumpOptions, moment: number, at: string | undefined): Promise<Stretch>;
  /** Documents of one namespace, or of all: also those that were changed or deleted since. One may come twice. */
  stateKeys(
    namespace: string | undefined,
    options: DumpOptions,
    at: string | undefined,
  ): Promise<Stretch<StateRef>>;
  /** Receipts of recalls in one namespace alone, or of all. */
  receipts(
    namespace: string | undefined,
    options: DumpOptions,
    at: string | undefined,
  ): Promise<Stretch<ReceiptLine>>;
  /** Votes on the memories of all agents. */
  votes(at: string | undefined): Promise<Stretch<VotesLine>>;
  stateDocument(ref: StateRef, options: DumpOptions, at: string | undefined): Promise<Stretch>;
}

export const CONFLICT_RULES = ["skip", "overwrite", "fail"] as const;
export type ConflictRule = (typeof CONFLICT_RULES)[number];

/** What became of a line. */
export const OUTCOMES = [
  "created",
  "replaced",
  /** The same is here already. */
  "unchanged",
  /** Another one is here. */
  "skipped",
  "conflict",
  /** It was deleted here. */
  "erased",
  "expired",
  "quota",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface PutOptions {
  readonly importId: string;
  readonly rule: ConflictRule;
  readonly dryRun: boolean;
  /** What was deleted here comes back. */
  readonly restoreErased: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The model whose vectors the file holds; undefined: they are of another one than is in use, or there are none. */
  readonly vectorsOf: string | undefined;
  /** Whether the store gets vectors of another model too, because it changes from one to the other. */
  readonly also: boolean;
}

/** Writes what an export holds. Each call is one step that happens whole or not at all. */
export interface ImportTarget {
  /** Without what the memory before it in the session lent to it, if that one was deleted here. */
  withoutErasedWords(line: MemoryLine): Promise<MemoryLine>;
  putMemory(
    trail: Trail,
    line: MemoryLine,
    options: PutOptions,
  ): Promise<Outcome | { readonly taken: string }>;
  /** Part of the act that wrote its memory; false: that isn't this import's. */
  putVersion(line: VersionLine, options: PutOptions): Promise<boolean | "quota">;
  putSession(trail: Trail, line: SessionLine, options: PutOptions): Promise<Outcome>;
  putMessage(line: MessageLine, options: PutOptions): Promise<boolean | "quota">;
  putState(trail: Trail, line: StateLine, options: PutOptions): Promise<Outcome>;
  putStateVersion(line: StateVersionLine, options: PutOptions): Promise<boolean | "quota">;
  /** Notes it; false: it was noted before. Rejects with `quota_exceeded` if the namespace has as many notes as it may have. */
  putErased(trail: Trail, line: ErasedLine): Promise<boolean>;
  /** Whether this import wrote what the line says is gone: so it was in the file before. */
  isOwn(line: ErasedLine, importId: string): Promise<boolean>;
  /** Id or name of a memory or session, if it is still here and is from before it was deleted elsewhere. */
  leftOver(line: ErasedLine): Promise<string | undefined>;
  /** Keys of documents and names of entities that are here and that these lines mean, in the lines' order. */
  hashedLeft(lines: readonly ErasedLine[]): Promise<readonly ReadonlySet<string>[]>;
  /** Deletes one of them, unless it is from after the line's time; false: there was nothing to delete. */
  removeHashed(trail: Trail, line: ErasedLine, name: string, dryRun: boolean): Promise<boolean>;
  /** False: nothing of it is new. */
  putVotes(line: VotesLine, options: Pick<PutOptions, "dryRun">): Promise<boolean>;
  /** `endsAt`: when it has been kept long enough, milliseconds since the epoch. */
  putReceipt(line: ReceiptLine, endsAt: number, options: PutOptions): Promise<Outcome>;
  /** Whether an API key with this id was revoked here, in the last 400 days. */
  wasRevoked(keyId: string): Promise<boolean>;
  putAliases(trail: Trail, line: AliasesLine, options: PutOptions): Promise<Outcome>;
}

/** Exports and imports under way, each for some time after it was last worked on. */
export interface TransferJob {
  readonly keyId: string | null;
}

export interface JobStore<Job> {
  /**
   * Holds a place among the jobs of a key, of which there are `most`: that of one that has ended, or that got no part for an
   * hour and is forgotten now. False: there is none.
   */
  hold(id: string, keyId: string | null, most: number): Promise<boolean>;
  /** Gives the place back. */
  release(id: string, keyId: string | null): Promise<void>;
  /** It is kept for an hour, and longer from its first part on. */
  create(id: string, job: Job): Promise<void>;
  read(id: string): Promise<Job | undefined>;
  /** False, and nothing is written, unless it is still as it was read: another process went on with it, or it was erased. */
  write(id: string, before: Job, job: Job): Promise<boolean>;
}

export interface SettingsStore {
  get(namespace: string): Promise<{ readonly settings: Settings; readonly version: number }>;
}
