import { describe, expect, test } from "vitest";
import { createRedisClock } from "../../../src/redis/connection/clock.js";

/** A Redis whose clock and whose distance can be set; the reply takes the second half of the way. */
function setup() {
  const world = { time: 5_000, redis: 1_000_000_000_000, way: 0 };
  const clock = createRedisClock({
    monotonic: () => world.time,
    async askTime() {
      world.time += world.way / 2;
      const at = world.redis + world.time;
      world.time += world.way / 2;
      return [String(Math.floor(at / 1000)), String((at % 1000) * 1000)];
    },
  });
  return { world, clock };
}

describe("the clock by which everything ends", () => {
  test("is Redis's once Redis was asked, and goes on by itself", async () => {
    const { world, clock } = setup();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
    await clock.sync();
    expect(clock.now()).toBe(world.redis + world.time);
    world.time += 12_345;
    expect(clock.now()).toBe(world.redis + world.time);
  });

  test("is never ahead of Redis's, and doesn't move while an answer leaves it possible", async () => {
    const { world, clock } = setup();
    world.way = 300;
    await clock.sync();
    expect(clock.now()).toBe(world.redis + world.time - 150);
    world.way = 0;
    await clock.sync();
    expect(clock.now()).toBe(world.redis + world.time);
    world.way = 800;
    await clock.sync();
    expect(clock.now()).toBe(world.redis + world.time);
  });

  test("doesn't go back by what a measurement is wrong by, and follows a clock that was set back", async () => {
    const { world, clock } = setup();
    await clock.sync();
    const before = clock.now();
    world.redis -= 200;
    await clock.sync();
    expect(clock.now()).toBe(before);
    world.time += 500;
    expect(clock.now()).toBe(before + 300);
    world.redis -= 3_600_000;
    await clock.sync();
    expect(clock.now()).toBe(world.redis + world.time);
  });
});
