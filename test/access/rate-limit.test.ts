import { afterAll, beforeAll, expect, test } from "vitest";
import { as, createKey, startTwo } from "../support/acts/access.js";
import type { CreatedKey } from "../support/acts/access.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

let services: readonly [Service, Service];
let root: CreatedKey;
beforeAll(async () => {
  ({ services, root } = await startTwo());
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const limits = ({ headers }: Answer) =>
  ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map((name) => headers.get(name));

test("a key makes exactly as many requests a minute as it may, over both processes", async () => {
  const { key } = await createKey(as(services[0], root.key), { agent: "busy", rate_limit_per_minute: 50 });
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      as(services[index % 2 === 0 ? 0 : 1], key).send("GET", "/v1/keys?limit=1"),
    ),
  );
  const passed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect([passed.length, refused.length]).toEqual([50, 14]);
  expect(passed.map((answer) => Number(limits(answer)[1])).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, index) => index),
  );
  for (const answer of answers) {
    expect(limits(answer)[0]).toBe("50");
    const reset = Number(limits(answer)[2]);
    expect(reset).toBeGreaterThanOrEqual(1);
    expect(reset).toBeLessThanOrEqual(60);
  }
  for (const answer of nonEmpty(refused)) {
    expect(answer.body).toMatchObject({ code: "rate_limited" });
    expect(answer.headers.get("retry-after")).toBe(limits(answer)[2]);
    expect(limits(answer)[1]).toBe("0");
  }
  // Others aren't held up by it.
  expect((await as(services[0], root.key).send("GET", "/v1/keys?limit=1")).status).toBe(200);
});

test("the headers are there also where a request is refused for another reason, and not without a limit", async () => {
  const { key } = await createKey(as(services[0], root.key), { agent: "a", rate_limit_per_minute: 9 });
  const refused = await as(services[1], key).send("POST", "/v1/recall", {});
  expect(refused.status).toBe(400);
  expect(limits(refused).slice(0, 2)).toEqual(["9", "8"]);
  expect(limits(await as(services[0], root.key).send("GET", "/v1/keys"))).toEqual([null, null, null]);
});

test("what is configured holds for keys that have no limit of their own", async () => {
  const service = await startService({
    MNEME_KEY_PREFIX: services[0].prefix,
    MNEME_RATE_LIMIT_PER_MINUTE: "3",
  });
  const own = await createKey(as(services[0], root.key), { agent: "own", rate_limit_per_minute: 5 });
  const none = await createKey(as(services[0], root.key), { agent: "none" });
  expect(limits(await as(service, own.key).send("GET", "/v1/keys"))[0]).toBe("5");
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) {
    statuses.push((await as(service, none.key).send("GET", "/v1/keys")).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  await service.stop();
});
