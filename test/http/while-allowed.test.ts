import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { whileAllowed } from "../../src/http/responses/while-allowed.js";

async function* slowly(): AsyncGenerator<number> {
  for (let item = 0; item < 100; item++) {
    await sleep(5);
    yield item;
  }
}

test("a long answer ends midway when its receiver's key has ended, and not before", async () => {
  let allowed = true;
  const taken: number[] = [];
  const taking = (async () => {
    for await (const item of whileAllowed(slowly(), async () => allowed, 10)) {
      taken.push(item);
      if (item === 20) allowed = false;
    }
  })();
  await expect(taking).rejects.toMatchObject({ code: "unauthenticated" });
  expect(taken.length).toBeGreaterThan(20);
  expect(taken.length).toBeLessThan(50);
});
