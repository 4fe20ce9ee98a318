import { createCluster } from "redis";
import type { RedisPlace } from "../../../domain/redis-url.js";
import { clientName } from "../../schemas.js";
import { scripts } from "../../scripts/index.js";
import { clientSettings, returning } from "../client-settings.js";
import type { Return } from "../client-settings.js";

export type ClusterPlace = Extract<RedisPlace, { kind: "cluster" }>;
export type Cluster = ReturnType<typeof createNodeClients>;

/** After a node was lost, how long until another one is asked for the new layout. */
const LOOK_AFTER_MS = 500;
/**
 * What takes a connection and then says nothing is given up after this: else a question for the layout could wait for
 * it without end, and all later ones with it. Longer than the watch takes to give up a node that is silent.
 */
const SILENT_MS = 5_000;

/** node-redis's clients of all nodes. Each connects when it is first needed, so that none waits for another one. */
export function createNodeClients({ hosts, tls, username, password }: ClusterPlace) {
  const settings = clientSettings(tls);
  const returns = new Map<string, Return>();

  /** Called for each new client. node-redis takes what is beside the address for settings of the connection. */
  function placeOf(address: string) {
    // It is also called for a question to a node that has a client.
    const back = returns.get(address) ?? returning();
    returns.set(address, back);
    const colon = address.lastIndexOf(":");
    return {
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      reconnectStrategy: back.reconnectStrategy,
    };
  }

  const cluster = createCluster({
    rootNodes: hosts.map((socket) => ({ socket })),
    RESP: 2,
    scripts,
    commandOptions: settings.commandOptions,
    minimizeConnections: true,
    nodeAddressMap: placeOf,
    topologyRefreshOnReconnectionAttemptStrategy: LOOK_AFTER_MS,
    defaults: {
      ...settings,
      socket: { ...settings.socket, socketTimeout: SILENT_MS },
      name: clientName(),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
  });
  cluster.on("node-ready", (node: Address) => returns.get(addressOf(node))?.reached());
  cluster.on("node-disconnect", (node: Address) => returns.delete(addressOf(node)));
  return cluster;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const addressOf = ({ host, port }: Address): string => `${host}:${port}`;
