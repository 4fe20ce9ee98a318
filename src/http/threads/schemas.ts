import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { describeValue, newAllowance } from "../../threads/describe-value.js";
import type { ListedThread, StoredCheckpoint, Thread } from "../../threads/ports.js";
import type { ThreadDetail } from "../../threads/read-thread.js";
import { defaultInteger, namespace, orNull, text, timeView, iso, pathText } from "../openapi/primitives.js";

const threadNamespace = namespace.optional().openapi({
  description:
    "Namespace of the saver. Without it: threads of savers without a namespace, which needs a grant on `**`.",
});

export const threadParams = z.strictObject({
  id: pathText(LIMITS.threadIdBytes).openapi({ description: "The thread's id; percent-encoded in the URL." }),
});

export const threadParameters = z.strictObject({ namespace: threadNamespace });

export const threadListParameters = z.strictObject({
  namespace: threadNamespace,
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(8192).optional(),
});

export const checkpointParameters = z.strictObject({
  namespace: threadNamespace,
  checkpoint_ns: z.string().max(LIMITS.threadIdBytes).default("").openapi({
    description:
      "Namespace of the checkpoints, such as that of a subgraph's call. Defaults to the root graph's.",
  }),
  before: text(LIMITS.threadIdBytes)
    .optional()
    .openapi({ description: "Only checkpoints with an id below this one." }),
  limit: defaultInteger(1, LIMITS.checkpoints, 10),
});

const threadView = z.object({
  thread_id: z.string(),
  checkpoints: z.int().openapi({ description: "Number of checkpoints, including those of subgraphs." }),
  checkpoint_namespaces: z.array(z.string()),
  expires_at: timeView.nullable(),
});

const shown = z.unknown().openapi({
  type: ["object", "array", "string", "number", "boolean", "null"],
  description:
    "Any JSON value. Values that JSON can't express or that are too large are described by an object with `$type`.",
});

const checkpointView = z
  .object({
    id: z.string(),
    checkpoint_ns: z.string(),
    parent_id: z.string().nullable(),
    created_at: shown.openapi({
      description:
        "Time of the checkpoint as LangGraph stored it: any JSON value, usually an RFC 3339 string.",
    }),
    metadata: shown.openapi({
      description:
        "Metadata of the checkpoint as LangGraph stored it: any JSON value. Values that JSON can't express or that are too large are described by an object with `$type`.",
    }),
    values: z.record(z.string(), shown),
    pending_writes: z.array(z.object({ task_id: z.string(), channel: z.string(), value: shown })),
  })
  .openapi("Checkpoint");

export const threadPage = z
  .object({ threads: z.array(threadView.extend({ created_at: timeView })), cursor: z.string().nullable() })
  .openapi("ThreadPage");

export const threadDetailView = threadView
  .extend({
    latest: orNull(checkpointView).openapi({ description: "The root graph's newest checkpoint." }),
  })
  .openapi("Thread");

export const checkpointPage = z
  .object({
    checkpoints: z.array(checkpointView),
    before: z
      .string()
      .nullable()
      .openapi({ description: "`before` of the next page; null on the last page." }),
  })
  .openapi("CheckpointPage");

function viewThread({
  id,
  checkpoints,
  checkpointNamespaces,
  expiresAt,
}: Thread): z.infer<typeof threadView> {
  return {
    thread_id: id.toWellFormed(),
    checkpoints,
    checkpoint_namespaces: checkpointNamespaces.map((name) => name.toWellFormed()),
    expires_at: expiresAt === null ? null : iso(expiresAt),
  };
}

export function viewListedThread(thread: ListedThread) {
  return { ...viewThread(thread), created_at: iso(thread.createdAt) };
}

export function viewThreadDetail({ thread, latest }: ThreadDetail): z.infer<typeof threadDetailView> {
  const [checkpoint] = latest === undefined ? [] : viewCheckpoints([latest]);
  return { ...viewThread(thread), latest: checkpoint ?? null };
}

/** All checkpoints share the size limit of one answer. */
export function viewCheckpoints(checkpoints: readonly StoredCheckpoint[]): z.infer<typeof checkpointView>[] {
  const allowance = newAllowance();
  const show = (value: unknown) => describeValue(value, allowance);
  return checkpoints.map(({ id, namespace: ns, parentId, timestamp, metadata, values, writes }) => ({
    id: id.toWellFormed(),
    checkpoint_ns: ns.toWellFormed(),
    parent_id: parentId === null ? null : parentId.toWellFormed(),
    created_at: show(timestamp ?? null),
    metadata: show(metadata),
    values: Object.fromEntries(
      Object.entries(values).map(([channel, value]) => [channel.toWellFormed(), show(value)]),
    ),
    pending_writes: writes.map(({ taskId, channel, value }) => ({
      task_id: taskId.toWellFormed(),
      channel: channel.toWellFormed(),
      value: show(value),
    })),
  }));
}
