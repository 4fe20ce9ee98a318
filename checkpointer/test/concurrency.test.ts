import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { uuid6 } from "@langchain/langgraph-checkpoint";
import { describe, expect, inject, it } from "vitest";
import { at, checkpointOf, METADATA, putValues, toArray } from "./support/checkpoints.js";
import { randomPrefix } from "./support/random.js";
import { createSaver } from "./support/savers.js";

const WRITERS = 8;

describe("concurrency", () => {
  it("loses no write that races the checkpoint it belongs to", async () => {
    const saver = createSaver();
    for (let i = 0; i < 200; i++) {
      const checkpoint = checkpointOf({ n: i });
      const config = at("t", "", checkpoint.id);
      await Promise.all([
        saver.putWrites(config, [["a", 1]], "task-a"),
        saver.put(at("t"), checkpoint, METADATA, checkpoint.channel_versions),
        saver.putWrites(config, [["b", 2]], "task-b"),
      ]);
      expect((await saver.getTuple(config))?.pendingWrites).toEqual([
        ["task-a", "a", 1],
        ["task-b", "b", 2],
      ]);
    }
  });

  it("keeps what 8 writers on one thread store, and shows readers only whole checkpoints", async () => {
    const keyPrefix = randomPrefix();
    const shared = await putValues(createSaver({ keyPrefix }), at("t"), { base: "base" });
    const done = new AbortController();
    const write = async (writer: number): Promise<void> => {
      const saver = createSaver({ keyPrefix });
      let config = shared;
      for (let n = 0; n < 25; n++) {
        const list = Array.from({ length: 5 + n }, (_, i) => ({ writer, i, text: "x".repeat(80) }));
        const checkpoint = {
          ...checkpointOf({ list, count: list.length, writer, base: "base" }),
          channel_versions: { list: n + 1, count: n + 1, writer: n + 1, base: 1 },
        };
        const { base: _, ...versions } = checkpoint.channel_versions;
        config = await saver.put(config, checkpoint, { ...METADATA, step: n }, versions);
        await saver.putWrites(
          config,
          [
            ["a", n],
            ["b", n],
          ],
          `task-${writer}`,
        );
      }
    };
    const read = async (): Promise<void> => {
      const saver = createSaver({ keyPrefix });
      while (!done.signal.aborted) {
        for (const tuple of [
          await saver.getTuple(at("t")),
          ...(await toArray(saver.list(at("t"), { limit: 5 }))),
        ]) {
          const { list, count, writer, base } = tuple?.checkpoint.channel_values ?? {};
          expect(base).toBe("base");
          if (!Array.isArray(list)) continue;
          expect(list.length).toBe(count);
          expect(list.every((element) => element.writer === writer)).toBe(true);
          expect([0, 2]).toContain(tuple?.pendingWrites?.length);
        }
      }
    };
    const reading = Promise.all([read(), read()]);
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    done.abort();
    await reading;

    const tuples = await toArray(createSaver({ keyPrefix }).list(at("t")));
    expect(tuples.length).toBe(WRITERS * 25 + 1);
    expect(tuples.filter(({ pendingWrites }) => pendingWrites?.length === 2).length).toBe(WRITERS * 25);
  });

  it("lets the first of equal writes stay, and the last of special ones", async () => {
    const saver = createSaver();
    const config = await putValues(saver, at("t"), {});
    await Promise.all(
      Array.from({ length: WRITERS }, (_, i) =>
        saver.putWrites(
          config,
          [
            ["a", i],
            ["b", i],
          ],
          "task",
        ),
      ),
    );
    const writes = (await saver.getTuple(config))?.pendingWrites ?? [];
    expect(writes.length).toBe(2);
    expect(writes[0]?.[2]).toBe(writes[1]?.[2]);
    await saver.putWrites(config, [["__error__", "one"]], "task");
    await saver.putWrites(config, [["__error__", "two"]], "task");
    expect((await saver.getTuple(config))?.pendingWrites?.[0]).toEqual(["task", "__error__", "two"]);
  });

  it("gives every branch versions of its own", () => {
    const saver = createSaver();
    const versions = Array.from({ length: 1000 }, () => saver.getNextVersion(7.3));
    expect(new Set(versions).size).toBe(1000);
    for (const version of versions) expect(version).toBeGreaterThan(7.3);
    let version: number | undefined;
    for (let i = 0; i < 1000; i++) {
      const next = saver.getNextVersion(version);
      expect(next).toBeGreaterThan(version ?? 0);
      version = next;
    }
  });

  it("shows no torn checkpoint after kill -9 in the middle of a step", async () => {
    const killed = async (goal: number): Promise<void> => {
      const [keyPrefix, threadId] = [randomPrefix(), uuid6(0)];
      const child = fork(join(import.meta.dirname, "support", "busy-graph.mjs"), {
        env: { ...process.env, REDIS_URL: inject("redisUrl"), KEY_PREFIX: keyPrefix, THREAD_ID: threadId },
      });
      const exited = once(child, "exit");
      await new Promise<void>((resolve) => {
        child.on("message", (steps) => {
          if (Number(steps) >= goal) resolve();
        });
      });
      child.kill("SIGKILL");
      await exited;

      const tuples = await toArray(createSaver({ keyPrefix }).list(at(threadId)));
      expect(tuples.length).toBeGreaterThan(goal);
      for (const { checkpoint, parentConfig } of tuples) {
        const { list = [], count = 0 } = checkpoint.channel_values;
        expect(Array.isArray(list) && list.length).toBe(count);
        const parent = parentConfig?.configurable?.["checkpoint_id"];
        if (parent !== undefined) expect(tuples.some((tuple) => tuple.checkpoint.id === parent)).toBe(true);
      }
    };
    await Promise.all([1, 4, 9, 20].map(killed));
  });
});
