import { storeFault } from "../../../domain/store-fault.js";
import { arrayOf } from "../../scripts/replies.js";
import { capabilitiesOf } from "../capabilities.js";
import { findModules } from "../find-modules.js";
import { replyCode } from "../error-replies.js";
import { inTime } from "../in-time.js";
import type { Nodes, Preparation, RedisNode, Where } from "../nodes.js";
import type { RedisClient } from "../redis-client.js";
import { SLOTS, slotOf, tagOf, tagOfSlot } from "../slots.js";
import { guarded } from "./guarded-script.js";
import { rediscover } from "./node-redis.js";
import type { Cluster } from "./node-clients.js";

type Master = Cluster["masters"][number];

/** A master, as it was asked when it had these slots. */
interface Met {
  readonly slots: string;
  readonly node: Promise<RedisNode>;
}

/** How long a node may take to take a connection. */
const CONNECT_MS = 2_500;

/**
 * The masters of a cluster. Where RediSearch has a coordinator (8.0), one index spans all of them.
 *
 * Where it has none, Redis Cluster takes the name of an index for a key: a node answers only for an index whose name hashes to a slot of
 * its own. So each node's indexes have names of their own, which end with a hash tag of a slot that the node has. Names
 * that a node has already are kept as long as that slot is its own; where the slot has gone, so has the way to the
 * index, and the node gets a new one.
 *
 * Each node is asked by itself, when it is needed: one that is lost is in the way of its own namespaces only.
 */
export function createClusterNodes(cluster: Cluster, keyPrefix: string): Nodes {
  const met = new Map<string, Met>();
  const prepared = new Set<string>();
  let preparation: Preparation = { prepare: async () => {}, filled: async () => true };
  let seen: Cluster["slots"] | undefined;
  let owned: ReadonlyMap<string, readonly number[]> = new Map();
  let turn = 0;

  function masters(): readonly Master[] {
    if (!cluster.isReady) throw storeFault("redis_unavailable");
    return cluster.masters;
  }

  function slotsOf({ id }: Master): readonly number[] {
    // node-redis makes a new list whenever it has looked at the cluster.
    if (seen !== cluster.slots) {
      seen = cluster.slots;
      owned = slotsByMaster(seen);
      for (const gone of [...met.keys()].filter((each) => !owned.has(each))) met.delete(gone);
    }
    return owned.get(id) ?? [];
  }

  /**
   * The node of a master, asked again when it has other slots or another client, when the slot of its tag has gone
   * though as many came, and where that failed before.
   */
  async function nodeOf(master: Master): Promise<RedisNode> {
    const own = slotsOf(master);
    const slots = [own.length, own[0], own.at(-1)].join(" ");
    const known = met.get(master.id);
    if (known?.slots === slots) {
      const node = await known.node;
      if (node.client === master.client && cluster.slots[slotOf(node.tag)]?.master.id === master.id)
        return node;
      // Another caller has asked it again.
      if (met.get(master.id) !== known) return nodeOf(master);
    }
    const made: Met = { slots, node: meet(master, own) };
    met.set(master.id, made);
    return made.node.catch((error: unknown) => {
      if (met.get(master.id) === made) met.delete(master.id);
      throw error;
    });
  }

  async function meet(master: Master, own: readonly number[]): Promise<RedisNode> {
    const client: RedisClient = await inTime(cluster.nodeClient(master), CONNECT_MS);
    const modules = await findModules(client);
    const spans = capabilitiesOf(modules, true).coordinator;
    const tag = spans
      ? tagOfSlot(own[0] ?? 0)
      : ((await tagInUse(client, own)) ?? tagOfSlot(own.at(-1) ?? 0));
    const { prepare, filled } = preparation;
    let full = false;
    const node: RedisNode = {
      id: master.id,
      client,
      tag,
      suffix: spans ? "" : `:{${tag}}`,
      filled: async () => (full ||= await filled(node)),
    };
    const place = `${node.id} ${tag}`;
    if (!prepared.has(place)) await prepare(node);
    prepared.add(place);
    return node;
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

  function masterOfSlot(slot: number): Master {
    const id = cluster.slots[slot]?.master.id;
    const master = masters().find((each) => each.id === id);
    if (master === undefined) throw storeFault("redis_unavailable");
    return master;
  }

  /** One that answers, by turns. */
  async function any(): Promise<RedisNode> {
    const ready = masters().filter(({ client }) => client?.isReady === true);
    const among = ready.length > 0 ? ready : masters();
    const master = among[turn++ % among.length];
    if (master === undefined) throw storeFault("redis_unavailable");
    return nodeOf(master);
  }

  const every = async (): Promise<readonly RedisNode[]> => Promise.all(masters().map(nodeOf));
  const ofKey = async (key: string): Promise<RedisNode> => nodeOf(masterOfSlot(slotOf(key)));

  return {
    clustered: true,
    get size() {
      return Math.max(1, cluster.masters.length);
    },
    every,
    any,
    ofKey,
    async holding(where) {
      const named = namedIn(where);
      const [first] = named;
      const one = first === undefined ? await any() : await ofKey(first);
      // Where the engine has a coordinator, any node searches all of them.
      if (one.suffix === "") return [{ node: one, namespaces: [] }];
      const holdings = new Map<string, { readonly node: RedisNode; readonly namespaces: string[] }>();
      const holdingOf = (node: RedisNode) => {
        const holding = holdings.get(node.id) ?? { node, namespaces: [] };
        holdings.set(node.id, holding);
        return holding;
      };
      for (const root of named) holdingOf(await ofKey(root)).namespaces.push(root);
      if (reachesAll(where)) for (const node of await every()) holdingOf(node);
      return [...holdings.values()];
    },
    sentScript: guarded,
    refresh: () => rediscover(cluster),
    async layout() {
      masters();
      return edgesOf(cluster.slots);
    },
    dedicated: ({ client }, name) =>
      // It may be silent for as long as it waits.
      client.duplicate({ name, socket: { ...client.options.socket, socketTimeout: 0 } }),
    prepareWith(work) {
      preparation = work;
      prepared.clear();
      met.clear();
    },
  };
}

const namedIn = (where: Where): string[] =>
  where === "everywhere" ? [] : where.filter(({ below }) => !below).map(({ root }) => root);

const reachesAll = (where: Where): boolean => where === "everywhere" || where.some(({ below }) => below);

function slotsByMaster(slots: Cluster["slots"]): ReadonlyMap<string, readonly number[]> {
  const owned = new Map<string, number[]>();
  for (let slot = 0; slot < SLOTS; slot++) {
    const id = slots[slot]?.master.id;
    if (id === undefined) continue;
    const own = owned.get(id);
    if (own === undefined) owned.set(id, [slot]);
    else own.push(slot);
  }
  return owned;
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
