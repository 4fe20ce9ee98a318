import { createClient } from "redis";
import type { HostAndPort } from "../../../domain/redis-url.js";
import { storeFault } from "../../../domain/store-fault.js";
import { clientName } from "../../schemas.js";
import { scripts } from "../../scripts/index.js";
import { runCommand, runScript } from "../cluster/node-redis.js";
import { backClient } from "../cluster/front.js";
import type { RedisClient, RedisOptions } from "../redis-client.js";
import { clientSettings } from "../client-settings.js";
import type { Nodes } from "../nodes.js";
import { oneNode } from "../nodes.js";
import { openConnection } from "../open-connection.js";
import { askSentinels } from "./ask-sentinels.js";
import type { SentinelPlace } from "./ask-sentinels.js";

/** How often the Sentinels are asked who the master is. */
const LOOK_EVERY_MS = 1_000;

/**
 * The master that Sentinels name, behind what looks like one client. When they name another one, the connection to the
 * former is given up: it may still take writes that nobody will ever see again.
 */
export function openSentinel(
  place: SentinelPlace,
  { onError = () => {} }: RedisOptions,
): { readonly client: RedisClient; readonly nodes: Nodes } {
  let present: { readonly address: string; readonly client: RedisClient } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let open = false;

  const master = (): RedisClient => {
    if (present === undefined) throw storeFault("redis_unavailable");
    return present.client;
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
      try {
        await follow();
      } catch (error) {
        end();
        throw error;
      }
      timer ??= setInterval(() => void follow().catch(onError), LOOK_EVERY_MS);
      timer.unref();
    },
    async close() {
      const last = present?.client;
      present = undefined;
      end();
      if (last?.isReady === true) await last.close();
      else last?.destroy();
    },
    destroy() {
      const last = present?.client;
      present = undefined;
      end();
      if (last?.isOpen === true) last.destroy();
    },
    command: async (...args) => runCommand(master(), ...args),
    script: async (...args) => runScript(master(), ...args),
    raw: async (args, options) => master().sendCommand(args, options),
  });

  function end(): void {
    open = false;
    clearInterval(timer);
    timer = undefined;
  }

  async function follow(): Promise<void> {
    const { host, port } = await askSentinels(place);
    const address = `${host} ${port}`;
    if (address === present?.address) return;
    const next = createMaster(place, { host, port });
    next.on("error", onError);
    await openConnection(next).catch((error: unknown) => {
      if (next.isOpen) next.destroy();
      throw error;
    });
    // Sentinels may name one that doesn't know of it yet.
    if (!/^role:master/m.test(await next.info("replication")) || !open) return next.destroy();
    const former = present;
    present = { address, client: next };
    if (former?.client.isOpen === true) former.client.destroy();
    next.on("ready", () => present?.client === next && client.emit("ready"));
    client.emit("ready");
  }

  const nodes: Nodes = {
    ...oneNode(client),
    dedicated: (_, name, options) => master().duplicate({ name, ...options }),
  };
  return { client, nodes };
}

function createMaster({ tls, username, password }: SentinelPlace, { host, port }: HostAndPort) {
  const settings = clientSettings(tls);
  return createClient({
    ...settings,
    name: clientName(),
    RESP: 2,
    commandOptions: { timeout: 0 },
    scripts,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    socket: { ...settings.socket, host, port },
  });
}
