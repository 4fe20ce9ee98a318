import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import { eraseAnswers } from "../../../src/redis/idempotency/erase.js";
import { createAnswerStore } from "../../../src/redis/idempotency/index.js";
import { createKeys } from "../../../src/redis/keys.js";
import { newNamespace, pathOf, remember } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();
const client = createRedisClient({ url: inject("redisUrl") });
beforeAll(async () => void (await client.connect()));
afterAll(() => client.destroy());

const keys = createKeys(service.prefix);
const redis = createGateway(client, { timeoutMs: 10_000, onMissingIndex: () => {}, observe: () => {} });
const answers = createAnswerStore(redis, keys);

/** The store's own steps, with a deletion just before one of them reaches Redis. */
function interrupted(step: "noteAnswer" | "keepAnswer", deletion: () => Promise<void>) {
  const through = new Proxy(client, {
    get(target, name: keyof RedisClient) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      if (name !== step) return value.bind(target) as unknown;
      return async (...args: unknown[]) => {
        await deletion();
        return (value as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const gateway = { ...redis, run: <T>(work: (each: RedisClient) => Promise<T>) => work(through) };
  return createAnswerStore(gateway, keys);
}

const idOf = () => randomUUID().replaceAll("-", "").slice(0, 26).toUpperCase();

async function claimed(operation: string) {
  const claim = await answers.claim(operation, "request");
  if (claim.kind !== "claimed") throw new Error(claim.kind);
  return claim;
}

describe("an answer whose memory is deleted while its request is at work", () => {
  const interleavings = {
    "before the answer is kept": async (id: string, operation: string) => {
      const claim = await claimed(operation);
      await eraseAnswers({ redis, keys }, [id]);
      await answers.keep(operation, claim, "sealed", [id]);
    },
    "just before its ids are noted": async (id: string, operation: string) => {
      const store = interrupted("noteAnswer", () => eraseAnswers({ redis, keys }, [id]));
      await store.keep(operation, await claimed(operation), "sealed", [id]);
    },
    "after its ids are noted and before it is kept": async (id: string, operation: string) => {
      const store = interrupted("keepAnswer", () => eraseAnswers({ redis, keys }, [id]));
      await store.keep(operation, await claimed(operation), "sealed", [id]);
    },
    "after it is kept": async (id: string, operation: string) => {
      await answers.keep(operation, await claimed(operation), "sealed", [id]);
      await eraseAnswers({ redis, keys }, [id]);
    },
  };
  test.each(Object.entries(interleavings))("is erased: %s", async (_, run) => {
    const operation = randomUUID();
    await run(idOf(), operation);
    expect(await answers.claim(operation, "request")).toEqual({ kind: "erased" });
    expect(await client.pTTL(keys.answer(operation))).toBeGreaterThan(23 * 3600 * 1000);
  });

  test("is erased by another operation's deletion, though its own deleted the same later, and not by its own", async () => {
    const operation = randomUUID();
    for (const other of [true, false]) {
      const [subject, own] = [idOf(), other ? operation : randomUUID()];
      const claim = await claimed(own);
      if (other) await eraseAnswers({ redis, keys }, [subject], randomUUID());
      await eraseAnswers({ redis, keys }, [subject], own);
      await answers.keep(own, claim, "sealed", [subject]);
      expect((await answers.claim(own, "request")).kind).toBe(other ? "erased" : "answered");
    }
  });

  test("is erased where a process of an earlier release marks a later deletion with its time alone", async () => {
    const [operation, subject] = [randomUUID(), idOf()];
    const claim = await claimed(operation);
    await eraseAnswers({ redis, keys }, [subject], operation);
    // What such a process reads is a number, as it writes it.
    const mark = Number(await client.get(keys.answersGone(subject)));
    expect(Math.abs(mark - Date.now())).toBeLessThan(60_000);
    await client.set(keys.answersGone(subject), (mark + 1).toFixed(3), { expiration: "KEEPTTL" });
    await answers.keep(operation, claim, "sealed", [subject]);
    expect(await answers.claim(operation, "request")).toEqual({ kind: "erased" });
  });

  test("is erased among two thousand others that hold the memory", async () => {
    const id = idOf();
    const operations = Array.from({ length: 2000 }, () => randomUUID());
    await Promise.all(
      operations.map(async (each) => answers.keep(each, await claimed(each), "sealed", [id])),
    );
    await eraseAnswers({ redis, keys }, [id]);
    const left = await Promise.all(operations.map((each) => answers.claim(each, "request")));
    expect(new Set(left.map(({ kind }) => kind))).toEqual(new Set(["erased"]));
    expect(await client.exists(keys.answersOf(id))).toBe(0);
  });
});

test("an answer of a request that began after a deletion of something with the same name stays", async () => {
  const operation = randomUUID();
  await eraseAnswers({ redis, keys }, ["a document"]);
  await answers.keep(operation, await claimed(operation), "sealed", ["a document"]);
  expect(await answers.claim(operation, "request")).toMatchObject({ kind: "answered" });
});

test("an answer that shows a memory while the memory is deleted never repeats it", async () => {
  for (let round = 0; round < 40; round++) {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: `The vault code is 77${round}31.` });
    const options = { headers: { "idempotency-key": randomUUID() } };
    const restore = () => service.send("POST", `${pathOf(memory)}/restore`, { version: 1 }, options);
    const first = restore();
    await sleep((round % 10) * 0.7);
    expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
    await first;
    const again = await restore();
    expect([404, 410]).toContain(again.status);
    expect(again.text).not.toContain(`77${round}31`);
  }
});
