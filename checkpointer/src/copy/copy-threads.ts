import type { BaseCheckpointSaver, CheckpointTuple, PendingWrite } from "@langchain/langgraph-checkpoint";
import { toConfig } from "../config.js";
import { channelNamed } from "../saver/fields.js";
import { NotStoredError, notStored } from "../saver/lossless.js";
import { deltaChannels } from "../saver/put.js";
import { saverSource } from "./thread-source.js";
import type { Place, ThreadSource } from "./thread-source.js";

export interface CopyThreadsOptions {
  /** Which threads to copy. Default: all that the source lists. */
  readonly threadIds?: readonly string[];
  /** Reads and converts everything, and looks what the target has, but writes nothing. The counts are what it would write. */
  readonly dryRun?: boolean;
  /** Called after each thread. */
  readonly onThread?: (
    threadId: string,
    copied: { readonly checkpoints: number; readonly writes: number },
  ) => void;
  /**
   * Called for each record that isn't copied (`failed`, `skipped`) or in which a value has another form (`kept`). Default: the
   * first one that fails ends the copy.
   */
  readonly onProblem?: (problem: CopyProblem) => void;
}

export interface CopyProblem {
  readonly kind: "failed" | "skipped" | "kept";
  /** The place of the record: a thread, namespace and checkpoint; the namespace and key of an item; or a key of Redis. */
  readonly where: string;
  readonly reason: string;
}

export interface CopiedThreads {
  readonly threads: number;
  /** Checkpoints that were written. */
  readonly checkpoints: number;
  /** Their writes. */
  readonly writes: number;
  /** Checkpoints that the target had, with all their writes: they stay as they are there. */
  readonly seen: number;
  /** Values of checkpoints that are kept in another form. */
  readonly kept: number;
  /** Records of the source that belong to nothing. */
  readonly skipped: number;
  /** Checkpoints that couldn't be copied. */
  readonly failed: number;
}

type Counts = { -readonly [Name in keyof CopiedThreads]: CopiedThreads[Name] };

interface Copy {
  readonly from: ThreadSource;
  readonly to: BaseCheckpointSaver;
  readonly dryRun: boolean;
  readonly onProblem: CopyThreadsOptions["onProblem"];
}

/**
 * Copies threads from any saver of LangGraph, or from LangGraph for Python's Redis, to a saver, with subgraphs, pending
 * interrupts and writes, under the same ids: `copyThreads(officialSaver, RedisSaver.fromUrl(…))`. Each thread is copied
 * oldest first through the savers' public methods; one checkpoint is in memory at a time. A copy that was interrupted is
 * simply run again: what the target has is seen, and left as it is. The source is only read; let no graph write to a
 * thread while it is copied.
 *
 * Rejects with a RangeError if a saver lists 10,000 checkpoints or more, because some savers leave out the others: pass
 * `threadIds` then, and split threads that are so long. Without `onProblem`, rejects with a TypeError for the first
 * checkpoint with a value that can't be carried over.
 */
export async function copyThreads(
  from: BaseCheckpointSaver | ThreadSource,
  to: BaseCheckpointSaver,
  { threadIds, dryRun = false, onThread, onProblem }: CopyThreadsOptions = {},
): Promise<CopiedThreads> {
  const source = "threadIds" in from ? from : saverSource(from);
  const copy = { from: source, to, dryRun, onProblem };
  const total = { threads: 0, checkpoints: 0, writes: 0, seen: 0, kept: 0, skipped: 0, failed: 0 };
  for (const { kind, where, reason } of await source.unread()) {
    if (kind === "failed" && onProblem === undefined) throw notStored(where, reason);
    total[kind]++;
    onProblem?.({ kind, where, reason });
  }
  for (const threadId of threadIds ?? (await source.threadIds())) {
    const before = { ...total };
    if (!(await copyThread(copy, threadId, total))) continue;
    total.threads++;
    onThread?.(threadId, {
      checkpoints: total.checkpoints - before.checkpoints,
      writes: total.writes - before.writes,
    });
  }
  return total;
}

/** Whether the source has it. */
async function copyThread(copy: Copy, threadId: string, total: Counts): Promise<boolean> {
  const { from, onProblem } = copy;
  const places = await from.places(threadId);
  const failed = new Set<string>();
  // An id begins with its time: a parent comes before its children, and before the subgraphs that ran in it.
  for (const place of places.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))) {
    const where = `thread ${JSON.stringify(threadId)}, namespace ${JSON.stringify(place.namespace)}, checkpoint ${place.checkpointId}`;
    try {
      const read = await from.read(threadId, place);
      if (read === undefined) continue;
      refuseWithoutParent(read.tuple, place, failed);
      const written = await copyCheckpoint(copy, read.tuple, threadId, place);
      if (written === undefined) total.seen++;
      else {
        total.checkpoints++;
        total.writes += written;
      }
      total.kept += read.kept.length;
      for (const reason of read.kept) onProblem?.({ kind: "kept", where, reason });
    } catch (error) {
      if (onProblem === undefined || !(error instanceof NotStoredError)) throw error;
      total.failed++;
      failed.add(nameOf(place));
      onProblem({ kind: "failed", where, reason: error.message });
    }
  }
  return places.length > 0;
}

const nameOf = ({ namespace, checkpointId }: Place): string => JSON.stringify([checkpointId, namespace]);

/** A value that is made of the ancestors' writes would be made of fewer. */
function refuseWithoutParent(
  tuple: CheckpointTuple,
  { namespace }: Place,
  failed: ReadonlySet<string>,
): void {
  const parentId = parentOf(tuple);
  if (parentId === undefined || !failed.has(nameOf({ namespace, checkpointId: parentId }))) return;
  const [channel] = tuple.metadata === undefined ? [] : deltaChannels(tuple.checkpoint, tuple.metadata);
  if (channel !== undefined)
    throw notStored(channelNamed(channel), "it is made of what was written before, which wasn't copied.");
}

/** How many writes it had; undefined: the target has it with all of them. */
async function copyCheckpoint(
  { to, dryRun }: Copy,
  tuple: CheckpointTuple,
  threadId: string,
  { namespace, checkpointId }: Place,
): Promise<number | undefined> {
  const { checkpoint, metadata, pendingWrites = [] } = tuple;
  const config = toConfig(threadId, namespace, checkpointId);
  const tasks = new Map<string, PendingWrite[]>();
  for (const [taskId, channel, value] of pendingWrites) {
    tasks.set(taskId, [...(tasks.get(taskId) ?? []), [channel, value]]);
  }
  const there = await to.getTuple(config);
  const missing = there === undefined ? tasks : missingIn(there, tasks);
  if (there !== undefined && missing.size === 0) return undefined;
  if (dryRun) return pendingWrites.length;
  if (there === undefined) {
    const parentId = parentOf(tuple);
    const place = { thread_id: threadId, checkpoint_ns: namespace };
    await to.put(
      { configurable: parentId === undefined ? place : { ...place, checkpoint_id: parentId } },
      checkpoint,
      metadata ?? { source: "fork", step: -1, parents: {} },
      checkpoint.channel_versions,
    );
  }
  for (const [taskId, writes] of missing) await to.putWrites(config, writes, taskId);
  return pendingWrites.length;
}

function parentOf({ parentConfig }: CheckpointTuple): string | undefined {
  const id: unknown = parentConfig?.configurable?.["checkpoint_id"];
  return typeof id === "string" ? id : undefined;
}

/** Tasks of which the target lacks writes: it may have more, where its thread has gone on. */
function missingIn(
  { pendingWrites = [] }: CheckpointTuple,
  tasks: ReadonlyMap<string, PendingWrite[]>,
): Map<string, PendingWrite[]> {
  const there = new Map<string, number>();
  for (const [taskId] of pendingWrites) there.set(taskId, (there.get(taskId) ?? 0) + 1);
  return new Map([...tasks].filter(([taskId, writes]) => writes.length > (there.get(taskId) ?? 0)));
}
