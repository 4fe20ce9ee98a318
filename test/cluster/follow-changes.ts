import { setTimeout as sleep } from "node:timers/promises";
import type { EventClient } from "../support/service/events.js";
import { openEvents } from "../support/service/events.js";
import type { Service } from "../support/service/service.js";

export const changesOf = (namespace: string): string => `/v1/namespaces/${namespace}/state-changes`;

export interface Follower {
  /** The versions of all changes so far, in the order in which they came. */
  versions(): number[];
  close(): void;
}

/** Follows the changes of a namespace as a client does: a stream that ends is opened again after its last event. */
export function followChanges(service: Service, namespace: string): Follower {
  const earlier: number[] = [];
  let stream: EventClient | undefined;
  const stop = new AbortController();
  const versionsOf = (client: EventClient | undefined) =>
    (client?.events ?? []).map(({ data }) => (data as { version: number }).version);
  const work = (async () => {
    for (let last = "0-0"; !stop.signal.aborted;) {
      const next = await openEvents(service, changesOf(namespace), last);
      if (next.status === 200) {
        stream = next;
        if (stop.signal.aborted) next.close();
        await next.ended;
        last = next.lastEventId();
        earlier.push(...versionsOf(next));
        stream = undefined;
      } else if (next.status !== 503) throw new Error(`The changes can't be followed: ${next.status}.`);
      await sleep(50);
    }
  })();
  // Shows as changes that never come.
  work.catch(() => {});
  return {
    versions: () => [...earlier, ...versionsOf(stream)],
    close() {
      stop.abort();
      stream?.close();
    },
  };
}
