import { setTimeout as sleep } from "node:timers/promises";
import { createLatencies } from "../../harness/latencies.js";
import type { Latency } from "../../harness/latencies.js";
import type { HttpClient } from "../http-client.js";

/** Between two recalls: they are a caller's, no load of their own. */
const PAUSE_MS = 10;

export interface Asked {
  readonly name: string;
  readonly request: (index: number) => Buffer;
}

/** One recall at a time, the namespaces by turns, as long as there is to measure; the latencies by name. */
export async function recallBeside(
  http: HttpClient,
  asked: readonly Asked[],
  more: (index: number) => boolean,
): Promise<Readonly<Record<string, Latency>>> {
  const lanes = asked.map((each) => ({ ...each, latencies: createLatencies() }));
  for (let index = 0; more(index); index++) {
    for (const { request, latencies } of lanes) {
      const made = request(index);
      await sleep(PAUSE_MS);
      await latencies.time(() => http.send(made));
    }
  }
  return Object.fromEntries(lanes.map(({ name, latencies }) => [name, latencies.summary()]));
}
