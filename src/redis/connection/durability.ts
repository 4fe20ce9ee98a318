import { ErrorReply } from "redis";
import type { RedisClient } from "./client.js";
import type { Keys } from "../keys.js";
import { faultOf } from "./error-replies.js";
import { openConnection } from "./open-connection.js";

export interface Durability {
  /** True once all that Redis acknowledged before this call is on its disk; false if that isn't sure in time. */
  confirm(): Promise<boolean>;
  close(): void;
}

/**
 * Waits for Redis's append-only file (WAITAOF, Redis 7.2) on a connection of its own, because it blocks the one it is
 * sent on. WAITAOF waits for what its own connection wrote: so a write goes ahead of it there, later than all that
 * was acknowledged before. Whoever comes while one wait is under way shares the next one.
 */
export function createDurability(
  client: RedisClient,
  keys: Keys,
  { timeoutMs, onError }: { readonly timeoutMs: number; readonly onError: (error: Error) => void },
): Durability {
  let connection: Promise<RedisClient> | undefined;
  let underWay: Promise<boolean> = Promise.resolve(true);
  let next: Promise<boolean> | undefined;

  function connect(): Promise<RedisClient> {
    connection ??= (async () => {
      const made = client.duplicate({ name: "mneme-durability" });
      made.on("error", onError);
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
        own.incr(keys.durable()),
        own.sendCommand(["WAITAOF", "1", "0", String(timeoutMs)]),
      ]);
      return Array.isArray(reply) && Number(reply[0]) >= 1;
    });
    try {
      const confirmed = await Promise.race([asked, late]);
      if (!confirmed) renew();
      return confirmed;
    } catch (error) {
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
