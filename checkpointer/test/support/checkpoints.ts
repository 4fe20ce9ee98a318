import type { RunnableConfig } from "@langchain/core/runnables";
import { emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import type {
  BaseCheckpointSaver,
  Checkpoint,
  CheckpointMetadata,
  CheckpointTuple,
} from "@langchain/langgraph-checkpoint";

export const METADATA: CheckpointMetadata = { source: "loop", step: 0, parents: {} };

export function at(threadId: string, namespace = "", checkpointId?: string): RunnableConfig {
  return {
    configurable: {
      thread_id: threadId,
      checkpoint_ns: namespace,
      ...(checkpointId === undefined ? {} : { checkpoint_id: checkpointId }),
    },
  };
}

/** A checkpoint whose channels all have the version 1. */
export function checkpointOf(values: Record<string, unknown>, id: string = uuid6(0)): Checkpoint {
  const versions = Object.fromEntries(Object.keys(values).map((name) => [name, 1]));
  return { ...emptyCheckpoint(), id, channel_values: values, channel_versions: versions };
}

/** Stores values as the child of what `config` names. */
export async function putValues(
  saver: BaseCheckpointSaver,
  config: RunnableConfig,
  values: Record<string, unknown>,
  metadata: CheckpointMetadata = METADATA,
): Promise<RunnableConfig> {
  const checkpoint = checkpointOf(values);
  return saver.put(config, checkpoint, metadata, checkpoint.channel_versions);
}

/** A chain of checkpoints, each with `n: 0, 1, 2 ...`; the oldest first. */
export async function putChain(
  saver: BaseCheckpointSaver,
  threadId: string,
  length: number,
  namespace = "",
): Promise<RunnableConfig[]> {
  const configs: RunnableConfig[] = [];
  for (let n = 0; n < length; n++) {
    const parent = configs.at(-1) ?? at(threadId, namespace);
    configs.push(await putValues(saver, parent, { n }, { ...METADATA, step: n }));
  }
  return configs;
}

export async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = [];
  for await (const item of items) array.push(item);
  return array;
}

export const idOf = ({ configurable }: RunnableConfig): string => String(configurable?.["checkpoint_id"]);
export const idsOf = (tuples: readonly CheckpointTuple[]): string[] =>
  tuples.map(({ config }) => idOf(config));
