import type { RunnableConfig } from "@langchain/core/runnables";
import { getCheckpointId } from "@langchain/langgraph-checkpoint";

/** The checkpoint that a config addresses. */
export interface Address {
  readonly threadId: string;
  readonly namespace: string;
  /** `''`: the newest one. */
  readonly checkpointId: string;
}

/** Undefined when no thread is named. */
export function readAddress(config: RunnableConfig): Address | undefined {
  const threadId = readText(config, "thread_id");
  if (threadId === undefined || threadId === "") return undefined;
  return {
    threadId,
    namespace: readText(config, "checkpoint_ns") ?? "",
    checkpointId: readCheckpointId(config),
  };
}

export function requireAddress(config: RunnableConfig): Address {
  const address = readAddress(config);
  if (address === undefined) {
    throw new TypeError('The checkpointer needs a thread: set "thread_id" in config.configurable.');
  }
  return address;
}

/** Reads the id, also under its old name `thread_ts`. */
export function readCheckpointId(config: RunnableConfig): string {
  const id: unknown = getCheckpointId(config);
  if (typeof id !== "string") throw notText("checkpoint_id", id);
  return id;
}

export function readNamespace(config: RunnableConfig): string | undefined {
  return readText(config, "checkpoint_ns");
}

export function toConfig(threadId: string, namespace: string, checkpointId: string): RunnableConfig {
  return { configurable: { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpointId } };
}

function readText(config: RunnableConfig, name: string): string | undefined {
  const value: unknown = config.configurable?.[name];
  if (value === undefined || typeof value === "string") return value;
  throw notText(name, value);
}

// A number would come back as a string, and compare as another thread.
function notText(name: string, value: unknown): TypeError {
  return new TypeError(
    `config.configurable.${name} must be a string, not ${value === null ? "null" : typeof value}.`,
  );
}
