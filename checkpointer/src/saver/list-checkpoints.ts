import { isDeepStrictEqual } from "node:util";
import type { CheckpointMetadata, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Context } from "./context.js";
import { escapeField, namespaceField } from "./fields.js";
import { getTuples } from "./get-tuple.js";
import { asText, readReply } from "./reply.js";
import type { Reply } from "./reply.js";
import { asMetadata, readTuple } from "./tuple.js";

export interface ListQuery {
  /** Undefined: all of the thread's. */
  readonly namespace: string | undefined;
  /** Only this one, unless `''`. */
  readonly checkpointId: string;
  /** Only ids below this one, unless `''`. */
  readonly before: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly limit: number;
}

/** Checkpoints can be large, metadata is small. */
const PAGE = 20;
const METADATA_PAGE = 500;

/** The checkpoints of a thread, the one with the highest id first, a page of them in one command. */
export async function* listCheckpoints(
  context: Context,
  threadId: string,
  query: ListQuery,
): AsyncGenerator<CheckpointTuple> {
  if (query.limit <= 0) return;
  const filtered = Object.keys(query.filter).length > 0;
  yield* filtered || query.checkpointId !== ""
    ? matching(context, threadId, query)
    : all(context, threadId, query);
}

async function* all(context: Context, threadId: string, query: ListQuery): AsyncGenerator<CheckpointTuple> {
  let left = query.limit;
  for await (const reply of pages(context, threadId, query, "items", () => Math.min(left, PAGE))) {
    left -= reply.items.length;
    for (const item of reply.items) yield await readTuple(threadId, reply, item);
    if (left <= 0) return;
  }
}

/** Metadata is opaque to Redis, so it is read first, and the checkpoints only of what matches. */
async function* matching(
  context: Context,
  threadId: string,
  query: ListQuery,
): AsyncGenerator<CheckpointTuple> {
  let left = query.limit;
  for await (const reply of pages(context, threadId, query, "metadata", () => METADATA_PAGE)) {
    const found = await matchingMembers(reply, query);
    for (let from = 0; from < found.length; from += PAGE) {
      const tuples = await getTuples(context, threadId, found.slice(from, from + Math.min(PAGE, left)));
      left -= tuples.length;
      yield* tuples;
      if (left <= 0) return;
    }
  }
}

async function matchingMembers(
  reply: Reply,
  { checkpointId, filter }: ListQuery,
): Promise<[string, string][]> {
  const wanted = escapeField(checkpointId);
  const found: [string, string][] = [];
  for (const [namespace, id, metadata] of reply.items) {
    if (wanted !== "" && asText(id) !== wanted) continue;
    if (matches(asMetadata(await reply.load(metadata)), filter)) found.push([asText(namespace), asText(id)]);
  }
  return found;
}

function matches(metadata: CheckpointMetadata, filter: Readonly<Record<string, unknown>>): boolean {
  const has: ReadonlyMap<string, unknown> = new Map(Object.entries(metadata));
  return Object.entries(filter).every(([key, value]) => isDeepStrictEqual(has.get(key), value));
}

async function* pages(
  context: Context,
  threadId: string,
  { namespace, before }: ListQuery,
  what: "items" | "metadata",
  size: () => number,
): AsyncGenerator<Reply> {
  const { run, keys, ttl } = context;
  let after: [namespaceField: string, id: string] = ["", ""];
  for (;;) {
    const limit = size();
    const raw = await run("list", keys.thread(threadId), [
      ttl.onRead,
      namespace === undefined ? "" : namespaceField(namespace),
      escapeField(before),
      limit,
      ...after,
      what,
    ]);
    const reply = readReply(context, threadId, raw);
    yield reply;
    const last = reply.items.at(-1);
    if (last === undefined || reply.items.length < limit) return;
    after = [asText(last[0]), asText(last[1])];
  }
}
