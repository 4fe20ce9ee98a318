import { createClient } from "redis";
import type { HostAndPort } from "../../../domain/redis-url.js";
import { storeFault } from "../../../domain/store-fault.js";
import { clientName } from "../../schemas.js";
import { scripts } from "../../scripts/index.js";
import { clientSettings, returning } from "../client-settings.js";
import { backClient } from "../front.js";
import type { Nodes, RedisNode } from "../nodes.js";
import { oneNode } from "../nodes.js";
import { openConnection } from "../open-connection.js";
import type { RedisClient, RedisOptions } from "../redis-client.js";
import { runCommand, runScript } from "../run-on.js";
import { askSentinels } from "./ask-sentinels.js";
import type { SentinelPlace } from "./ask-sentinels.js";
import { isMaster } from "./is-master.js";

/** How often the Sentinels are asked who the master is. */
const LOOK_EVERY_MS = 1_000;
/** How long a server that they name may take to take a connection, and to say what it is. */
const GREETING_MS = 2_500;

interface Master {
  readonly address: string;
  readonly client: RedisClient;
}

/**
 * The master that Sentinels name, behind what looks like one client. When they name another one, the connection to the
 * former is given up: it may still take writes, which are lost.
 */
export function openSentinel(
  place: SentinelPlace,
  { onError = () => {}, onSentinels = () => {} }: RedisOptions,
): { readonly client: RedisClient; readonly nodes: Nodes } {
  let present: Master | undefined;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let open = false;
  let everReached = false;

  const master = (): Master => {
    if (present === undefined) throw storeFault("redis_unavailable");
    return present;
  };

  const client: RedisClient = backClient(createClient({ scripts, RESP: 2, commandOptions: { timeout: 0 } }), {
    get isOpen() {
      return open;
    },
    get isReady() {
      return present?.client.isReady === true;
    },
    async connect() {
      open = true;
      // One that was there comes back: the master may be silent, and the Sentinels name it until they notice.
      if (everReached) goOnLooking();
      try {
        await follow();
      } catch (error) {
        if (!everReached) end();
        throw error;
      }
      everReached = true;
      if (open) goOnLooking();
    },
    async close() {
      const last = end();
      if (last?.isReady === true) await last.close();
      else if (last?.isOpen === true) last.destroy();
    },
    destroy() {
      const last = end();
      if (last?.isOpen === true) last.destroy();
    },
    command: async (...args) => runCommand(master().client, ...args),
    script: async (...args) => runScript(master().client, ...args),
    raw: async (args, options) => master().client.sendCommand(args, options),
  });

  function end(): RedisClient | undefined {
    const last = present?.client;
    present = undefined;
    open = false;
    clearInterval(timer);
    timer = undefined;
    return last;
  }

  function goOnLooking(): void {
    timer ??= setInterval(() => void follow().catch(() => {}), LOOK_EVERY_MS);
    timer.unref();
  }

  /** One look at a time: a Sentinel that is silent takes longer than the pause between two. */
  function follow(): Promise<void> {
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  }

  async function look(): Promise<void> {
    const named = await ask();
    const address = `${named.host}:${named.port}`;
    if (address === present?.address) return;
    const next = createMaster(place, named);
    next.on("error", onError);
    let taken = false;
    try {
      await openConnection(next, GREETING_MS);
      // Sentinels may name one that doesn't know of it yet.
      taken = (await isMaster(next, GREETING_MS)) && open;
    } catch (error) {
      onError(asError(error));
      throw error;
    } finally {
      if (!taken && next.isOpen) next.destroy();
    }
    if (taken) take({ address, client: next });
  }

  /** Sentinels that are away are no fault of the master, which serves on. */
  async function ask(): Promise<HostAndPort> {
    try {
      const named = await askSentinels(place);
      onSentinels(true);
      return named;
    } catch (error) {
      if (everReached) onSentinels(false);
      if (present === undefined) onError(asError(error));
      throw error;
    }
  }

  function take(next: Master): void {
    const former = present;
    present = next;
    if (former?.client.isOpen === true) former.client.destroy();
    // By these, a server that takes a connection and then says nothing is noticed.
    for (const event of ["connect", "reconnecting", "ready"])
      next.client.on(event, () => present === next && client.emit(event));
    client.emit("ready");
  }

  const one = oneNode(client);
  /** Another server is another node: what has connections of its own to one must know. */
  function node(): RedisNode {
    return { id: master().address, client, suffix: "", tag: "", filled: async () => true };
  }

  const nodes: Nodes = {
    ...one,
    every: async () => [node()],
    any: async () => node(),
    dedicated: (_, name) => master().client.duplicate({ name }),
  };
  return { client, nodes };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function createMaster({ tls, username, password }: SentinelPlace, { host, port }: HostAndPort): RedisClient {
  const settings = clientSettings(tls);
  const back = returning();
  const client = createClient({
    ...settings,
    name: clientName(),
    RESP: 2,
    scripts,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    socket: { ...settings.socket, host, port, reconnectStrategy: back.reconnectStrategy },
  });
  client.on("ready", back.reached);
  return client;
}
