import { SEVERAL } from "../../domain/redis-url.js";
import { storeFault } from "../../domain/store-fault.js";
import { StartError } from "../../start-error.js";
import { publicAddress } from "./address.js";
import type { Capabilities } from "./capabilities.js";
import { capabilitiesOf } from "./capabilities.js";
import { findModules, unlessDenied } from "./find-modules.js";
import type { Loading } from "./loading.js";
import { loadingOf } from "./loading.js";
import type { Patience } from "./patience.js";
import { openConnection } from "./open-connection.js";
import { patiently, untilLoaded } from "./patience.js";
import { infoField, productOf } from "./product.js";
import { NEEDED_COMMANDS, unfitReason } from "./unfit.js";

export interface ServerFacts {
  readonly version: string;
  readonly pid: number;
  readonly capabilities: Capabilities;
  /** Why this server doesn't do, e.g. `it has no search and no JSON`; undefined when it does. */
  readonly unfit: string | undefined;
  /** Undefined: its data is loaded. While it loads, a server answers little more than what it is. */
  readonly loading: Loading | undefined;
}

/** The part of a connection that can ask. */
export interface Connection {
  info(section: string): Promise<string>;
  sendCommand(args: string[]): Promise<unknown>;
}

interface InspectedNodes {
  every(): Promise<readonly { readonly client: Connection }[]>;
}

/** Asks a running server what it is, which it says while it still loads. Rejects when it doesn't answer. */
export async function inspect(client: Connection): Promise<ServerFacts> {
  // An ACL may keep this from us: then the version isn't known, and what it lacks shows in the commands below.
  const ask = async (section: string) => (await unlessDenied(() => client.info(section))) ?? "";
  const info = await ask("server");
  const loading = loadingOf(await ask("persistence"));
  const known = await client.sendCommand(["COMMAND", "INFO", ...NEEDED_COMMANDS]);
  const modules = await findModules(client);
  const product = productOf(info);
  return {
    version: product.version,
    pid: Number(infoField(info, "process_id")),
    capabilities: capabilitiesOf(modules, isClusterNode(info)),
    unfit: unfitReason(
      product,
      modules,
      NEEDED_COMMANDS.map((_, index) => Array.isArray(known) && known[index] !== null),
    ),
    loading,
  };
}

/** Of `INFO server`; Valkey has another name for it. */
export const isClusterNode = (info: string): boolean => /^(?:redis|server)_mode:cluster\r?$/m.test(info);

/** The facts of one, unless another one is unfit or loads. */
async function inspectAll(nodes: InspectedNodes): Promise<ServerFacts> {
  const [first, ...others] = await Promise.all((await nodes.every()).map(({ client }) => inspect(client)));
  if (first === undefined) throw storeFault("redis_unavailable");
  const all = [first, ...others];
  return (
    all.find(({ unfit }) => unfit !== undefined) ?? all.find(({ loading }) => loading !== undefined) ?? first
  );
}

/**
 * Connects, waits until the server has loaded its data, and makes sure that it will do. Rejects with a
 * {@link StartError} that says why it doesn't.
 */
export async function connectTo(
  client: Connection & { connect(): Promise<unknown>; destroy(): void; readonly isOpen: boolean },
  url: string,
  patience: Patience,
  nodes: InspectedNodes = { every: async () => [{ client }] },
): Promise<ServerFacts> {
  const facts = await patiently(
    url,
    async () => {
      if (!client.isOpen) await openConnection(client);
      return untilLoaded(url, () => inspectAll(nodes), patience);
    },
    patience,
  );
  if (facts.capabilities.cluster && !SEVERAL.test(url)) throw new NodeOfCluster(url);
  if (facts.unfit !== undefined) throw new RedisUnfit(url, facts.unfit);
  return facts;
}

/** A part of a cluster was taken for a whole Redis. */
class NodeOfCluster extends StartError {
  override readonly name = "NodeOfCluster";

  constructor(url: string) {
    super(
      `The Redis of REDIS_URL (${publicAddress(url)}) is a node of a Redis Cluster. Name it as a cluster: redis+cluster://host:port.`,
    );
  }
}

/** A Redis that answers, but can't hold memories. */
export class RedisUnfit extends StartError {
  override readonly name = "RedisUnfit";

  constructor(url: string, reason: string) {
    super(
      `The Redis of REDIS_URL (${publicAddress(url)}) isn't supported: ${reason}. mneme needs Redis 8 or Redis Stack 7.4, with their search and JSON modules. The checkpointer alone also runs without modules, on Redis 7 or Valkey.`,
    );
  }
}
