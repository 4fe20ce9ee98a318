import type { RunnableConfig } from "@langchain/core/runnables";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import type {
  BaseCheckpointSaver,
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
} from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../../test/support/run/long.js";
import { at, toArray } from "./support/checkpoints.js";
import { randomPrefix } from "./support/random.js";
import { createSaver } from "./support/savers.js";

const THREADS = ["a", "a:b", "*"];
const NAMESPACES = ["", "sub", "sub:1"];
const CHANNELS = ["x", "y", "list"];
// Not __pregel_tasks: MemorySaver gives the pending sends of an old format in the order in which they were stored.
const WRITE_CHANNELS = [...CHANNELS, "__error__", "__interrupt__", "__resume__"];

const value = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.record({ text: fc.constantFrom("a".repeat(90), "b".repeat(90), "c") }), { maxLength: 8 }),
);
const thread = fc.constantFrom(...THREADS);
const namespace = fc.constantFrom(...NAMESPACES);
/** Which of the stored checkpoints of a namespace is meant, counted from the newest; none if there are not so many. */
const pick = fc.nat(5);

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant("put" as const),
      thread,
      namespace,
      parent: pick,
      changes: fc.dictionary(fc.constantFrom(...CHANNELS), value, { noNullPrototype: true }),
      source: fc.constantFrom("input" as const, "loop" as const),
      flag: fc.boolean(),
      format: fc.constantFrom(4, 4, 4, 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constant("putWrites" as const),
      thread,
      namespace,
      target: pick,
      writes: fc.array(fc.tuple(fc.constantFrom(...WRITE_CHANNELS), value), { maxLength: 4 }),
      task: fc.constantFrom("t1", "t2", "t3"),
      path: fc.constantFrom("", "~p1", "~p2"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("deleteThread" as const), thread }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** What a graph knows when it stores the next checkpoint: the one it goes on from. */
interface Stored {
  readonly id: string;
  readonly values: Record<string, unknown>;
  readonly versions: ChannelVersions;
}

/** Does the same to all savers. Ids ascend, as those of a graph do. */
function createDriver(savers: readonly BaseCheckpointSaver[]) {
  const stored = new Map<string, Stored[]>();
  let count = 0;
  const of = (threadId: string, ns: string): Stored[] => {
    const key = JSON.stringify([threadId, ns]);
    const list = stored.get(key) ?? [];
    stored.set(key, list);
    return list;
  };

  return async (step: Operation): Promise<void> => {
    if (step.verb === "deleteThread") {
      for (const saver of savers) await saver.deleteThread(step.thread);
      for (const ns of NAMESPACES) of(step.thread, ns).length = 0;
      return;
    }
    const list = of(step.thread, step.namespace);
    if (step.verb === "putWrites") {
      const target = list.at(-1 - step.target);
      if (target === undefined) return;
      const config = at(step.thread, step.namespace, target.id);
      for (const saver of savers) await saver.putWrites(config, step.writes, step.task, step.path);
      return;
    }
    const parent = list.at(-1 - step.parent);
    const newVersions: ChannelVersions = {};
    for (const name of Object.keys(step.changes)) newVersions[name] = ++count;
    const id = `id-${String(++count).padStart(6, "0")}`;
    const values = { ...parent?.values, ...step.changes };
    const versions = { ...parent?.versions, ...newVersions };
    list.push({ id, values, versions });
    const checkpoint: Checkpoint = {
      v: step.format,
      id,
      ts: `ts-${id}`,
      versions_seen: { node: versions },
      channel_values: values,
      channel_versions: versions,
    };
    const metadata: CheckpointMetadata<{ flag: boolean }> = {
      source: step.source,
      step: list.length,
      parents: {},
      flag: step.flag,
    };
    const config = at(step.thread, step.namespace, parent?.id);
    for (const saver of savers) await saver.put(config, checkpoint, metadata, newVersions);
  };
}

const query = fc.record({
  thread: fc.option(thread, { nil: undefined }),
  namespace: fc.option(namespace, { nil: undefined }),
  limit: fc.option(fc.nat(6), { nil: undefined }),
  before: fc.option(fc.nat(60), { nil: undefined }),
  filter: fc.option(
    fc.record({ source: fc.constantFrom("input", "loop"), flag: fc.boolean() }, { requiredKeys: [] }),
    { nil: undefined },
  ),
});
type Query = typeof query extends fc.Arbitrary<infer T> ? T : never;

async function ask(saver: BaseCheckpointSaver, { thread: id, namespace: ns, limit, before, filter }: Query) {
  const config: RunnableConfig = {
    configurable: {
      ...(id === undefined ? {} : { thread_id: id }),
      ...(ns === undefined ? {} : { checkpoint_ns: ns }),
    },
  };
  const tuples = await toArray(
    saver.list(config, {
      ...(limit === undefined ? {} : { limit }),
      ...(filter === undefined ? {} : { filter }),
      ...(before === undefined ? {} : { before: at("", "", `id-${String(before).padStart(6, "0")}`) }),
    }),
  );
  // MemorySaver lists one namespace after the other; which checkpoints a limit leaves is then not defined.
  if (id === undefined || ns === undefined) return limit === undefined ? sorted(tuples) : tuples.length;
  return tuples;
}

const sorted = <T>(items: readonly T[]): T[] =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

it("answers as MemorySaver does, whatever was done before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 40 }),
      fc.array(query, { minLength: 1, maxLength: 6 }),
      async (operations, queries) => {
        const [saver, memory] = [createSaver({ keyPrefix: randomPrefix() }), new MemorySaver()];
        const drive = createDriver([saver, memory]);
        for (const step of operations) await drive(step);

        for (const threadId of THREADS) {
          for (const ns of NAMESPACES) {
            expect(await saver.getTuple(at(threadId, ns))).toEqual(await memory.getTuple(at(threadId, ns)));
            for (const tuple of await toArray(memory.list(at(threadId, ns)))) {
              expect(await saver.getTuple(tuple.config)).toEqual(tuple);
              const delta = { config: tuple.config, channels: ["x", "list", "never"] };
              expect(await saver.getDeltaChannelHistory(delta)).toEqual(
                await memory.getDeltaChannelHistory(delta),
              );
            }
          }
        }
        for (const one of queries) expect(await ask(saver, one)).toEqual(await ask(memory, one));
      },
    ),
    { numRuns: runs(100) },
  );
});
