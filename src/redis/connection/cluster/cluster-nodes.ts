import { storeFault } from "../../../domain/store-fault.js";
import { arrayOf } from "../../scripts/replies.js";
import { capabilitiesOf } from "../capabilities.js";
import { findModules } from "../find-modules.js";
import { replyCode } from "../error-replies.js";
import type { Holding, Nodes, RedisNode, Where } from "../nodes.js";
import type { RedisClient } from "../redis-client.js";
import { SLOTS, slotOf, tagOf, tagOfSlot } from "../slots.js";
import { guarded } from "./guarded-script.js";
import { rediscover } from "./node-redis.js";
import type { Cluster } from "./node-clients.js";

/** The present layout: who has which slots, and who is ready to search. */
interface Layout {
  readonly slots: Cluster["slots"];
  readonly nodes: ReadonlyMap<string, RedisNode>;
}

/** Called with each node that wasn't there before, before anything is asked of it. */
export type Prepare = (node: RedisNode) => Promise<void>;

/**
 * The masters of a cluster. Where RediSearch has a coordinator (8.0), one index spans all of them.
 *
 * Where it has none, Redis Cluster takes the name of an index for a key: a node answers only for an index whose name hashes to a slot of
 * its own. So each node's indexes have names of their own, which end with a hash tag of a slot that the node has. Names
 * that a node has already are kept as long as that slot is its own; where the slot has gone, so has the way to the
 * index, and the node gets a new one.
 */
export function createClusterNodes(cluster: Cluster, keyPrefix: string): Nodes {
  let latest: Promise<Layout> | undefined;
  let seen: Cluster["slots"] | undefined;
  let prepare: Prepare = async () => {};
  let prepared = new Set<string>();

  /** node-redis makes a new list whenever it has looked at the cluster. */
  function layout(): Promise<Layout> {
    if (latest !== undefined && seen === cluster.slots) return latest;
    seen = cluster.slots;
    const made = look(seen).catch((error: unknown) => {
      if (latest === made) latest = undefined;
      throw error;
    });
    latest = made;
    return made;
  }

  async function look(slots: Cluster["slots"]): Promise<Layout> {
    if (!cluster.isReady) throw storeFault("redis_unavailable");
    const found = await Promise.all(
      cluster.masters.map(async (master) => {
        const own = slotsOf(slots, master.id);
        const client: RedisClient = await cluster.nodeClient(master);
        const modules = await findModules(client);
        if (capabilitiesOf(modules, true).coordinator)
          return { id: master.id, client, tag: tagOfSlot(own[0] ?? 0), suffix: "" };
        const tag = (await tagInUse(client, own)) ?? tagOfSlot(own.at(-1) ?? 0);
        return { id: master.id, client, tag, suffix: `:{${tag}}` };
      }),
    );
    const keyOf = ({ id, tag }: RedisNode): string => `${id} ${tag}`;
    const fresh = found.filter((node) => !prepared.has(keyOf(node)));
    await Promise.all(fresh.map((node) => prepare(node)));
    prepared = new Set(found.map(keyOf));
    return { slots, nodes: new Map(found.map((node) => [node.id, node])) };
  }

  /** The first in the order of names, so that every process takes the same. */
  async function tagInUse(client: RedisClient, own: readonly number[]): Promise<string | undefined> {
    const reply = await client.sendCommand(["FT._LIST"]).catch((error: unknown) => {
      // One without search is refused later, in words.
      if (replyCode(error) === "ERR") return [];
      throw error;
    });
    const names = arrayOf(reply).map(String);
    const mine = new Set(own);
    return names
      .filter(
        (name) => name.startsWith(`${keyPrefix}:idx:rec:`) && name.endsWith("}") && mine.has(slotOf(name)),
      )
      .map(tagOf)
      .toSorted()[0];
  }

  function nodeOfSlot({ slots, nodes }: Layout, slot: number): RedisNode {
    const node = nodes.get(slots[slot]?.master.id ?? "");
    if (node === undefined) throw storeFault("redis_unavailable");
    return node;
  }

  return {
    clustered: true,
    every: async () => [...(await layout()).nodes.values()],
    ofKey: async (key) => nodeOfSlot(await layout(), slotOf(key)),
    async holding(where) {
      const present = await layout();
      // Where the engine has a coordinator, any node searches all of them.
      const [any] = present.nodes.values();
      if (any?.suffix === "") return [{ node: any, namespaces: [] }];
      const byNode = new Map<RedisNode, string[]>();
      for (const root of namedIn(where)) {
        const node = nodeOfSlot(present, slotOf(root));
        byNode.set(node, [...(byNode.get(node) ?? []), root]);
      }
      if (reachesAll(where))
        for (const node of present.nodes.values()) byNode.set(node, byNode.get(node) ?? []);
      return Array.from(byNode, ([node, namespaces]): Holding => ({ node, namespaces }));
    },
    scriptText: (script) => guarded(script).SCRIPT,
    async refresh() {
      await rediscover(cluster);
      await layout();
    },
    async layout() {
      const { slots } = await layout();
      return edgesOf(slots);
    },
    dedicated: ({ client }, name, options) => client.duplicate({ name, ...options }),
    prepareWith(work) {
      prepare = work;
      prepared = new Set();
      latest = undefined;
    },
  };
}

const namedIn = (where: Where): string[] =>
  where === "everywhere" ? [] : where.filter(({ below }) => !below).map(({ root }) => root);

const reachesAll = (where: Where): boolean => where === "everywhere" || where.some(({ below }) => below);

function slotsOf(slots: Cluster["slots"], id: string): number[] {
  const own: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) if (slots[slot]?.master.id === id) own.push(slot);
  return own;
}

/** Where one node's slots end and another one's begin. */
function edgesOf(slots: Cluster["slots"]): string {
  const edges: string[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const id = slots[slot]?.master.id ?? "";
    if (slot === 0 || id !== slots[slot - 1]?.master.id) edges.push(`${slot}-${id.slice(0, 8)}`);
  }
  return edges.join(",");
}
