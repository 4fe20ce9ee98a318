import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { scripts } from "../../scripts/index.js";
import type { RedisClient, RedisOptions } from "../redis-client.js";
import { storeFault } from "../../../domain/store-fault.js";
import { isSlotMoving } from "../error-replies.js";
import type { Nodes } from "../nodes.js";
import { backClient } from "../front.js";
import { keyOf, KeylessCommand } from "./key-of.js";
import { guardCall, guarded } from "./guarded-script.js";
import { createNodeClients } from "./node-clients.js";
import type { Cluster, ClusterPlace } from "./node-clients.js";
import { routeCommand, routeScript } from "./node-redis.js";
import { createClusterNodes } from "./cluster-nodes.js";

/** Less than a caller waits. */
const MOVING_MS = 600;
const PAUSE_MS = 20;
/** For a command of a tool, whose caller waits as long as it takes. */
const TIMEOUT_MS = 4_000;

/** A Redis Cluster behind what looks like one client: each command goes to the node that holds its key. */
export function openCluster(
  place: ClusterPlace,
  { onError = () => {}, timeoutMs = TIMEOUT_MS, keyPrefix = "mneme" }: RedisOptions,
): { readonly client: RedisClient; readonly nodes: Nodes } {
  const cluster = createNodeClients(place);
  cluster.on("error", onError);
  cluster.on("node-error", onError);
  // Never connected: it lends its methods.
  const client: RedisClient = backClient(createClient({ scripts, RESP: 2, commandOptions: { timeout: 0 } }), {
    get isOpen() {
      return cluster.isOpen;
    },
    get isReady() {
      return cluster.isReady;
    },
    connect: () => connectSaying(cluster),
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
    command(command, parser, options, transform) {
      const { firstKey } = parser;
      if (firstKey === undefined) return Promise.reject(new KeylessCommand(parser.redisArgs[0]));
      return onceMoved(() => routeCommand(cluster, command, parser, options, transform, soon()));
    },
    script(script, parser, options, transform) {
      const own = guarded(script);
      guardCall(parser, own);
      return onceMoved(() => routeScript(cluster, own, parser, options, transform, soon()));
    },
    async raw(args, options) {
      const key = keyOf(args);
      return onceMoved(() => cluster.sendCommand(key, false, [...args], options));
    },
  });
  // What waits for a server to come back waits for any of them.
  cluster.on("node-ready", () => client.emit("ready"));
  const patience = Math.min(MOVING_MS, timeoutMs * 0.8);

  /** A caller who was told 503 must not find the write done once a node is found or connected. */
  function soon(): () => void {
    const until = performance.now() + timeoutMs;
    return () => {
      if (performance.now() > until) throw storeFault("redis_unavailable");
    };
  }

  /** Redis refuses what names several keys of a slot that is moving, before it does anything. */
  async function onceMoved<T>(send: () => Promise<T>): Promise<T> {
    const until = performance.now() + patience;
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!isSlotMoving(error) || performance.now() > until) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  return { client, nodes: createClusterNodes(cluster, keyPrefix) };
}

/** Connects, or rejects with what the last node said that was asked: node-redis only says that none of them would do. */
async function connectSaying(cluster: Cluster): Promise<void> {
  let said: unknown;
  const note = (error: unknown) => (said = error);
  cluster.on("error", note);
  try {
    await cluster.connect();
  } catch (error) {
    throw storeFault("redis_unavailable", said ?? error);
  } finally {
    cluster.off("error", note);
  }
}
