import { createCluster } from "redis";
import type { RedisPlace } from "../../../domain/redis-url.js";
import { clientName } from "../../schemas.js";
import { scripts } from "../../scripts/index.js";
import { clientSettings } from "../client-settings.js";

export type ClusterPlace = Extract<RedisPlace, { kind: "cluster" }>;
export type Cluster = ReturnType<typeof createNodeClients>;

/** After a node was lost, how long until another one is asked for the new layout. */
const LOOK_AFTER_MS = 500;

/** node-redis's clients of all nodes. */
export function createNodeClients({ hosts, tls, username, password }: ClusterPlace) {
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
