import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDeadline } from "../../src/domain/deadline.js";
import { createLane } from "../../src/domain/lane.js";
import { DomainError } from "../../src/domain/errors.js";

/** Work that ends when it is told to. */
function held() {
  let end = (): void => {};
  const promise = new Promise<void>((resolve) => (end = resolve));
  return { promise, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a lane", () => {
  test("never does more at once than its width, does all that it took, and is empty in the end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { maxLength: 30 }),
        async (width, pieces) => {
          const lane = createLane({ width, waitMs: 60_000 });
          let running = 0;
          let most = 0;
          const outcomes = await Promise.allSettled(
            pieces.map(([caller, fails], index) =>
              lane.run(caller, async () => {
                most = Math.max(most, ++running);
                await settled();
                running--;
                if (fails) throw new Error(`${index}`);
                return index;
              }),
            ),
          );
          expect(most).toBeLessThanOrEqual(width);
          expect([lane.running, lane.waiting]).toEqual([0, 0]);
          expect(outcomes.map(({ status }) => status)).toEqual(
            pieces.map(([, fails]) => (fails ? "rejected" : "fulfilled")),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("gives the turn of one that can't be in time any more to one that can", async () => {
    const lane = createLane({ width: 1, waitMs: 60_000 });
    await lane.run("a", () => new Promise((resolve) => void setTimeout(resolve, 200)));
    const busy = held();
    const order: string[] = [];
    const work = (name: string) => async () => void order.push(`${name}, ${lane.running} running`);
    const running = lane.run("a", () => busy.promise);
    const all = [
      lane.run("a", work("late"), createDeadline(150)),
      lane.run("a", work("in time"), createDeadline(60_000)),
      lane.run("a", work("without a deadline")),
      lane.run("a", work("earlier"), createDeadline(30_000)),
    ];
    busy.end();
    await Promise.all([running, ...all]);
    expect(order).toEqual([
      "in time, 1 running",
      "earlier, 1 running",
      "late, 1 running",
      "without a deadline, 1 running",
    ]);
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
  });

  test("callers take turns: one with a single request doesn't wait for all of another's", async () => {
    const lane = createLane({ width: 1, waitMs: 60_000 });
    const order: string[] = [];
    const first = held();
    const work = (name: string) => async () => void order.push(name);
    const all = [
      lane.run("much", () => first.promise),
      ...["m1", "m2", "m3"].map((name) => lane.run("much", work(name))),
      lane.run("little", work("l1")),
    ];
    first.end();
    await Promise.all(all);
    expect(order).toEqual(["m1", "l1", "m2", "m3"]);
  });

  test("what can't begin in time is refused with the time to come back, and isn't done", async () => {
    let refusals = 0;
    const lane = createLane({ width: 1, waitMs: 20, onRefused: () => refusals++ });
    const first = held();
    const running = lane.run("a", () => first.promise);
    let done = false;
    const refused = await lane.run("a", async () => (done = true)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DomainError);
    expect(refused).toMatchObject({ code: "overloaded", retryAfterSeconds: expect.any(Number) });
    first.end();
    await running;
    await settled();
    expect([done, refusals, lane.running, lane.waiting]).toEqual([false, 1, 0, 0]);
    expect(await lane.run("a", async () => "served")).toBe("served");
  });

  test("a request whose turn won't come in time is refused at once", async () => {
    const lane = createLane({ width: 1, waitMs: 10_000 });
    // Each piece takes longer than what is left of the time, once some wait.
    await lane.run("a", () => new Promise((resolve) => setTimeout(resolve, 200)));
    const first = held();
    const all = [lane.run("a", () => first.promise)];
    const surplus: unknown[] = [];
    for (let count = 0; count < 200; count++) {
      all.push(lane.run("a", async () => {}).catch((error: unknown) => void surplus.push(error)));
    }
    await settled();
    expect(surplus[0]).toMatchObject({ code: "overloaded" });
    expect(lane.waiting).toBeLessThanOrEqual(50);
    first.end();
    await Promise.all(all);
  });

  test("after one piece that took very long, others may wait for their turn as before", async () => {
    const lane = createLane({ width: 4, waitMs: 200 });
    await lane.run("a", () => new Promise((resolve) => setTimeout(resolve, 1_000)));
    const first = held();
    const running = Array.from({ length: 4 }, () => lane.run("a", () => first.promise));
    const next = lane.run("a", async () => "served");
    first.end();
    expect(await next).toBe("served");
    await Promise.all(running);
  });

  test("where one caller may not have all places, others find one, and each gets its turn in the end", async () => {
    const lane = createLane({ width: 3, perCaller: 2, waitMs: 60_000 });
    const works = Array.from({ length: 4 }, held);
    const begun: string[] = [];
    const much = works.map((work, index) =>
      lane.run("much", () => {
        begun.push(`m${index}`);
        return work.promise;
      }),
    );
    const little = held();
    const other = lane.run("little", () => {
      begun.push("l");
      return little.promise;
    });
    await settled();
    expect(begun).toEqual(["m0", "m1", "l"]);
    little.end();
    await other;
    await settled();
    // A free place isn't for the caller that has two.
    expect([begun.length, lane.running, lane.waiting]).toEqual([3, 2, 2]);
    for (const work of works) work.end();
    await Promise.all(much);
    expect(begun).toEqual(["m0", "m1", "l", "m2", "m3"]);
    expect([lane.running, lane.waiting]).toEqual([0, 0]);
  });
});
