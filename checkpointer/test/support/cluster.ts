import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeConfig } from "../../../scripts/redis/server/config-file.js";
import { connectOnce, urlOf } from "../../../scripts/redis/server/connect.js";
import { findRedis } from "../../../scripts/redis/find.js";
import { freePort } from "../../../scripts/redis/server/free-port.js";
import { launch, waitUntilReady } from "../../../scripts/redis/server/launch.js";
import { shutdown } from "../../../scripts/redis/server/shutdown.js";
import { retryOnTakenPort } from "./taken-port.js";

const NODES = 3;
const SLOTS = 16_384;
const JOINED_WITHIN_MS = 30_000;
const POLL_MS = 50;

export interface TestCluster {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** Three masters on the loopback that share all slots, without modules. They keep nothing. */
export async function startCluster(): Promise<TestCluster> {
  const home = mkdtempSync(join(tmpdir(), "mneme-test-cluster-"));
  const nodes = await Promise.all(
    Array.from({ length: NODES }, (_, i) => retryOnTakenPort(() => startNode(join(home, `node-${i}`)))),
  );
  await joinNodes(nodes);
  return {
    urls: nodes.map(({ port }) => urlOf(port)),
    async stop() {
      await Promise.all(nodes.map(({ pid, port }) => shutdown(pid, { port })));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Node {
  readonly pid: number;
  readonly port: number;
  readonly busPort: number;
}

async function startNode(dir: string): Promise<Node> {
  const binary = await findRedis(process.env);
  const files = { config: join(dir, "redis.conf"), log: join(dir, "redis.log") };
  const [port, busPort] = [await freePort(), await freePort()];
  mkdirSync(dir, { recursive: true });
  writeConfig(files.config, { port, dir, appendonly: false, appendfsync: "no", modules: [] });
  appendFileSync(
    files.config,
    `cluster-enabled yes\ncluster-port ${busPort}\ncluster-config-file nodes.conf\n`,
  );
  const pid = launch(binary, files, false);
  await waitUntilReady(pid, { port }, files.log);
  return { pid, port, busPort };
}

async function joinNodes(nodes: readonly Node[]): Promise<void> {
  const clients = await Promise.all(nodes.map(({ port }) => connectOnce({ port })));
  try {
    for (const [i, client] of clients.entries()) {
      const [from, to] = [Math.ceil((i * SLOTS) / NODES), Math.ceil(((i + 1) * SLOTS) / NODES) - 1];
      await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
      for (const { port, busPort } of nodes) {
        await client.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(port), String(busPort)]);
      }
    }
    const deadline = Date.now() + JOINED_WITHIN_MS;
    for (const client of clients) {
      while (!isJoined(await client.sendCommand(["CLUSTER", "INFO"]))) {
        if (Date.now() > deadline) throw new Error("The cluster did not come together.");
        await sleep(POLL_MS);
      }
    }
  } finally {
    for (const client of clients) client.destroy();
  }
}

function isJoined(info: unknown): boolean {
  const text = String(info);
  return text.includes("cluster_state:ok") && text.includes(`cluster_known_nodes:${NODES}`);
}
