import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, describe, expect, test } from "vitest";
import { createClock } from "../../scripts/test-faults/clock.js";
import type { Memory } from "../support/acts/memories.js";
import { tell } from "../support/acts/facts.js";
import {
  bodyOf,
  listAll,
  newNamespace,
  pathOf,
  read,
  recall,
  remember,
  revise,
} from "../support/acts/memories.js";
import type { History, State } from "../support/acts/state.js";
import { getState, readState, setState, statePath, transacted } from "../support/acts/state.js";
import { startRedis } from "../support/redis/start.js";
import { startService } from "../support/service/service.js";

const HOUR_S = 3_600;
const clock = createClock();

/** Debian's package libfaketime shifts the clock of a real Redis. */
describe.skipIf(clock === undefined)("Redis's clock, put ahead and back", async () => {
  if (clock === undefined) return;
  const redis = await startRedis({ clock: clock.file });
  const client = createClient({ url: redis.url });
  await client.connect();
  const service = await startService({ REDIS_URL: redis.url });
  afterAll(async () => {
    await service.stop();
    client.destroy();
    await redis.stop();
  });

  async function redisNow(): Promise<number> {
    const [seconds, micros] = await client.sendCommand<[string, string]>(["TIME"]);
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** Resolves when Redis and the service both have the time. */
  async function shift(seconds: number): Promise<void> {
    clock?.shift(seconds);
    const there = (time: number) => Math.abs(time - Date.now() - seconds * 1000) < 60_000;
    while (!there(await redisNow())) await sleep(20);
    const path = statePath(newNamespace(), "k");
    const asked = async () => {
      const asOf = new Date(Date.now() + (seconds - 60) * 1000).toISOString();
      return (await service.send("GET", `${path}?as_of=${encodeURIComponent(asOf)}`)).status;
    };
    expect(await asked()).toBe(404);
    // The service asks for the time every second.
    for (;;) {
      const memory = await remember(service, newNamespace(), { content: "What time is it?" });
      if (there(Date.parse(memory.recorded_at))) return;
      await sleep(50);
    }
  }

  /** A time that is over for Redis and for the service, which follows Redis's clock from behind; not before another one. */
  async function over(least = 0): Promise<number> {
    const now = Math.max(await redisNow(), least);
    while ((await redisNow()) <= now) await sleep(1);
    const path = `${statePath(newNamespace(), "k")}?as_of=${encodeURIComponent(new Date(now).toISOString())}`;
    while ((await service.send("GET", path)).status === 400) await sleep(10);
    return now;
  }

  const asOf = async (namespace: string, time: number): Promise<unknown> => {
    const answer = await getState(service, namespace, "k", `?as_of=${new Date(time).toISOString()}`);
    return answer.status === 404 ? undefined : bodyOf<State>(answer, 200).value;
  };

  test("as-of reads of state answer the latest write, whichever way the clock goes", async () => {
    const namespace = newNamespace();
    const late = newNamespace();
    const gone = newNamespace();
    await setState(service, namespace, "k", "before");
    await setState(service, gone, "k", "before");
    const times: [time: number, value: unknown][] = [];
    const note = async (value: unknown) => {
      const now = await over();
      expect(await asOf(namespace, now)).toBe(value);
      times.push([now, value]);
    };
    await note("before");

    await shift(HOUR_S);
    for (const value of ["ahead 1", "ahead 2"]) {
      await setState(service, namespace, "k", value);
      expect(await asOf(namespace, await over())).toBe(value);
    }
    await setState(service, late, "k", "ahead");
    await service.send("DELETE", statePath(gone, "k"));
    await shift(0);
    await note("ahead 2");
    expect(await asOf(late, await over())).toBe("ahead");
    expect(await asOf(gone, await over())).toBeUndefined();

    // Its time is still to come for the stream of changes, but not for the document.
    for (const value of ["back 1", "back 2"]) {
      const written = await setState(service, namespace, "k", value);
      expect(Math.abs(Date.parse(written.updated_at) - (await redisNow()))).toBeLessThan(HOUR_S * 500);
      await note(value);
    }
    await transacted(service, namespace, {
      operations: [
        { op: "delete", key: "k" },
        { op: "set", key: "k", value: "back 3" },
      ],
    });
    await note("back 3");
    await setState(service, gone, "k", "back");
    expect(await asOf(gone, await over())).toBe("back");

    for (const [time, value] of times) expect(await asOf(namespace, time)).toBe(value);

    await shift(-HOUR_S);
    await setState(service, namespace, "k", "far back");
    expect(await asOf(namespace, await over())).toBe("far back");
    await shift(0);
    await setState(service, namespace, "k", "now");
    await note("now");

    const { versions } = bodyOf<History>(await getState(service, namespace, "k", "/history"), 200);
    expect(versions.map(({ op, value }) => (op === "delete" ? "-" : value))).toEqual(
      ["before", "ahead 1", "ahead 2", "back 1", "back 2", "-", "back 3", "far back", "now"].toReversed(),
    );
    expect(versions.map(({ version }) => version)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const written = versions.map(({ updated_at: at }) => Date.parse(at));
    expect(written).toEqual(written.toSorted((one, other) => other - one));
    expect(await readState(service, namespace, "k")).toMatchObject({ value: "now", version: 9 });
  });

  test("a fact without a date closes what was told while the clock was ahead", async () => {
    const namespace = newNamespace();
    const says = (object: string) =>
      tell(service, namespace, ["Mara", "lives_in", object], { cardinality: "one" });
    const homes = async () => {
      const all = await listAll(service, namespace, { fact_predicate: "lives_in" });
      return Object.fromEntries(
        all.map(({ fact, valid_from: from, valid_to: to }) => [fact?.object, [from, to]]),
      );
    };
    const graz = await says("Graz");
    await shift(HOUR_S);
    const linz = await says("Linz");
    await shift(0);
    const wien = await says("Wien");
    // Told ahead, it begins at a time to come, and ends there too.
    const told = {
      Graz: [graz.valid_from, wien.valid_from],
      Linz: [linz.valid_from, linz.valid_from],
    };
    expect(wien.valid_to).toBeNull();
    expect(await homes()).toEqual({ ...told, Wien: [wien.valid_from, null] });
    const steyr = await says("Steyr");
    expect(await homes()).toEqual({
      ...told,
      Wien: [wien.valid_from, steyr.valid_from],
      Steyr: [steyr.valid_from, null],
    });
  });

  test("as-of reads of a memory find its latest version after the clock was put back", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "The lift is new." });
    await shift(HOUR_S);
    const second = await revise(service, first, { content: "The lift is broken." });
    const third = await revise(service, second, { content: "The lift is being repaired." });
    await shift(0);
    const asOfNow = async (time: number) =>
      bodyOf<Memory>(
        await service.send("GET", `${pathOf(first)}?as_of=${new Date(time).toISOString()}`),
        200,
      );
    expect(await asOfNow(await over())).toMatchObject({ content: "The lift is being repaired." });
    const fourth = await revise(service, third, { content: "The lift works." });
    expect(Math.abs(Date.parse(fourth.updated_at) - Date.now())).toBeLessThan(HOUR_S * 500);
    const then = await over(Date.parse(fourth.updated_at));
    const fifth = await revise(service, fourth, { content: "The lift works again." });
    expect(await asOfNow(then)).toMatchObject({ content: "The lift works.", version: 4 });
    const last = await over(Date.parse(fifth.updated_at));
    expect(await asOfNow(last)).toMatchObject({ content: "The lift works again.", version: 5 });
    expect(await asOfNow(Date.parse(first.updated_at))).toMatchObject({ content: "The lift is new." });
    const found = await recall(service, {
      namespaces: [namespace],
      query: "lift",
      as_of: new Date(then).toISOString(),
    });
    expect(found.hits.map(({ memory: { version } }) => version)).toEqual([4]);
    expect(await read(service, first)).toMatchObject({ version: fifth.version });
  });
});
