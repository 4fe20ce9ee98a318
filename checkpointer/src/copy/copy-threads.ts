import type { BaseCheckpointSaver, CheckpointTuple, PendingWrite } from "@langchain/langgraph-checkpoint";

export interface CopyThreadsOptions {
  /** Which threads to copy. Default: all that the source lists. */
  readonly threadIds?: readonly string[];
  /** Called after each thread. */
  readonly onThread?: (
    threadId: string,
    copied: { readonly checkpoints: number; readonly writes: number },
  ) => void;
}

export interface CopiedThreads {
  readonly threads: number;
  readonly checkpoints: number;
  readonly writes: number;
}

/** Savers that search an index list at most so many, and don't say that there are more. */
const MOST_LISTED = 10_000;

/**
 * Copies threads from any saver of LangGraph to another one, with subgraphs, pending interrupts and writes, under the same ids:
 * `copyThreads(officialSaver, RedisSaver.fromUrl(…))`. Each thread is copied oldest first through the savers' public
 * methods; one checkpoint is in memory at a time. A copy that was interrupted is simply run again: what is there is
 * written once more. The source is only read; let no graph write to a thread while it is copied.
 *
 * Rejects with a RangeError if the source lists 10,000 checkpoints or more, because some savers leave out the others: pass
 * `threadIds` then, and split threads that are so long.
 */
export async function copyThreads(
  from: BaseCheckpointSaver,
  to: BaseCheckpointSaver,
  { threadIds, onThread }: CopyThreadsOptions = {},
): Promise<CopiedThreads> {
  const total = { threads: 0, checkpoints: 0, writes: 0 };
  for (const threadId of threadIds ?? (await listed(from, {}, threadOf))) {
    const copied = await copyThread(from, to, threadId);
    if (copied.checkpoints === 0) continue;
    total.threads++;
    total.checkpoints += copied.checkpoints;
    total.writes += copied.writes;
    onThread?.(threadId, copied);
  }
  return total;
}

async function copyThread(from: BaseCheckpointSaver, to: BaseCheckpointSaver, threadId: string) {
  const places = await listed(from, { thread_id: threadId }, ({ config }) =>
    JSON.stringify([config.configurable?.["checkpoint_id"], config.configurable?.["checkpoint_ns"] ?? ""]),
  );
  let [checkpoints, writes] = [0, 0];
  // An id begins with its time: a parent comes before its children, and before the subgraphs that ran in it.
  for (const place of places.toSorted()) {
    const [checkpointId, namespace] = JSON.parse(place) as [id: string, namespace: string];
    const configurable = { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpointId };
    const tuple = await from.getTuple({ configurable });
    if (tuple === undefined) continue;
    writes += await copyCheckpoint(to, tuple, configurable);
    checkpoints++;
  }
  return { checkpoints, writes };
}

async function copyCheckpoint(
  to: BaseCheckpointSaver,
  { checkpoint, metadata, parentConfig, pendingWrites = [] }: CheckpointTuple,
  configurable: {
    readonly thread_id: string;
    readonly checkpoint_ns: string;
    readonly checkpoint_id: string;
  },
): Promise<number> {
  const parentId: unknown = parentConfig?.configurable?.["checkpoint_id"];
  const { checkpoint_id: _, ...place } = configurable;
  const parent = { ...place, ...(typeof parentId === "string" ? { checkpoint_id: parentId } : {}) };
  await to.put(
    { configurable: parent },
    checkpoint,
    metadata ?? { source: "fork", step: -1, parents: {} },
    checkpoint.channel_versions,
  );
  const tasks = new Map<string, PendingWrite[]>();
  for (const [taskId, channel, value] of pendingWrites) {
    tasks.set(taskId, [...(tasks.get(taskId) ?? []), [channel, value]]);
  }
  for (const [taskId, writes] of tasks) await to.putWrites({ configurable }, writes, taskId);
  return pendingWrites.length;
}

const threadOf = ({ config }: CheckpointTuple): string => String(config.configurable?.["thread_id"]);

/** Names of what a saver lists, each once. */
async function listed(
  from: BaseCheckpointSaver,
  configurable: { readonly thread_id?: string },
  nameOf: (tuple: CheckpointTuple) => string,
): Promise<string[]> {
  const names = new Set<string>();
  let count = 0;
  for await (const tuple of from.list({ configurable }, { limit: MOST_LISTED })) {
    names.add(nameOf(tuple));
    count++;
  }
  if (count >= MOST_LISTED) {
    throw new RangeError(
      `The source lists ${MOST_LISTED} checkpoints or more, and maybe not all of them: pass threadIds.`,
    );
  }
  return [...names];
}
