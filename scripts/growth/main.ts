// node scripts/run.mjs growth [--calls N] [--write]: how many bytes each kind of call leaves behind in Redis.
import { parseArgs } from "node:util";
import { createRedisClient } from "../../src/redis/connection/client.js";
import type { RedisClient } from "../../src/redis/connection/client.js";
import { modelFolder } from "../downloads/local-model.js";
import { writeBlock } from "../figures/write-block.js";
import { startService } from "../harness/service.js";
import { table } from "../harness/table.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { CALLS, fill } from "./calls.js";
import type { Send } from "./calls.js";
import { KINDS, kindOf } from "./kinds.js";

const PREFIX = "growth";

async function main(): Promise<void> {
  const { calls, write } = parse(process.argv.slice(2));
  const env = loadEnv();
  const model = { MNEME_MODEL_DIR: await modelFolder(env) };
  const server = await startThrowawayRedis(env);
  const service = await startService({
    env,
    redisUrl: server.url,
    keyPrefix: PREFIX,
    settings: { ...model, MNEME_EMBEDDER: "local", MNEME_REDIS_TIMEOUT_MS: "4000" },
  });
  const redis = createRedisClient({ url: server.url });
  await redis.connect();
  try {
    const send = await authorized(service.url);
    await fill(send);
    const rows: string[][] = [];
    for (const [name, call] of CALLS) {
      await settled(redis);
      const before = await sizes(redis);
      for (let number = 0; number < calls; number++) await call(send, number);
      await settled(redis);
      rows.push([name, ...perCall(before, await sizes(redis), calls)]);
      console.error(`growth: ${name}`);
    }
    const text = table(["bytes per call", ...COLUMNS, "all"], rows);
    console.log(text);
    if (write) writeBlock("operations.md", "growth", text);
  } finally {
    redis.destroy();
    await service.stop();
    await server.stop();
  }
}

function parse(args: readonly string[]): { calls: number; write: boolean } {
  const usage = "usage: growth [--calls N] [--write], which writes the table into docs/operations.md";
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { calls: { type: "string", default: "200" }, write: { type: "boolean", default: false } },
    });
    const calls = Number(values.calls);
    if (Number.isInteger(calls) && calls > 0) return { calls, write: values.write };
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${usage}`);
  }
  throw new Failure(usage);
}

/** As the bearer of a key, so that entries name one. */
async function authorized(url: string): Promise<Send> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  const send: Send = async (method, path, body, more = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) throw new Failure(`${method} ${path}: ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
  const grants = [{ namespace: "**", verbs: ["read", "write", "publish", "admin"] }];
  // Written by the service.
  const { key } = (await send("POST", "/v1/keys", { agent: "assistant", grants })) as { key: string };
  headers["authorization"] = `Bearer ${key}`;
  return send;
}

type Sizes = ReadonlyMap<string, number>;

/** Bytes by kind, as MEMORY USAGE says, which counts each key's own overhead. */
async function sizes(redis: RedisClient): Promise<Sizes> {
  const found = new Map<string, number>();
  for await (const keys of redis.scanIterator({ MATCH: `${PREFIX}:*`, COUNT: 1000 })) {
    for (const key of keys) {
      if (key.startsWith(`${PREFIX}:lock:`)) continue;
      const size = await redis.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"]);
      const kind = kindOf(key, PREFIX);
      found.set(kind, (found.get(kind) ?? 0) + Number(size));
    }
  }
  return found;
}

const COLUMNS = [...Object.keys(KINDS), "other"];

function perCall(before: Sizes, after: Sizes, calls: number): string[] {
  const grown = COLUMNS.map((kind) => ((after.get(kind) ?? 0) - (before.get(kind) ?? 0)) / calls);
  const all = grown.reduce((sum, bytes) => sum + bytes, 0);
  return [...grown, all].map((bytes) =>
    Math.abs(bytes) < 0.5 ? "" : Math.round(bytes).toLocaleString("en"),
  );
}

/** Until nothing is written any more: vectors, uses and derived things come after the answer. */
async function settled(redis: RedisClient): Promise<void> {
  let last = "";
  for (let same = 0; same < 3;) {
    const sum = JSON.stringify([...(await sizes(redis))]);
    same = sum === last ? same + 1 : 0;
    last = sum;
  }
}

await main().catch(reportFailure);
process.exit();
