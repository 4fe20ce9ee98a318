import { createLatencies } from "../../harness/latencies.js";
import type { Latencies, Latency } from "../../harness/latencies.js";

/** One of several ways to do the same thing, by many at once. */
export interface Lane {
  readonly name: string;
  /** By one of the clients; called with 0, 1, 2 …, the same in every lane. */
  run(client: number, index: number): Promise<unknown>;
}

export interface Load {
  readonly clients: number;
  /** Turns of each lane. */
  readonly rounds: number;
  /** Requests of a turn, all clients together. */
  readonly requests: number;
}

export interface Throughput {
  readonly name: string;
  readonly perSecond: number;
  readonly latency: Latency;
  /** Of this process, a request: what the client itself takes. Milliseconds. */
  readonly clientCpu: number;
}

interface Tally {
  readonly lane: Lane;
  readonly latencies: Latencies;
  seconds: number;
  requests: number;
  cpu: number;
}

/**
 * Closed loops of many clients, lane by lane in turns of a fraction of a second (A B C, B C A …), so that whatever else
 * happens on the machine hits all of them. The first turn of each warms it up.
 */
export async function measureLoad(lanes: readonly Lane[], load: Load): Promise<Throughput[]> {
  const tallies = lanes.map((lane): Tally => ({
    lane,
    latencies: createLatencies(),
    seconds: 0,
    requests: 0,
    cpu: 0,
  }));
  for (const { lane } of tallies) await turn(lane, load, 0, undefined);
  for (let round = 0; round < load.rounds; round++) {
    const shift = round % tallies.length;
    for (const tally of [...tallies.slice(shift), ...tallies.slice(0, shift)]) {
      const before = process.cpuUsage();
      const start = performance.now();
      await turn(tally.lane, load, round * load.requests, tally.latencies);
      tally.seconds += (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(before);
      tally.cpu += (user + system) / 1000;
      tally.requests += load.requests;
    }
  }
  return tallies.map(({ lane, latencies, seconds, requests, cpu }) => ({
    name: lane.name,
    perSecond: requests / seconds,
    latency: latencies.summary(),
    clientCpu: cpu / requests,
  }));
}

async function turn(
  lane: Lane,
  { clients, requests }: Load,
  first: number,
  latencies: Latencies | undefined,
): Promise<void> {
  let next = 0;
  const client = async (_: unknown, number: number): Promise<void> => {
    while (next < requests) {
      const index = first + next++;
      const work = () => lane.run(number, index);
      await (latencies === undefined ? work() : latencies.time(work));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
