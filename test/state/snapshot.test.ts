import fc from "fast-check";
import { createClient } from "redis";
import { expect, test } from "vitest";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { startService, untilReady } from "../support/service/service.js";
import type { History } from "../support/acts/state.js";
import { readState, setState, statePath, transacted } from "../support/acts/state.js";

const MERGE = { headers: { "content-type": "application/merge-patch+json" } };

/** Of so many some are certain to be read one place off. */
const drawn = fc.sample(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { numRuns: 600, seed: 7 });
const [numbers, amounts, more] = [drawn.slice(0, 200), drawn.slice(200, 400), drawn.slice(400)];

test.each([
  { kept: "a snapshot", appendonly: false },
  { kept: "a rewritten append-only file", appendonly: true },
])(
  "what was written outlasts $kept to the last digit, whatever is done with it then",
  async (options) => {
    const redis = await startRedis({ appendonly: options.appendonly });
    const service = await startService({ REDIS_URL: redis.url });
    const client = createClient({ url: redis.url });
    client.on("error", () => {});
    await client.connect();
    const namespace = newNamespace();
    const raw = async (key: string): Promise<unknown> => {
      const [name = ""] = await client.keys(`${service.prefix}:state:*:${key}`);
      return client.json.get(name);
    };
    const send = async (method: string, key: string, body: unknown) =>
      bodyOf(await service.send(method, statePath(namespace, key), body, MERGE), 200);

    const value = { numbers, nested: { ['q"']: amounts }, plain: 1 };
    const keys = ["read", "path", "patched", "replaced", "deleted", "counted", "lasting"];
    for (const key of keys) await setState(service, namespace, key, value);
    await setState(service, namespace, "lasting", value, { ttl_seconds: 3600, sliding: true });
    await setState(service, namespace, "grown", { plain: 1 });
    await send("PATCH", "grown", { numbers });
    await setState(service, namespace, "sum", 0);
    const sum = numbers.reduce((total, by) => total + by, 0);
    for (let index = 0; index < numbers.length; index += 50) {
      const operations = numbers.slice(index, index + 50).map((by) => ({ op: "increment", key: "sum", by }));
      await transacted(service, namespace, { operations });
    }
    const before = await readState(service, namespace, "read");
    const { updated_at: written } = await readState(service, namespace, "sum");

    const load = async (): Promise<void> => {
      if (options.appendonly) {
        await client.bgRewriteAof();
        await expect
          .poll(() => client.info("persistence"))
          .toMatch(/aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/);
      } else await client.sendCommand(["SAVE"]);
      await redis.restart();
      await untilReady(service);
    };
    await load();

    // What Redis has is something else: without that, nothing would be shown here.
    expect(await raw("read")).not.toEqual(value);
    expect(await readState(service, namespace, "read")).toEqual(before);
    expect((await readState(service, namespace, "grown")).value).toEqual({ plain: 1, numbers });
    expect((await readState(service, namespace, "path", "?path=$.numbers")).value).toEqual([numbers]);
    expect(await raw("path")).toEqual(value);
    expect((await readState(service, namespace, "lasting", "?path=$.plain")).value).toEqual([1]);
    expect(Date.parse((await readState(service, namespace, "lasting")).expires_at ?? "")).toBeGreaterThan(
      Date.now(),
    );

    const patched = { ...value, more, plain: 2 };
    expect(await send("PATCH", "patched", { more, plain: 2 })).toMatchObject({ value: patched });
    await setState(service, namespace, "replaced", { plain: 1 });
    expect((await service.send("DELETE", statePath(namespace, "deleted"))).status).toBe(204);
    const [, , added] = await transacted(service, namespace, {
      operations: [
        { op: "set", key: "counted", path: "$.plain", value: 3 },
        { op: "increment", key: "counted", path: "$.numbers[0]", by: 0 },
        { op: "increment", key: "sum", by: 0.1 },
      ],
    });
    expect(added?.value).toBe(sum + 0.1);

    await load();
    expect((await readState(service, namespace, "patched")).value).toEqual(patched);
    expect((await readState(service, namespace, "counted")).value).toEqual({ ...value, plain: 3 });
    expect((await readState(service, namespace, "sum")).value).toBe(sum + 0.1);
    for (const key of ["replaced", "deleted", "counted"]) {
      const history = await service.send("GET", `${statePath(namespace, key)}/history`);
      const earlier = bodyOf<History>(history, 200).versions.at(-1);
      expect([key, earlier?.value]).toEqual([key, value]);
      const then = await readState(service, namespace, key, `?as_of=${written}`);
      expect(then.value).toEqual(value);
    }
    client.destroy();
    await service.stop();
    await redis.stop();
  },
  300_000,
);
