import { setTimeout as sleep } from "node:timers/promises";
import { createClient, createCluster } from "redis";
import type { RedisArgument } from "redis";
import { clientName } from "../../schemas.js";
import { scripts } from "../../scripts/index.js";
import type { RedisClient, RedisOptions } from "../client.js";
import { clientSettings } from "../client-settings.js";
import { isSlotMoving } from "../error-replies.js";
import type { Nodes } from "../nodes.js";
import type { RedisPlace } from "../../../domain/redis-url.js";
import { backClient } from "./front.js";
import { guardCall, guarded } from "./guarded-script.js";
import { createClusterNodes } from "./cluster-nodes.js";

export type ClusterPlace = Extract<RedisPlace, { kind: "cluster" }>;
export type Cluster = ReturnType<typeof createNodeClients>;

/** After a node was lost, how long until another one is asked for the new layout. */
const LOOK_AFTER_MS = 500;
/** Less than a caller waits. */
const MOVING_MS = 600;
const PAUSE_MS = 20;

/** A Redis Cluster behind what looks like one client: each command goes to the node that holds its key. */
export function openCluster(
  place: ClusterPlace,
  { onError = () => {}, timeoutMs = MOVING_MS, keyPrefix = "mneme" }: RedisOptions,
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
    connect: () => cluster.connect(),
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
    command(command, parser, options, transform) {
      if (parser.firstKey === undefined) return Promise.reject(withoutKey(parser.redisArgs[0]));
      return onceMoved(() =>
        cluster._executeWithPolicies(parser, false, options, (each) => (node, own) =>
          node._executeCommand(command, each, own, transform),
        ),
      );
    },
    script(script, parser, options, transform) {
      const own = guarded(script);
      guardCall(parser, own);
      return onceMoved(() =>
        cluster._execute(parser, false, options, (node, sent) => node._executeScript(own, parser, sent, transform)),
      );
    },
    raw(args, options) {
      const [command = "", key] = args;
      if (key === undefined || WITHOUT_KEY.test(String(command))) return Promise.reject(withoutKey(command));
      return onceMoved(() => cluster.sendCommand(key, false, [...args], options));
    },
  });
  // Whoever waits for a server to come back waits for any of them.
  cluster.on("node-ready", () => client.emit("ready"));
  const patience = Math.min(MOVING_MS, timeoutMs * 0.8);

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

/** node-redis would send these to a node by chance. */
const WITHOUT_KEY = /^(?:_?FT\.|TIME$|INFO$|PING$|CONFIG$|MODULE$|CLIENT$|COMMAND$|SCRIPT$|SCAN$|WAIT|CLUSTER$|PUBLISH$)/i;

const withoutKey = (command: RedisArgument | undefined): Error =>
  new Error(`${String(command)} has no key by which a node of the cluster could be found.`);

function createNodeClients({ hosts, tls, username, password }: ClusterPlace) {
  return createCluster({
    rootNodes: hosts.map((socket) => ({ socket })),
    RESP: 2,
    scripts,
    commandOptions: { timeout: 0 },
    topologyRefreshOnReconnectionAttemptStrategy: LOOK_AFTER_MS,
    defaults: {
      ...clientSettings(tls),
      name: clientName(),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
  });
}
