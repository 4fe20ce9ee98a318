import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findRedis } from "../../../scripts/redis/find.js";
import { writeConfig } from "../../../scripts/redis/server/config-file.js";
import { connectOnce } from "../../../scripts/redis/server/connect.js";
import type { RedisConnection } from "../../../scripts/redis/server/connect.js";
import { freePort } from "../../../scripts/redis/server/free-port.js";
import { launch, waitUntilReady } from "../../../scripts/redis/server/launch.js";
import { SLOTS, slotOf } from "../../../src/redis/connection/slots.js";
import type { Certificates } from "./certificates.js";
import { tlsLines } from "./certificates.js";
import { kill9 } from "./start.js";

const MASTERS = 3;
/** How soon a node that doesn't answer counts as lost. */
const NODE_TIMEOUT_MS = 3_000;

export interface ClusterNode {
  /** By which the cluster knows it. */
  readonly id: string;
  /** Where it serves: with TLS, where it has certificates. */
  readonly port: number;
  /** Another one after a restart, as the client. */
  readonly pid: number;
  readonly client: RedisConnection;
  /** Kills it and starts it again with its data. */
  restart(): Promise<void>;
}

export interface TestCluster {
  readonly url: string;
  /** All nodes, the first masters first. */
  readonly nodes: readonly ClusterNode[];
  /** The present master of a namespace's slot. */
  masterOf(namespace: string): Promise<ClusterNode>;
  /** Moves the slot of a namespace to another master, key by key, as `redis-cli --cluster reshard` does. */
  moveSlot(namespace: string, pauseMs?: number): Promise<void>;
  /** Moves a slot to a node that is a master. */
  moveTo(target: ClusterNode, slot: number, pauseMs?: number): Promise<void>;
  stop(): Promise<void>;
}

interface ClusterOptions {
  readonly replicas?: boolean;
  /** They serve with TLS only, and announce themselves as `localhost`. */
  readonly certificates?: Certificates;
  /** More lines of each node's configuration. */
  readonly config?: readonly string[];
}

/** Three masters with search and JSON on the loopback, each with a replica if wanted; they write an append-only file. */
export async function startCluster({
  replicas = true,
  certificates,
  config = [],
}: ClusterOptions = {}): Promise<TestCluster> {
  const home = mkdtempSync(join(tmpdir(), "mneme-cluster-"));
  const count = replicas ? 2 * MASTERS : MASTERS;
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, index) => startNode(join(home, String(index)), certificates, config)),
  );
  await join3(nodes);

  async function masterOfSlot(slot: number): Promise<ClusterNode> {
    const alive = nodes.find(({ client }) => client.isReady);
    const shards = (await alive?.client.sendCommand(["CLUSTER", "SLOTS"])) as [
      number,
      number,
      [string, number, string],
    ][];
    const id = shards.find(([from, to]) => from <= slot && slot <= to)?.[2][2];
    const found = nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error(`No node has slot ${slot}.`);
    return found;
  }

  async function moveTo(target: ClusterNode, slot: number, pauseMs = 0): Promise<void> {
    const source = await masterOfSlot(slot);
    const text = String(slot);
    await target.client.sendCommand(["CLUSTER", "SETSLOT", text, "IMPORTING", source.id]);
    await source.client.sendCommand(["CLUSTER", "SETSLOT", text, "MIGRATING", target.id]);
    for (;;) {
      const keys = (await source.client.sendCommand(["CLUSTER", "GETKEYSINSLOT", text, "20"])) as string[];
      if (keys.length === 0) break;
      await source.client.sendCommand([
        "MIGRATE",
        "127.0.0.1",
        String(target.port),
        "",
        "0",
        "5000",
        "KEYS",
        ...keys,
      ]);
      await sleep(pauseMs);
    }
    for (const { client } of [target, source])
      await client.sendCommand(["CLUSTER", "SETSLOT", text, "NODE", target.id]);
  }

  return {
    url: `redis${certificates === undefined ? "" : "s"}+cluster://${nodes
      .slice(0, MASTERS)
      .map(({ port }) => `${certificates === undefined ? "127.0.0.1" : "localhost"}:${port}`)
      .join(",")}`,
    nodes,
    masterOf: (namespace) => masterOfSlot(slotOf(namespace)),
    async moveSlot(namespace, pauseMs = 0) {
      const slot = slotOf(namespace);
      const source = await masterOfSlot(slot);
      const masters = await Promise.all(
        nodes.slice(0, MASTERS).map((_, i) => masterOfSlot(Math.floor(((i + 0.5) * SLOTS) / MASTERS))),
      );
      const target = masters.find((node) => node !== source);
      if (target === undefined) throw new Error("There is no other master.");
      await moveTo(target, slot, pauseMs);
    },
    moveTo,
    async stop() {
      for (const { client } of nodes) if (client.isOpen) client.destroy();
      await Promise.all(nodes.map(({ pid }) => kill9(pid)));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function startNode(
  dir: string,
  certificates: Certificates | undefined,
  config: readonly string[],
): Promise<ClusterNode & { readonly bus: number }> {
  const binary = await findRedis(process.env);
  const files = { config: join(dir, "redis.conf"), log: join(dir, "redis.log") };
  mkdirSync(dir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const [port, bus] = [await freePort(), await freePort()];
    // Where it speaks TLS only, the test itself comes by a socket.
    const address = certificates === undefined ? { port } : { unixSocket: join(dir, "s") };
    writeConfig(files.config, {
      port: 0,
      ...address,
      dir,
      appendonly: true,
      appendfsync: "everysec",
      modules: binary.modules,
    });
    const lines = [
      "cluster-enabled yes",
      `cluster-port ${bus}`,
      "cluster-config-file nodes.conf",
      `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
      "cluster-replica-validity-factor 0",
      ...config,
      "repl-diskless-sync-delay 0",
      ...(certificates === undefined ? [] : clusterTlsLines(certificates, port)),
    ];
    appendFileSync(files.config, `${lines.join("\n")}\n`);
    const start = async () => {
      const started = launch(binary, files, false);
      await waitUntilReady(started, address, files.log);
      return { pid: started, client: await connectOnce(address) };
    };
    try {
      let present = await start();
      return {
        id: String(await present.client.sendCommand(["CLUSTER", "MYID"])),
        port,
        bus,
        get pid() {
          return present.pid;
        },
        get client() {
          return present.client;
        },
        async restart() {
          if (present.client.isOpen) present.client.destroy();
          await kill9(present.pid);
          present = await start();
        },
      };
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

const clusterTlsLines = (certificates: Certificates, port: number): string[] => [
  ...tlsLines(certificates, port),
  "tls-cluster yes",
  "cluster-announce-hostname localhost",
  "cluster-preferred-endpoint-type hostname",
];

/** Gives the first three all slots, and each of the others one of them to copy. */
async function join3(nodes: readonly (ClusterNode & { readonly bus: number })[]): Promise<void> {
  for (const [i, { client }] of nodes.slice(0, MASTERS).entries()) {
    const [from, to] = [Math.ceil((i * SLOTS) / MASTERS), Math.ceil(((i + 1) * SLOTS) / MASTERS) - 1];
    await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
    await client.sendCommand(["CLUSTER", "SET-CONFIG-EPOCH", String(i + 1)]);
  }
  for (const { client } of nodes)
    for (const { port, bus } of nodes)
      await client.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(port), String(bus)]);
  const all = async (fits: (info: string) => boolean, args: string[]) => {
    for (const { client } of nodes) while (!fits(String(await client.sendCommand(args)))) await sleep(50);
  };
  await all(
    (info) => info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes.length}`),
    ["CLUSTER", "INFO"],
  );
  for (const [i, { client }] of nodes.slice(MASTERS).entries()) {
    const id = nodes[i]?.id ?? "";
    while ((await client.sendCommand(["CLUSTER", "REPLICATE", id]).catch(() => "")) !== "OK") await sleep(50);
  }
  for (const { client } of nodes.slice(MASTERS))
    while (!String(await client.sendCommand(["INFO", "replication"])).includes("master_link_status:up"))
      await sleep(50);
}
