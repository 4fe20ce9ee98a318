import type { Scope } from "../../access/grants.js";
import type { ScriptText } from "../scripts/bind.js";
import type { RedisClient } from "./redis-client.js";

/** A server that holds keys of its own: the only one, or a master of a cluster. */
export interface RedisNode {
  /** The same as long as it is the same server. */
  readonly id: string;
  readonly client: RedisClient;
  /** What its indexes' names end with; see {@link Nodes.clustered}. */
  readonly suffix: string;
  /** A hash tag of which it has the slot, for keys of its own. */
  readonly tag: string;
  /** Whether its indexes hold what it holds. On a single Redis nothing waits for that. */
  filled(): Promise<boolean>;
}

/** What is done with each node that is new, that has other slots, or that another one has taken the place of. */
export interface Preparation {
  /** Done before anything else is asked of it. */
  prepare(node: RedisNode): Promise<void>;
  /** Whether its indexes hold what it holds: searches on it are refused until then. */
  filled(node: RedisNode): Promise<boolean>;
}

/** A node, and the namespaces asked for by name that it holds. */
export interface Holding {
  readonly node: RedisNode;
  readonly namespaces: readonly string[];
}

/** Which namespaces something is asked of; `everywhere`: all. */
export type Where = readonly Scope[] | "everywhere";

/**
 * The servers under the store. A command about a key needs none of this: the client finds the way. This is for what has
 * no key: searches, scans, and questions to the servers themselves.
 */
export interface Nodes {
  /** Several masters, each with indexes over its own keys. */
  readonly clustered: boolean;
  /** The number of servers that search side by side, not counting replicas. */
  readonly size: number;
  every(): Promise<readonly RedisNode[]>;
  /** One that answers, for what is the same on all. */
  any(): Promise<RedisNode>;
  /** The one that holds a key. */
  ofKey(key: string): Promise<RedisNode>;
  /** Those that hold what is in the scopes; `everywhere`, and whatever lies below a namespace, may be on each. */
  holding(where: Where): Promise<readonly Holding[]>;
  prepareWith(work: Preparation): void;
  /** A script as it is sent to them. */
  sentScript(script: ScriptText): ScriptText;
  /** Slots have moved, or a node was replaced: looks again. */
  refresh(): Promise<void>;
  /** What says whether keys have moved between the nodes, for walks over all keys. */
  layout(): Promise<string>;
  /** A connection of its own to one of them, not open yet, for what blocks or listens. */
  dedicated(node: RedisNode, name: string): RedisClient;
}

/** A Redis of one server; also a primary with replicas behind it. */
export function oneNode(client: RedisClient): Nodes {
  const node: RedisNode = { id: "", client, suffix: "", tag: "", filled: async () => true };
  const all = Promise.resolve([node]);
  const only = Promise.resolve(node);
  const holding = Promise.resolve([{ node, namespaces: [] }]);
  return {
    clustered: false,
    size: 1,
    every: () => all,
    any: () => only,
    ofKey: () => only,
    holding: () => holding,
    prepareWith: () => {},
    sentScript: (script) => script,
    refresh: async () => {},
    layout: async () => "",
    dedicated: (_, name) => client.duplicate({ name }),
  };
}
