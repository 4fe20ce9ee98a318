import { ErrorReply } from "redis";
import { storeFaultOf } from "../../domain/store-fault.js";
import { faultOf } from "./error-replies.js";
import { inTime } from "./in-time.js";
import type { Nodes, RedisNode } from "./nodes.js";
import { openConnection } from "./open-connection.js";
import { infoField } from "./product.js";
import type { RedisClient } from "./redis-client.js";
import { readReplication } from "./replication.js";
import type { ReplicaAddress } from "./replication.js";

/** Replicas that answer searches in the place of their primary. */
export interface Replicas {
  /** Looks for them from now on, once a second. */
  follow(options: FollowOptions): void;
  /** One of a node that follows it closely, by turns; undefined: there is none, so ask the node itself. */
  of(node: RedisNode): RedisClient | undefined;
  /**
   * It isn't asked again until it has answered this question: a search may keep it busy. If it never does, or replies
   * that it can't serve, it isn't asked until a look finds it well.
   */
  silent(client: RedisClient, answer: Promise<unknown>): void;
  /** Those that may be asked now. */
  readonly count: number;
  close(): void;
}

export interface FollowOptions {
  /** Done with each replica before it is asked anything. */
  readonly prepare: (replica: RedisClient) => Promise<unknown>;
  /** Whether a search of a replica finds what the replica holds. */
  readonly searchable: (replica: RedisNode) => Promise<boolean>;
  /** Called when the number of replicas that may be asked has changed. */
  readonly onChange: (count: number) => void;
}

const LOOK_EVERY_MS = 1_000;
/** A replica must have what its primary had at a look this long ago. */
const BEHIND_MS = 2_000;
/** A look that is late must not keep a replica in use that nothing is known of. */
const TRUSTED_MS = 2_500;
const ANSWER_MS = 500;
const CONNECT_MS = 1_000;
/** A connection on which nothing has come for this long is given up: it may be half open. */
const SILENT_MS = 5_000;

interface Replica {
  readonly client: RedisClient;
  readonly nodeId: string;
  /** By `performance.now()`; it isn't asked afterwards. */
  usableUntil: number;
  /** By `performance.now()`. */
  answeredAt: number;
  /** Questions that it is late with. */
  late: number;
}

/** Where a primary was in its replication stream at some looks, the oldest first. */
type Offsets = { readonly at: number; readonly offset: number }[];

/**
 * Finds the replicas of every node by the node's own `INFO replication`, so it is the same for a single primary, behind
 * Sentinels and on a cluster. A replica is asked only if its indexes are complete and if it has all that its primary
 * had two seconds before: with looks a second apart, an answer is at most four seconds old.
 */
export function createReplicas(nodes: Nodes): Replicas {
  const known = new Map<string, Replica>();
  const offsets = new Map<string, Offsets>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let turn = 0;

  const usable = (nodeId?: string): Replica[] => {
    const now = performance.now();
    return [...known.values()].filter(
      (each) =>
        each.usableUntil > now &&
        each.late === 0 &&
        each.client.isReady &&
        (nodeId ?? each.nodeId) === each.nodeId,
    );
  };

  async function look(options: FollowOptions): Promise<void> {
    const present = new Set<string>();
    for (const node of await nodes.every()) {
      const { offset, replicas } = readReplication(await inTime(node.client.info("replication"), ANSWER_MS));
      const needed = offsetBefore(node.id, offset);
      await Promise.all(
        replicas.map(async (address) => {
          const name = `${node.id} ${address.host}:${address.port}`;
          present.add(name);
          await check(name, node, address, needed, options).catch((error: unknown) => {
            const silent = performance.now() - (known.get(name)?.answeredAt ?? 0);
            // Busy with a search, as far as is known.
            if (storeFaultOf(error) === undefined || silent > SILENT_MS) drop(name);
          });
        }),
      );
    }
    for (const name of [...known.keys()].filter((each) => !present.has(each))) drop(name);
  }

  /** What the primary had written {@link BEHIND_MS} ago, as far as that is known. */
  function offsetBefore(nodeId: string, offset: number): number {
    const now = performance.now();
    const seen = [...(offsets.get(nodeId) ?? []), { at: now, offset }].filter(
      ({ at }) => at >= now - BEHIND_MS,
    );
    offsets.set(nodeId, seen);
    return seen[0]?.offset ?? offset;
  }

  async function check(
    name: string,
    node: RedisNode,
    address: ReplicaAddress,
    needed: number,
    { prepare, searchable }: FollowOptions,
  ): Promise<void> {
    const replica = known.get(name) ?? (await connect(name, node, address, prepare));
    const info = await inTime(replica.client.info("replication"), ANSWER_MS);
    replica.answeredAt = performance.now();
    const follows =
      infoField(info, "role") === "slave" &&
      infoField(info, "master_link_status") === "up" &&
      Number(infoField(info, "slave_repl_offset")) >= needed;
    const well = follows && (await inTime(searchable({ ...node, client: replica.client }), ANSWER_MS));
    replica.usableUntil = well ? performance.now() + TRUSTED_MS : 0;
  }

  async function connect(
    name: string,
    node: RedisNode,
    { host, port }: ReplicaAddress,
    prepare: FollowOptions["prepare"],
  ): Promise<Replica> {
    const toPrimary = nodes.dedicated(node, "mneme-replica");
    const { socket } = toPrimary.options;
    const client: RedisClient = toPrimary.duplicate({
      // It would win over the socket's address.
      url: "",
      // A node of a cluster sends what is asked of a replica to the primary otherwise.
      readonly: nodes.clustered,
      socket: { ...socket, host, port, socketTimeout: 0 },
    });
    client.on("error", () => {});
    await openConnection(client, CONNECT_MS);
    await inTime(prepare(client), ANSWER_MS).catch((error: unknown) => {
      client.destroy();
      throw error;
    });
    const replica = { client, nodeId: node.id, usableUntil: 0, answeredAt: performance.now(), late: 0 };
    if (closed) client.destroy();
    else known.set(name, replica);
    return replica;
  }

  function drop(name: string): void {
    const replica = known.get(name);
    known.delete(name);
    if (replica?.client.isOpen === true) replica.client.destroy();
  }

  return {
    follow(options) {
      let before: number | undefined;
      async function again(): Promise<void> {
        await look(options).catch(() => {});
        const { length } = usable();
        if (length !== before) options.onChange(length);
        before = length;
        if (closed) return;
        timer = setTimeout(() => void again(), LOOK_EVERY_MS);
        timer.unref();
      }
      void again();
    },
    of(node) {
      const among = usable(node.id);
      return among[turn++ % among.length]?.client;
    },
    silent(client, answer) {
      for (const replica of known.values()) {
        if (replica.client !== client) continue;
        replica.late += 1;
        void answer
          .catch((error: unknown) => {
            if (!(error instanceof ErrorReply) || faultOf(error) !== undefined) replica.usableUntil = 0;
          })
          .finally(() => (replica.late -= 1));
      }
    },
    get count() {
      return usable().length;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const name of known.keys()) drop(name);
    },
  };
}
