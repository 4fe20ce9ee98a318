import { setTimeout as sleep } from "node:timers/promises";
import { createLatencies } from "../../harness/latencies.js";
import type { Latencies } from "../../harness/latencies.js";
import type { HttpClient } from "../measure/http-client.js";

/** Between two recalls: they are a caller's, no load of their own. */
const PAUSE_MS = 10;

export interface Asked {
  readonly name: string;
  readonly request: (index: number) => Buffer;
}

/**
 * One recall at a time, the namespaces in turn, as long as the measurement runs; the latencies by name, next to what
 * recorders hold.
 */
export async function recallBeside(
  http: HttpClient,
  asked: readonly Asked[],
  more: (index: number) => boolean,
  recorders: ReadonlyMap<string, Latencies> = new Map(),
): Promise<ReadonlyMap<string, Latencies>> {
  const lanes = asked.map((each) => ({ ...each, latencies: recorders.get(each.name) ?? createLatencies() }));
  for (let index = 0; more(index); index++) {
    for (const { request, latencies } of lanes) {
      const made = request(index);
      await sleep(PAUSE_MS);
      await latencies.time(() => http.send(made));
    }
  }
  return new Map(lanes.map(({ name, latencies }) => [name, latencies]));
}
