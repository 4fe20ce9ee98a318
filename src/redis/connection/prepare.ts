import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClient } from "./client.js";
import { isPassingReply } from "./refusal.js";

const POLL_MS = 250;

/**
 * For each time that the connection is back: does the work, again and again while Redis says that it can't serve yet.
 * A Redis that has just started takes connections while it loads its data.
 */
export function prepareOnReturn(
  client: Pick<RedisClient, "isReady">,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let underWay = false;
  let again = false;

  async function attempt(): Promise<void> {
    while (client.isReady) {
      try {
        again = false;
        await work();
        if (!again) return;
      } catch (error) {
        // The connection was lost and is back already.
        if (again) continue;
        if (!isPassingReply(error)) {
          // Lost: there will be a next time.
          if (client.isReady) onError(error);
          return;
        }
        await sleep(POLL_MS, undefined, { ref: false });
      }
    }
  }

  return () => {
    again = true;
    if (underWay) return;
    underWay = true;
    void attempt().finally(() => (underWay = false));
  };
}
