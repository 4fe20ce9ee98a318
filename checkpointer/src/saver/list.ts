import type { RunnableConfig } from "@langchain/core/runnables";
import type { CheckpointListOptions, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { readAddress, readCheckpointId, readNamespace } from "../config.js";
import type { Context } from "./context.js";
import { listCheckpoints } from "./list-checkpoints.js";
import { listThreads } from "./list-threads.js";

/**
 * A thread's checkpoints by descending id; without a thread those of every thread, one thread after the other, the
 * youngest thread first.
 */
export async function* list(
  context: Context,
  config: RunnableConfig,
  { limit = Infinity, before, filter = {} }: CheckpointListOptions,
): AsyncGenerator<CheckpointTuple> {
  const query = {
    namespace: readNamespace(config),
    checkpointId: readCheckpointId(config),
    before: before === undefined ? "" : readCheckpointId(before),
    filter,
  };
  let left = limit;
  for await (const threadId of threadIds(context, config)) {
    if (left <= 0) return;
    for await (const tuple of listCheckpoints(context, threadId, { ...query, limit: left })) {
      left -= 1;
      yield tuple;
    }
  }
}

async function* threadIds(context: Context, config: RunnableConfig): AsyncGenerator<string> {
  const address = readAddress(config);
  if (address !== undefined) {
    yield address.threadId;
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await listThreads(context, cursor === undefined ? {} : { cursor });
    for (const { threadId } of page.threads) yield threadId;
    ({ cursor } = page);
  } while (cursor !== undefined);
}
