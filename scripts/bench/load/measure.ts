import { createLatencies } from "../../harness/latencies.js";
import type { Latencies, Latency } from "../../harness/latencies.js";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import { cpuTime } from "../measure/cpu-time.js";
import { connectHttp, HttpRefusal } from "../measure/http-client.js";
import type { LaneName, Operation } from "./operations.js";
import type { LoadBench } from "./setup.js";

export interface LoadRow {
  readonly operation: string;
  readonly lane: LaneName;
  readonly connections: number;
  readonly answered: number;
  /** With 429 or 503. */
  readonly refused: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: Latency;
  /** Microseconds of CPU for one request; `server`: the service or the bare handler. */
  readonly cpu: { readonly server: number; readonly redis: number; readonly client: number };
}

/** Milliseconds. */
export interface Pace {
  readonly warmUp: number;
  readonly turn: number;
  readonly turns: number;
}

interface Connection {
  /** False: it was refused. */
  ask(index: number): Promise<boolean>;
  close(): void;
}

interface Lane {
  readonly name: LaneName;
  /** Undefined: none between the client and Redis. */
  readonly pid: number | undefined;
  connect(): Promise<Connection>;
}

interface Tally {
  readonly lane: Lane;
  readonly connections: readonly Connection[];
  readonly latencies: Latencies;
  answered: number;
  refused: number;
  seconds: number;
  index: number;
  cpu: { server: number; redis: number; client: number };
}

/** Closed loops of so many connections, lane by lane in turns, so that whatever else happens hits all of them. */
export async function measureLoad(
  bench: LoadBench,
  operation: Operation,
  connections: number,
  pace: Pace,
): Promise<LoadRow[]> {
  const tallies: Tally[] = [];
  for (const lane of lanesOf(bench, operation)) {
    tallies.push(newTally(lane, await connectAll(lane, connections)));
  }
  for (const tally of tallies) await turn(bench, { ...tally, latencies: createLatencies() }, pace.warmUp);
  for (let round = 0; round < pace.turns; round++) {
    const shift = round % tallies.length;
    for (const tally of [...tallies.slice(shift), ...tallies.slice(0, shift)]) {
      await turn(bench, tally, pace.turn * operation.weight);
    }
  }
  for (const connection of tallies.flatMap((tally) => tally.connections)) connection.close();
  return tallies.map((tally) => rowOf(operation.name, connections, tally));
}

const newTally = (lane: Lane, connections: readonly Connection[]): Tally => ({
  lane,
  connections,
  latencies: createLatencies(),
  answered: 0,
  refused: 0,
  seconds: 0,
  index: 0,
  cpu: { server: 0, redis: 0, client: 0 },
});

function rowOf(
  operation: string,
  connections: number,
  { lane, latencies, answered, refused, seconds, cpu }: Tally,
): LoadRow {
  const requests = Math.max(1, answered + refused);
  return {
    operation,
    lane: lane.name,
    connections,
    answered,
    refused,
    perSecond: answered / seconds,
    latency: latencies.summary(),
    cpu: { server: cpu.server / requests, redis: cpu.redis / requests, client: cpu.client / requests },
  };
}

/** One connection's requests to the service, while so many others ask it for something else in closed loops. */
export async function measureBeside(
  bench: LoadBench,
  operation: Operation,
  beside: Operation,
  others: number,
  pace: Pace,
): Promise<LoadRow> {
  const service = serviceLane(bench, operation);
  const tally = newTally(service, await connectAll(service, 1));
  const busy = await connectAll(serviceLane(bench, beside), others);
  const asking = { asked: 0, go: true };
  const loops = busy.map(async (connection) => {
    while (asking.go) await connection.ask(asking.asked++);
  });
  await turn(bench, { ...tally, latencies: createLatencies() }, pace.warmUp);
  // Slower than alone: as many samples take longer.
  for (let round = 0; round < pace.turns; round++) await turn(bench, tally, pace.turn * 4);
  asking.go = false;
  await Promise.all(loops);
  for (const connection of [...tally.connections, ...busy]) connection.close();
  return rowOf(`${operation.name} beside ${others} recalls`, 1, tally);
}

/** One after the other: on a busy machine, hundreds at once would be given up. */
async function connectAll(lane: Lane, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) connections.push(await lane.connect());
  return connections;
}

async function turn({ server }: LoadBench, tally: Tally, milliseconds: number): Promise<void> {
  const { lane, latencies } = tally;
  const cpu = () => ({
    server: lane.pid === undefined ? 0 : cpuTime(lane.pid),
    redis: cpuTime(server.pid),
  });
  const before = cpu();
  const own = process.cpuUsage();
  const start = performance.now();
  const end = start + milliseconds;
  await Promise.all(
    tally.connections.map(async (connection) => {
      while (performance.now() < end) {
        const index = tally.index++;
        const asked = performance.now();
        if (await connection.ask(index)) {
          latencies.record(performance.now() - asked);
          tally.answered++;
        } else tally.refused++;
      }
    }),
  );
  tally.seconds += (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(own);
  const after = cpu();
  tally.cpu.client += user + system;
  tally.cpu.server += after.server - before.server;
  tally.cpu.redis += after.redis - before.redis;
}

function overHttp(
  name: LaneName,
  { url, pid }: { readonly url: string; readonly pid: number },
  request: (index: number) => Buffer,
): Lane {
  return {
    name,
    pid,
    async connect() {
      const http = await connectHttp(url);
      return {
        ask: (index) => http.send(request(index)).then(() => true, refusal),
        close: http.close,
      };
    },
  };
}

const serviceLane = ({ service }: LoadBench, operation: Operation): Lane =>
  overHttp("service", service, operation.service);

function lanesOf(bench: LoadBench, operation: Operation): Lane[] {
  const { bare, server } = bench;
  return [
    serviceLane(bench, operation),
    ...(operation.bare === undefined ? [] : [overHttp("bare handler", bare, operation.bare)]),
    {
      name: "raw Redis",
      pid: undefined,
      async connect() {
        const client = createRedisClient({ url: server.url });
        await client.connect();
        return {
          async ask(index) {
            // Sent in one tick, so node-redis writes them as one pipeline.
            await Promise.all(operation.raw(index).map((args) => client.sendCommand([...args])));
            return true;
          },
          close: () => client.destroy(),
        };
      },
    },
  ];
}

const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

function refusal(error: unknown): false {
  if (error instanceof HttpRefusal && REFUSALS.has(error.status)) return false;
  throw error;
}
