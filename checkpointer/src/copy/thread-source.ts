import type { BaseCheckpointSaver, CheckpointTuple } from "@langchain/langgraph-checkpoint";

/** Where in its thread a checkpoint is. */
export interface Place {
  /** Of the subgraph; `""`: the graph itself. */
  readonly namespace: string;
  readonly checkpointId: string;
}

/** A record of a source that makes none. */
export interface Unread {
  readonly kind: "failed" | "skipped";
  readonly where: string;
  readonly reason: string;
}

export interface ReadCheckpoint {
  readonly tuple: CheckpointTuple;
  /** Sentences about values that are kept in another form. */
  readonly kept: readonly string[];
}

/** What threads are copied from. */
export interface ThreadSource {
  threadIds(): Promise<readonly string[]>;
  /** What belongs to no thread. */
  unread(): Promise<readonly Unread[]>;
  places(threadId: string): Promise<readonly Place[]>;
  /**
   * Undefined: it has gone. Rejects with a {@link NotStoredError} for a checkpoint with a value that can't be carried over.
   *
   * @param place one that `places` gave
   */
  read(threadId: string, place: Place): Promise<ReadCheckpoint | undefined>;
}

/** Savers that search an index list at most so many, and don't say that there are more. */
const MOST_LISTED = 10_000;

export function saverSource(saver: BaseCheckpointSaver): ThreadSource {
  return {
    threadIds: () => listed(saver, {}, threadOf),
    unread: () => Promise.resolve([]),
    async places(threadId) {
      const places = await listed(saver, { thread_id: threadId }, ({ config }) =>
        JSON.stringify([
          config.configurable?.["checkpoint_id"],
          config.configurable?.["checkpoint_ns"] ?? "",
        ]),
      );
      return places.map((place) => {
        const [checkpointId, namespace] = JSON.parse(place) as [id: string, namespace: string];
        return { checkpointId, namespace };
      });
    },
    async read(threadId, { namespace, checkpointId }) {
      const configurable = { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpointId };
      const tuple = await saver.getTuple({ configurable });
      return tuple === undefined ? undefined : { tuple, kept: [] };
    },
  };
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
