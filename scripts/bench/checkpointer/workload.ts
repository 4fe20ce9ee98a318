import type { RunnableConfig } from "@langchain/core/runnables";
import { uuid6 } from "@langchain/langgraph-checkpoint";
import type { BaseCheckpointSaver, ChannelVersions, Checkpoint } from "@langchain/langgraph-checkpoint";

const TEXT = "All that is gold does not glitter, not all those who wander are lost. ";

export const threadConfig = (threadId: string): RunnableConfig => ({
  configurable: { thread_id: threadId, checkpoint_ns: "" },
});

/** The same for every saver: a state of some kilobytes, of which each step changes a small part. */
export interface Thread {
  readonly threadId: string;
  /** Of the newest checkpoint. */
  config: RunnableConfig;
  checkpoint: Checkpoint;
  step: number;
}

export function startThread(threadId: string): Thread {
  return {
    threadId,
    config: threadConfig(threadId),
    checkpoint: {
      v: 4,
      id: uuid6(0),
      ts: new Date().toISOString(),
      channel_values: { profile: TEXT.repeat(20), step: 0, notes: [TEXT, TEXT] },
      channel_versions: { profile: 1, step: 1, notes: 1 },
      versions_seen: { __input__: {}, agent: { step: 1 }, tools: { notes: 1 } },
    },
    step: 0,
  };
}

/** Stores the next checkpoint of the thread. */
export async function putNext(saver: BaseCheckpointSaver, thread: Thread): Promise<void> {
  const step = thread.step++;
  const version = step + 1;
  const newVersions: ChannelVersions = step === 0 ? thread.checkpoint.channel_versions : { step: version };
  thread.checkpoint = {
    ...thread.checkpoint,
    id: uuid6(step),
    channel_values: { ...thread.checkpoint.channel_values, step },
    channel_versions: { ...thread.checkpoint.channel_versions, step: version },
  };
  thread.config = await saver.put(
    thread.config,
    thread.checkpoint,
    { source: "loop", step, parents: {} },
    newVersions,
  );
}

/** Stores what a task wrote at the thread's newest checkpoint: two channels. */
export async function putTaskWrites(saver: BaseCheckpointSaver, thread: Thread, task: string): Promise<void> {
  await saver.putWrites(
    thread.config,
    [
      ["step", thread.step],
      ["notes", [TEXT]],
    ],
    task,
    "~__pregel_pull, agent",
  );
}

export async function grow(saver: BaseCheckpointSaver, thread: Thread, length: number): Promise<void> {
  while (thread.step < length) {
    await putNext(saver, thread);
    await putTaskWrites(saver, thread, "task");
  }
}
