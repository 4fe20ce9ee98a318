import { setTimeout as sleep } from "node:timers/promises";
import { RedisSaver } from "@mneme/checkpointer";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import { mneme } from "../support/acts/backup.js";
import { createItem, itemPath } from "../support/acts/items.js";
import {
  bodyOf,
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  remember,
} from "../support/acts/memories.js";
import { append, postMessages, sessionPath, user } from "../support/acts/sessions.js";
import { putState, setState, statePath } from "../support/acts/state.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let redis: TestRedis;
let admin: ReturnType<typeof createClient>;
let plain: Service;
let service: Service;

beforeAll(async () => {
  redis = await startRedis();
  admin = createClient({ url: redis.url });
  await admin.connect();
  plain = await startService({ REDIS_URL: redis.url });
  // A key with a limit: its requests are counted in Redis.
  service = as(plain, (await createKey(plain, { rate_limit_per_minute: 1_000_000 })).key);
});
afterAll(async () => {
  await plain.stop();
  admin.destroy();
  await redis.stop();
});

const room = async (maxmemory: "1" | "0"): Promise<void> =>
  void (await admin.configSet("maxmemory", maxmemory));

interface Deletion {
  readonly send: () => Promise<Answer>;
  /** Once there is room again. */
  readonly gone: () => Promise<boolean>;
}

const missing = async (path: string): Promise<boolean> => (await service.send("GET", path)).status === 404;

const DELETIONS: Readonly<Record<string, () => Promise<Deletion>>> = {
  "a memory with what was derived from it": async () => {
    const namespace = newNamespace();
    const source = await remember(service, namespace, { content: "The code is 5511." });
    const derived_from = [{ namespace, id: source.id, version: source.version }];
    const derived = await remember(service, namespace, { content: "There is a code.", derived_from });
    return {
      send: () => service.send("DELETE", pathOf(source)),
      gone: async () => (await missing(pathOf(source))) && missing(pathOf(derived)),
    };
  },
  "an item": async () => {
    const namespace = newNamespace();
    await createItem(service, namespace, "k");
    const path = itemPath(namespace, "k");
    return { send: () => service.send("DELETE", path), gone: () => missing(path) };
  },
  "a document of state": async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", { value: 1 });
    const path = statePath(namespace, "k");
    return { send: () => service.send("DELETE", path), gone: () => missing(path) };
  },
  "a session": async () => {
    const namespace = newNamespace();
    await append(service, namespace, "s", user("Hello!"));
    const path = sessionPath(namespace, "s");
    return { send: () => service.send("DELETE", path), gone: () => missing(path) };
  },
  "what a policy forgets": async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "The code is 5511." });
    return {
      send: () => service.send("POST", `/v1/namespaces/${namespace}/forget`, { policy: { keep_top: 0 } }),
      gone: async () => (await listAll(service, namespace)).length === 0,
    };
  },
  "a namespace": async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "The code is 5511." });
    await setState(service, namespace, "k", { value: 1 });
    return {
      send: () => service.send("DELETE", `/v1/namespaces/${namespace}`),
      gone: async () =>
        (await listAll(service, namespace)).length === 0 && missing(statePath(namespace, "k")),
    };
  },
  "a thread of a graph": async () => {
    const namespace = newNamespace();
    const saver = await RedisSaver.fromUrl(redis.url, { keyPrefix: `${plain.prefix}:graph`, namespace });
    const checkpoint = {
      v: 4,
      id: "1ef00000-0000-6000-8000-000000000001",
      ts: new Date().toISOString(),
      channel_values: {},
      channel_versions: {},
      versions_seen: {},
    };
    const metadata = { source: "input", step: -1, parents: {} } as const;
    await saver.put({ configurable: { thread_id: "t" } }, checkpoint, metadata, {});
    await saver.end();
    const path = `/v1/threads/t?namespace=${namespace}`;
    expect((await service.send("GET", path)).status).toBe(200);
    return { send: () => service.send("DELETE", path), gone: () => missing(path) };
  },
  "an API key": async () => {
    const { id } = await createKey(service, { agent: "leaver" });
    return {
      send: () => service.send("DELETE", `/v1/keys/${id}`),
      gone: () => missing(`/v1/keys/${id}`),
    };
  },
};

describe("a Redis whose memory is full", () => {
  test.each(Object.keys(DELETIONS))("still deletes %s", async (name) => {
    const deletion = await DELETIONS[name]?.();
    if (deletion === undefined) throw new Error(name);
    await room("1");
    try {
      const answer = await deletion.send();
      expect(answer.status, answer.text).toBeLessThan(300);
    } finally {
      await room("0");
    }
    expect(await deletion.gone()).toBe(true);
  });

  test("has done nothing of what it answered 507", async () => {
    const namespace = newNamespace();
    const refused: string[] = [];
    let [done, turn] = [0, 0];
    const write = async (word: string): Promise<void> => {
      const headers = { "idempotency-key": word };
      const kinds = [
        () => post(service, namespace, { content: word }, { headers }),
        () => putState(service, namespace, word, { value: word }),
        () => postMessages(service, namespace, word, [user(word)], { headers }),
        () => service.send("PUT", itemPath(namespace, word), { content: word }, { headers }),
      ];
      const { status } = (await kinds[turn++ % kinds.length]?.()) ?? { status: 0 };
      if (status === 507) refused.push(word);
      else if (status < 300) done += 1;
      else expect(status).toBeLessThan(300);
    };
    const flipping = { on: true };
    const flip = (async () => {
      while (flipping.on) {
        for (const size of ["1", "0"] as const) {
          await room(size);
          await sleep(3);
        }
      }
    })();
    try {
      for (let round = 0; round < 40; round++) {
        await Promise.all(Array.from({ length: 8 }, (_, index) => write(`word${round}x${index}`)));
      }
    } finally {
      flipping.on = false;
      await flip;
    }
    await room("0");
    expect({ done: done > 10, refused: refused.length > 10 }).toEqual({ done: true, refused: true });
    const stored = new Set((await listAll(service, namespace, { limit: 200 })).map(({ content }) => content));
    for (const word of refused) {
      expect(stored.has(word), `memory ${word}`).toBe(false);
      for (const path of [statePath(namespace, word), `${sessionPath(namespace, word)}/messages`]) {
        expect((await service.send("GET", path)).status, `${path} of ${word}`).toBe(404);
      }
    }
  });

  test("refuses what takes room, and answers a deletion of what isn't there", async () => {
    const namespace = newNamespace();
    await room("1");
    try {
      expect(await post(service, namespace, { content: "x" })).toMatchObject({
        status: 507,
        body: { code: "redis_out_of_memory" },
      });
      const path = `${memoriesOf(namespace)}/01JD8Q4V7K3W5N0R2T6Y9B1C4D`;
      expect((await service.send("DELETE", path)).status).toBe(404);
    } finally {
      await room("0");
    }
    expect(
      bodyOf<{ memories: unknown[] }>(await service.send("GET", memoriesOf(namespace)), 200).memories,
    ).toEqual([]);
  });
});

test("an erasure is accepted and done while Redis is full; its command waits, and no worker counts that as a failure", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The code is 5513." });
  const { key } = await createKey(service);
  await room("1");
  let heard = "";
  const erasing = mneme(plain, ["erase", "--namespace", namespace, "--json"], key, (stderr) => {
    heard = stderr;
  });
  try {
    await expect.poll(() => heard).toContain("The command waits.");
    // Workers have their turns meanwhile.
    await sleep(2_000);
  } finally {
    await room("0");
  }
  const erased = await erasing;
  expect(erased).toMatchObject({ code: 0 });
  expect(erased.stderr).toContain("Redis is out of memory. The command waits.");
  expect(JSON.parse(erased.stdout)).toMatchObject({ status: "complete", counts: { memories: 1 } });
  const { text } = await service.send("GET", "/metrics");
  expect(text).not.toMatch(/^mneme_worker_errors_total\{.*\} [1-9]/m);
  expect(plain.logs()).not.toMatch(/the \w+ worker failed/);
  expect(plain.logs()).toContain('"reason":"redis_out_of_memory"');
});
