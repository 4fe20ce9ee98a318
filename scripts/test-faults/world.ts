import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "../bootstrap/process-identity.mjs";
import { startService } from "../harness/service.js";
import type { RunningService } from "../harness/service.js";
import { createKeys } from "../../src/redis/keys.js";
import type { Keys } from "../../src/redis/keys.js";
import { freePort } from "../redis/server/free-port.js";
import { modelFolder } from "../downloads/local-model.js";
import type { Env } from "../shell/env.js";
import { Failure } from "../shell/failure.js";
import { clockEnv, createClock } from "./clock.js";
import type { Clock } from "./clock.js";
import { PROVIDER_DIMENSIONS, startProvider } from "./provider.js";
import type { Provider } from "./provider.js";
import { startProxy } from "./proxy.js";
import type { Proxy } from "./proxy.js";
import { startFaultRedis } from "./redis.js";
import type { FaultRedis } from "./redis.js";

/** A service over a proxy over a Redis, and all that faults can be made of. */
export interface World {
  /** The primary. */
  redis: FaultRedis;
  readonly proxy: Proxy;
  /** Where clients send their requests: of the service that a load balancer would choose. */
  readonly url: () => string;
  readonly pid: () => number;
  /** What a request of the steady load has in its headers: an API key, where the service has one. */
  readonly headers: Readonly<Record<string, string>>;
  /** The names of keys in Redis. */
  readonly keys: Keys;
  /** Undefined: the service doesn't embed with one. */
  readonly provider: Provider | undefined;
  /** Undefined: the machine can't shift a clock. */
  readonly clocks: { readonly redis: Clock; readonly service: Clock } | undefined;
  /** Kills the service, as an out-of-memory killer would. */
  killService(): void;
  /** Starts the service again, at the same address. */
  restartService(): Promise<void>;
  /** Starts another service, ends the first one with SIGTERM, and sends requests on as soon as it is unready. */
  replaceService(): Promise<void>;
  anotherRedis(): Promise<FaultRedis>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly env: Env;
  /** With the local embedding model and clocks that can be shifted: slower to start. */
  readonly whole: boolean;
  /** Whether the service embeds with a provider on the loopback. */
  readonly provider?: boolean;
  /** Whether the service needs API keys. */
  readonly keyed?: boolean;
}

const DRAIN_SECONDS = 2;

export async function openWorld({ env, whole, provider: provided, keyed }: WorldOptions): Promise<World> {
  const provider = provided === true ? await startProvider() : undefined;
  const redisClock = whole ? createClock() : undefined;
  const serviceClock = whole ? createClock() : undefined;
  const redis = await startFaultRedis(env, redisClock?.file);
  const proxy = await startProxy(redis.port);
  const embedding = await embeddingOf(env, whole, provider);
  const keyPrefix = `faults-${randomBytes(4).toString("hex")}`;
  const start = (port: number): Promise<RunningService> =>
    startService({
      env,
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      keyPrefix,
      settings: {
        ...embedding,
        ...clockEnv(serviceClock?.file),
        PORT: String(port),
        MNEME_DRAIN_SECONDS: String(DRAIN_SECONDS),
      },
    });
  let port = await freePort();
  let service = await start(port);
  const headers = keyed === true ? { authorization: `Bearer ${await firstKey(service.url)}` } : {};
  const others: FaultRedis[] = [];
  const world: World = {
    redis,
    proxy,
    provider,
    url: () => service.url,
    pid: () => service.pid,
    headers,
    keys: createKeys(keyPrefix),
    clocks:
      redisClock === undefined || serviceClock === undefined
        ? undefined
        : { redis: redisClock, service: serviceClock },
    killService() {
      process.kill(service.pid, "SIGKILL");
    },
    async restartService() {
      service = await start(port);
    },
    async replaceService() {
      const old = service;
      const nextPort = await freePort();
      const next = await start(nextPort);
      process.kill(old.pid, "SIGTERM");
      while ((await fetch(`${old.url}/readyz`)).status === 200) await sleep(20);
      [service, port] = [next, nextPort];
      // A second signal would end it at once.
      const identity = processIdentity(old.pid) ?? "gone";
      while (processIdentity(old.pid) === identity) await sleep(20);
      await old.stop();
    },
    async anotherRedis() {
      const other = await startFaultRedis(env, redisClock?.file);
      others.push(other);
      return other;
    },
    async close() {
      await service.stop();
      await proxy.stop();
      await provider?.stop();
      for (const each of [redis, ...others]) await each.stop();
    },
  };
  return world;
}

async function firstKey(url: string): Promise<string> {
  const grants = [{ namespace: "**", verbs: ["read", "write", "admin"] }];
  const response = await fetch(`${url}/v1/keys`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ agent: "operator", grants }),
  });
  // The answer of the API.
  const { key } = (await response.json()) as { readonly key?: string };
  if (key === undefined) throw new Failure(`The first key wasn't made: ${response.status}`);
  return key;
}

async function embeddingOf(
  env: Env,
  whole: boolean,
  provider: Provider | undefined,
): Promise<Record<string, string>> {
  if (provider !== undefined) {
    return {
      MNEME_EMBEDDER: "openai",
      OPENAI_API_KEY: "a key of the loopback",
      OPENAI_BASE_URL: provider.baseURL,
      MNEME_EMBEDDING_DIMENSIONS: String(PROVIDER_DIMENSIONS),
    };
  }
  if (!whole) return { MNEME_EMBEDDER: "none" };
  return {
    MNEME_EMBEDDER: "local",
    MNEME_MODEL_DIR: await modelFolder(env),
  };
}
