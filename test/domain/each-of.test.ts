import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { eachOf } from "../../src/domain/each-of.js";

test("work on each of several items is bounded, and reaches all", async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  await eachOf([5, 4, 3, 2, 1], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await sleep(item);
    running -= 1;
    done.push(item);
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  await eachOf([], 2, async () => expect.unreachable());
});

test("after a failure no other item is begun, and nothing is under way when it is thrown", async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error("the first one fails");
    await sleep(30);
    ended.push(item);
    if (item === 2) throw new Error("a later one fails too");
  };
  await expect(eachOf([1, 2, 3, 4, 5, 6], 3, work)).rejects.toThrow("the first one fails");
  expect(begun).toEqual([1, 2, 3]);
  expect(ended).toEqual([2, 3]);
});
