import { ErrorReply } from "redis";
import type { RedisClient } from "./client.js";
import type { Nodes, RedisNode } from "./nodes.js";
import type { Keys } from "../keys.js";
import { faultOf, isOtherNode } from "./error-replies.js";
import { createFaultLine } from "./fault-line.js";
import { openConnection } from "./open-connection.js";

export interface DurabilityOptions {
  readonly timeoutMs: number;
  /** How many replicas of each node must have it on their disks too. */
  readonly replicas: number;
  readonly onError: (error: Error) => void;
}

export interface Durability {
  /** True once all that Redis acknowledged before this call is on its disk; false if that isn't sure in time. */
  confirm(): Promise<boolean>;
  close(): void;
}

/**
 * Waits for Redis's append-only file (WAITAOF, Redis 7.2) on a connection of its own, because it blocks the one it is
 * sent on. WAITAOF waits for what its own connection wrote: so a write goes ahead of it there, later than all that
 * was acknowledged before. Callers that come while one wait is under way share the next one.
 */
export function createDurability(nodes: Nodes, keys: Keys, options: DurabilityOptions): Durability {
  const waits = new Map<string, Durability>();

  function waitsOn(every: readonly RedisNode[]): Durability[] {
    const present = new Map(every.map((node) => [`${node.id} ${node.tag}`, node]));
    for (const [place, wait] of waits) {
      if (present.has(place)) continue;
      waits.delete(place);
      wait.close();
    }
    return Array.from(present, ([place, node]) => {
      const wait = waits.get(place) ?? durabilityOf(node, nodes, keys, options);
      waits.set(place, wait);
      return wait;
    });
  }

  return {
    async confirm() {
      try {
        // An act may have written to any of them.
        const confirmed = await Promise.all(waitsOn(await nodes.every()).map((wait) => wait.confirm()));
        return !confirmed.includes(false);
      } catch {
        return false;
      }
    },
    close() {
      for (const wait of waits.values()) wait.close();
    },
  };
}

function durabilityOf(
  node: RedisNode,
  nodes: Nodes,
  keys: Keys,
  { timeoutMs, replicas, onError }: DurabilityOptions,
): Durability {
  const fault = createFaultLine(onError);
  let connection: Promise<RedisClient> | undefined;
  let underWay: Promise<boolean> = Promise.resolve(true);
  let next: Promise<boolean> | undefined;

  function connect(): Promise<RedisClient> {
    connection ??= (async () => {
      const made = nodes.dedicated(node, "mneme-durability");
      made.on("error", fault.failed);
      made.on("ready", fault.reached);
      try {
        await openConnection(made);
        return made;
      } catch (error) {
        connection = undefined;
        throw error;
      }
    })();
    return connection;
  }

  async function wait(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      // A Redis that hangs doesn't answer in time by itself.
      timer = setTimeout(() => resolve(false), timeoutMs + 500);
    });
    const asked = connect().then(async (own) => {
      const [, reply] = await Promise.all([
        own.incr(keys.durable(node.tag)),
        own.sendCommand(["WAITAOF", "1", String(replicas), String(timeoutMs)]),
      ]);
      return Array.isArray(reply) && Number(reply[0]) >= 1 && Number(reply[1]) >= replicas;
    });
    try {
      const confirmed = await Promise.race([asked, late]);
      if (!confirmed) renew();
      return confirmed;
    } catch (error) {
      // Another node has taken this one's place.
      if (isOtherNode(error)) void nodes.refresh().catch(() => {});
      // Redis is away, or keeps no append-only file: either way, nothing is sure.
      if (!(error instanceof ErrorReply) || faultOf(error) !== undefined) renew();
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The next wait has a new connection: this one may lead nowhere, or to what isn't the primary any more. */
  function renew(): void {
    void connection?.then((own) => own.destroy()).catch(() => {});
    connection = undefined;
  }

  return {
    confirm() {
      next ??= underWay.then(() => {
        next = undefined;
        underWay = wait();
        return underWay;
      });
      return next;
    },
    close: renew,
  };
}
