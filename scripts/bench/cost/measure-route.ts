import { createLatencies } from "../../harness/latencies.js";
import type { Latency } from "../../harness/latencies.js";
import { connectHttp } from "../measure/http-client.js";
import { cpuTime } from "../measure/cpu-time.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import type { Contender } from "./contenders.js";
import type { Route } from "./routes.js";

export interface Row {
  readonly route: string;
  readonly contender: string;
  readonly clients: number;
  readonly requests: number;
  /** Microseconds of CPU for one request: the best and the middle of all turns. */
  readonly service: Spread;
  readonly redis: Spread;
  /** What Redis ran for one request, with the commands that scripts call. */
  readonly commands: number;
  /** From the service to Redis and back. */
  readonly bytes: { readonly in: number; readonly out: number };
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: Latency;
}

interface Spread {
  readonly least: number;
  readonly median: number;
}

/** Short turns: the least of them had the machine to itself. */
const TURNS = 40;

/** In turns, so that whatever else happens on the machine hits all contenders; the first turn of each warms it up. */
export async function measureRoute(
  contenders: readonly Contender[],
  route: Route,
  samples: number,
): Promise<Row[]> {
  const { clients } = route;
  const turns = Math.min(TURNS, samples);
  const requests = Math.max(clients, Math.round(samples * route.weight));
  const connect = (url: string) => Promise.all(Array.from({ length: clients }, () => connectHttp(url)));
  const contending = await Promise.all(
    // A server ends connections that ask nothing for long, so each route has its own.
    contenders.map(async (contender) => ({ contender, http: await connect(contender.service.url) })),
  );
  const tallies = contending.map(({ contender, http }) => ({
    contender,
    http,
    latencies: createLatencies(),
    service: [] as number[],
    redis: [] as number[],
    seconds: 0,
    commands: 0,
    bytes: { in: 0, out: 0 },
  }));
  for (let turn = 0; turn <= turns; turn++) {
    const shift = turn % tallies.length;
    // Made before the clock runs.
    for (const tally of [...tallies.slice(shift), ...tallies.slice(0, shift)]) {
      const { contender } = tally;
      const made = Array.from({ length: requests }, (_, index) =>
        route.request(turn * requests + index, contender.ids),
      );
      const traffic = await trafficOf(contender.redis);
      const before = { service: cpuTime(contender.service.pid), redis: cpuTime(contender.server.pid) };
      const start = performance.now();
      let next = 0;
      await Promise.all(
        tally.http.map(async (client) => {
          for (let request = made[next++]; request !== undefined; request = made[next++]) {
            const bytes = request;
            await (turn === 0 ? client.send(bytes) : tally.latencies.time(() => client.send(bytes)));
          }
        }),
      );
      const seconds = (performance.now() - start) / 1000;
      const service = (cpuTime(contender.service.pid) - before.service) / requests;
      const redis = (cpuTime(contender.server.pid) - before.redis) / requests;
      const after = await trafficOf(contender.redis);
      if (turn === 0) continue;
      tally.service.push(service);
      tally.redis.push(redis);
      tally.seconds += seconds;
      // INFO itself is one.
      tally.commands += after.commands - traffic.commands - 1;
      tally.bytes.in += after.in - traffic.in;
      tally.bytes.out += after.out - traffic.out;
    }
  }
  for (const client of contending.flatMap(({ http }) => http)) client.close();
  const total = requests * turns;
  return tallies.map(({ contender, service, redis, latencies, seconds, commands, bytes }) => ({
    route: route.name,
    contender: contender.name,
    clients,
    requests: total,
    service: spread(service),
    redis: spread(redis),
    commands: commands / total,
    bytes: { in: bytes.in / total, out: bytes.out / total },
    perSecond: total / seconds,
    latency: latencies.summary(),
  }));
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { least: sorted[0] ?? Number.NaN, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN };
}

interface Traffic {
  readonly commands: number;
  readonly in: number;
  readonly out: number;
}

async function trafficOf(redis: RedisClient): Promise<Traffic> {
  const info = await redis.info("stats");
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1]);
  const total = field("total_commands_processed");
  return { commands: total, in: field("total_net_input_bytes"), out: field("total_net_output_bytes") };
}
