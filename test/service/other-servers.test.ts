import { RedisSaver } from "@mneme/checkpointer";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { createClient } from "redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { packagedUnfit } from "../../scripts/downloads/packaged.js";
import { startRedis } from "../support/redis/start.js";
import { valkeyBinary } from "../support/redis/valkey.js";
import { failingStart } from "../support/service/service.js";

async function refusal(url: string): Promise<string> {
  const { code, output } = await failingStart({ REDIS_URL: url });
  expect(code).toBe(1);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  return output;
}

describe.skipIf(packagedUnfit() !== undefined)("a real Valkey", () => {
  test("is refused by its name and version, with what is needed; the checkpointer runs on it", async () => {
    const valkey = await startRedis({ binary: await valkeyBinary() });
    onTestFinished(() => valkey.stop());
    const output = await refusal(valkey.url);
    expect(output).toMatch(
      /Redis of REDIS_URL \(127\.0\.0\.1:\d+\) isn't supported: it is Valkey 9\.1\.2, which has no search and no JSON\. mneme needs Redis 8/,
    );
    // What it says to be compatible with is no version of its own.
    expect(output).not.toContain("7.2.4");

    await using saver = await RedisSaver.fromUrl(valkey.url);
    const checkpoint = {
      ...emptyCheckpoint(),
      channel_values: { answer: 42 },
      channel_versions: { answer: 1 },
    };
    const config = { configurable: { thread_id: "t", checkpoint_ns: "" } };
    const at = await saver.put(config, checkpoint, { source: "input", step: 1, parents: {} }, { answer: 1 });
    expect((await saver.getTuple(at))?.checkpoint.channel_values).toEqual({ answer: 42 });
  });
});

test("a node of a Redis Cluster is refused before anything is written to it", async () => {
  const node = await startRedis({ config: ["cluster-enabled yes"] });
  onTestFinished(() => node.stop());
  const client = createClient({ url: node.url });
  await client.connect();
  onTestFinished(() => client.destroy());
  await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
  expect(await refusal(node.url)).toMatch(
    /is a node of a Redis Cluster\. Name it as a cluster: redis\+cluster:/,
  );
  expect(await client.dbSize()).toBe(0);
});
